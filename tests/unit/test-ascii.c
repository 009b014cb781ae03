/* test-ascii - lib/base/ascii.c */
#include "unit.h"

#include <ctype.h>

#include "base/ascii.h"

/* Octets over 127 stay as they are, whatever the locale calls them. */
static void
test_every_octet(void **state)
{
	int i;

	for (i = -128; i < 128; i++) {
		char c = (char)i, want = c;

		if (i >= 'A' && i <= 'Z')
			want = "abcdefghijklmnopqrstuvwxyz"[i - 'A'];
		CHECK(ascii_lower(c) == want, "lower %d", i);
		CHECK(ascii_graph(c) == (i > 0 && i < 127 && isgraph(i)),
		    "graph %d", i);
	}
}

static void
test_lower_all(void **state)
{
	char s[] = "AbZ@[`{\xc4z-NEXT";

	ascii_lower_all(s, 10);
	assert_string_equal(s, "abz@[`{\xc4z-NEXT");
	ascii_lower_all(s, 0);
	assert_string_equal(s, "abz@[`{\xc4z-NEXT");
}

static void
test_is(void **state)
{
	static const struct {
		const char *a;
		size_t n;
		const char *b;
		int is;
	} cases[] = {
		{ "", 0, "", 1 },
		{ "x", 0, "x", 0 },
		{ "MAIL", 4, "mail", 1 },
		{ "mail", 4, "MAIL", 1 },
		{ "mailx", 4, "mail", 1 },
		{ "mai", 3, "mail", 0 },
		{ "mails", 5, "mail", 0 },
		{ "mail\0", 5, "mail", 0 },
		{ "m\0il", 4, "m", 0 },
		{ "@", 1, "`", 0 },		/* 32 apart, no letters */
		{ "[", 1, "{", 0 },
		{ "\xc4", 1, "\xe4", 0 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *a = exactly(cases[i].a, cases[i].n);

		CHECK(ascii_is(a, cases[i].n, cases[i].b) == cases[i].is,
		    "%s %s", shown(cases[i].a, cases[i].n), cases[i].b);
		free(a);
	}
}

/* Vectors of the FNV reference, draft-eastlake-fnv. Names of files depend on
 * it: it can never change. */
static void
test_fnv(void **state)
{
	assert_true(ascii_fnv("", 0) == 0xcbf29ce484222325u);
	assert_true(ascii_fnv("a", 1) == 0xaf63dc4c8601ec8cu);
	assert_true(ascii_fnv("foobar", 6) == 0x85944171f73967e8u);
	assert_true(ascii_fnv("\xff", 1) == 0xaf64724c8602eb6eu);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_octet),
		cmocka_unit_test(test_lower_all),
		cmocka_unit_test(test_is),
		cmocka_unit_test(test_fnv),
	};

	return cmocka_run_group_tests_name("ascii", tests, NULL, NULL);
}
