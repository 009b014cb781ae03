/* test-uidl - lib/text/uidl.c */
#include "unit.h"

#include "text/uidl.h"

static const struct {
	const char	*name, *id;
} cases[] = {
	{ "1764000000.a.b", "1764000000.a.b" },
	{ "1764000000.a.b,S=1,W=2", "1764000000.a.b" },
	{ "1764000000.a.b,S=1,W=2:2,FS", "1764000000.a.b" },
	{ "1764000000.a.b:2,", "1764000000.a.b" },
	{ "!~", "!~" },
	/* FNV-1a's published values for "" and "a" */
	{ "", "6c62272e07bb014262b821756295c58d" },
	{ ":2,S", "6c62272e07bb014262b821756295c58d" },
	{ ",S=1", "6c62272e07bb014262b821756295c58d" },
};

static void
check(const char *name, const char *want)
{
	char *in = exactly(name, strlen(name)), id[UIDL_OCTETS];
	size_t n = uidl_make(in, strlen(name), id);

	CHECK(n == strlen(want) && memcmp(id, want, n) == 0, "%s: %s", name,
	    shown(id, n));
	free(in);
}

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		check(cases[i].name, cases[i].id);
}

/* What cannot stand in an answer, and what is too long, is hashed. */
static void
test_hashed(void **state)
{
	static const char *const odd[] = { "a b", "a\tb", "\x7f", "gr\xfc\xdf",
	    "a\x01" };
	char name[80], id[UIDL_OCTETS], other[UIDL_OCTETS];
	size_t i;

	for (i = 0; i < LENGTH(odd); i++)
		assert_int_equal(uidl_make(odd[i], strlen(odd[i]), id), 32);
	check("a\x7f", "08809544d0ab1be95aa0733055b6b439");	/* by a script */
	snprintf(name, sizeof(name), "%s", many('x', 70));
	check(name, name);
	strcat(name, ":2,S");
	check(name, many('x', 70));
	snprintf(name, sizeof(name), "%s", many('x', 71));
	assert_int_equal(uidl_make(name, 71, id), 32);
	name[70] = 'y';
	assert_int_equal(uidl_make(name, 71, other), 32);
	assert_memory_not_equal(id, other, 32);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_hashed),
	};

	return cmocka_run_group_tests_name("uidl", tests, NULL, NULL);
}
