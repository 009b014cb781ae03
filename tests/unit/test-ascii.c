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
		CHECK(ascii_blank(c) == (i > 0 && i < 128 &&
		    strchr(" \t\r\n", i) != NULL), "%d", i);
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

static void
test_glob(void **state)
{
	static const struct {
		const char *pattern, *text;
		int suits;
	} cases[] = {
		{ "", "", 1 }, { "", "a", 0 }, { "a", "", 0 }, { "*", "", 1 },
		{ "a", "A", 1 }, { "a", "ab", 0 }, { "?", "x", 1 },
		{ "?", "", 0 }, { "a*", "abc", 1 }, { "*c", "abc", 1 },
		{ "*b", "abc", 0 }, { "a*c", "ac", 1 }, { "a*c", "abcbc", 1 },
		{ "*@example.org", "Bob@Example.ORG", 1 },
		{ "*@example.org", "bob@example.org.", 0 },
		{ "a**b", "axb", 1 }, { "*a*b*", "xaxxb", 1 },
		{ "*a*b*", "xbxxa", 0 }, { "b*@?.c", "bob@x.c", 1 },
		{ "[a]", "a", 0 }, { "\\*", "\\x", 1 },
	};
	char long_text[2001];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *s = exactly(cases[i].text, strlen(cases[i].text));

		CHECK(ascii_glob(cases[i].pattern, s, strlen(cases[i].text)) ==
		    cases[i].suits, "%s %s", cases[i].pattern, cases[i].text);
		free(s);
	}
	memset(long_text, 'a', sizeof(long_text));
	assert_int_equal(ascii_glob("*a*a*a*a*a*a*a*a*a*a*a*b", long_text,
	    sizeof(long_text)), 0);		/* and in no time */
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_octet),
		cmocka_unit_test(test_lower_all),
		cmocka_unit_test(test_is),
		cmocka_unit_test(test_fnv),
		cmocka_unit_test(test_glob),
	};

	return cmocka_run_group_tests_name("ascii", tests, NULL, NULL);
}
