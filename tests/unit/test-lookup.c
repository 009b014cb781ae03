/* test-lookup - lib/base/lookup.c against what was put in. */
#include "unit.h"

#include <unistd.h>

#include "base/lookup.h"

#define MANY	200000

static void
test_few(void **state)
{
	struct lookup l = { .n = 0 };
	int a, b, c;

	assert_null(lookup_find(&l, "bob", 3));
	assert_int_equal(lookup_add(&l, "bob", 3, &a), 0);
	assert_ptr_equal(lookup_find(&l, "bob", 3), &a);
	assert_null(lookup_find(&l, "bo", 2));
	assert_null(lookup_find(&l, "Bob", 3));
	assert_int_equal(lookup_add(&l, "bo", 2, &b), 0);
	assert_int_equal(lookup_add(&l, "", 0, &c), 0);
	assert_ptr_equal(lookup_find(&l, "bobby", 2), &b);
	assert_ptr_equal(lookup_find(&l, "x", 0), &c);
	assert_ptr_equal(lookup_find(&l, "bob", 3), &a);
	lookup_free(&l);
	assert_null(lookup_find(&l, "bob", 3));
	lookup_free(&l);
}

/* Each is found after every growth. To look through all of them for each would take
 * minutes. */
static void
test_many(void **state)
{
	static char name[MANY][16];
	struct lookup l = { .n = 0 };
	unsigned i;

	alarm(30);
	for (i = 0; i < MANY; i++) {
		size_t n = (size_t)sprintf(name[i], "user%06u", i);
		unsigned old = dice(i + 1);

		assert_null(lookup_find(&l, name[i], n));
		assert_int_equal(lookup_add(&l, name[i], n, name[i]), 0);
		assert_ptr_equal(lookup_find(&l, name[old], n), name[old]);
	}
	for (i = 0; i < MANY; i++)
		assert_ptr_equal(lookup_find(&l, name[i], 10), name[i]);
	alarm(0);
	assert_int_equal(l.n, MANY);
	lookup_free(&l);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("lookup", tests, NULL, NULL);
}
