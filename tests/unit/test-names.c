/* test-names - lib/base/names.c against a list that is looked through. */
#include "unit.h"

#include "base/names.h"

static void
test_once(void **state)
{
	struct names set = NAMES(100);

	assert_int_equal(names_add(&set, "bob", 3), 1);
	assert_int_equal(names_add(&set, "bob", 3), 0);
	assert_int_equal(names_add(&set, "bo", 2), 1);
	assert_int_equal(names_add(&set, "bobby", 5), 1);
	assert_int_equal(names_add(&set, "Bob", 3), 1);
	assert_int_equal(names_add(&set, "b\0b", 3), 1);
	assert_int_equal(names_add(&set, "b\0c", 3), 1);
	assert_int_equal(names_add(&set, "bobby", 5), 0);
	assert_int_equal(set.n, 6);
	names_free(&set);
	assert_int_equal(names_add(&set, "bob", 3), 1);	/* it can go on */
	assert_int_equal(set.n, 1);
	names_free(&set);
}

/* Far beyond the first places; each is found after every growth. */
static void
test_many(void **state)
{
	struct names set = NAMES(1u << 20);
	char name[32];
	int i, n, k;

	for (i = 0; i < 20000; i++) {
		n = sprintf(name, "user%d@example.org", i);
		CHECK(names_add(&set, name, (size_t)n) == 1, "%s", name);
		for (k = 0; k < 3; k++) {
			n = sprintf(name, "user%d@example.org",
			    (int)dice((uint32_t)i + 1));
			CHECK(names_add(&set, name, (size_t)n) == 0, "%s",
			    name);
		}
	}
	assert_int_equal(set.n, 20000);
	names_free(&set);
}

static void
test_random(void **state)
{
	struct names set = NAMES(1u << 20);
	int known[500] = { 0 }, i;
	size_t n = 0;

	for (i = 0; i < 20000; i++) {
		int v = (int)dice(500);
		char name[8];
		size_t len = (size_t)sprintf(name, "%x", v * v);

		CHECK(names_add(&set, name, len) == !known[v], "%s", name);
		n += (size_t)!known[v];
		known[v] = 1;
		assert_int_equal(set.n, n);
	}
	names_free(&set);
}

/* What has no room is not in it. */
static void
test_full(void **state)
{
	struct names set = NAMES(5);

	assert_int_equal(names_add(&set, "abc", 3), 1);
	CHECK_FAILS(names_add(&set, "def", 3), EMSGSIZE);
	CHECK_FAILS(names_add(&set, "def", 3), EMSGSIZE);
	assert_int_equal(names_add(&set, "abc", 3), 0);
	assert_int_equal(names_add(&set, "de", 2), 1);
	assert_int_equal(set.n, 2);
	names_free(&set);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
