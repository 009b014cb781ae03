/* test-xtext - lib/text/xtext.c */
#include "unit.h"

#include "text/xtext.h"

static const struct {
	const char *plain;
	size_t plain_n;
	const char *xtext;
} cases[] = {
	{ OCTETS(""), "" },
	{ OCTETS("bob@example.org"), "bob@example.org" },
	{ OCTETS("a+b=c d"), "a+2Bb+3Dc+20d" },
	{ OCTETS("!~"), "!~" },
	{ OCTETS("\0\x1f\x7f\xff"), "+00+1F+7F+FF" },
};

static void
test_both_ways(void **state)
{
	char out[64];
	size_t i, n;

	for (i = 0; i < LENGTH(cases); i++) {
		char *plain = exactly(cases[i].plain, cases[i].plain_n);
		char *xtext;

		n = strlen(cases[i].xtext);
		xtext = exactly(cases[i].xtext, n);
		assert_int_equal(xtext_encode(out, sizeof(out), plain,
		    cases[i].plain_n), n);
		assert_string_equal(out, cases[i].xtext);
		assert_int_equal(xtext_decode(out, sizeof(out), xtext, n),
		    cases[i].plain_n);
		assert_memory_equal(out, cases[i].plain, cases[i].plain_n + 1);
		free(plain);
		free(xtext);
	}
}

static void
test_no_xtext(void **state)
{
	static const char *const bad[] = {
		"+", "a+3", "+3d", "+G0", "a=b", "a b", "\xe4",
	};
	char out[64];
	size_t i;

	for (i = 0; i < LENGTH(bad); i++)
		CHECK_FAILS(xtext_decode(out, sizeof(out), bad[i],
		    strlen(bad[i])), EINVAL);
}

static void
test_room(void **state)
{
	char *out = exactly("xxx", 3);

	assert_int_equal(xtext_decode(out, 3, "a+20", 4), 2);
	assert_string_equal(out, "a ");
	CHECK_FAILS(xtext_decode(out, 2, "a+20", 4), EMSGSIZE);
	CHECK_FAILS(xtext_decode(out, 0, "", 0), EMSGSIZE);
	assert_int_equal(xtext_encode(out, 3, "ab", 2), 2);
	CHECK_FAILS(xtext_encode(out, 3, "abc", 3), EMSGSIZE);
	CHECK_FAILS(xtext_encode(out, 3, "+", 1), EMSGSIZE);
	CHECK_FAILS(xtext_encode(out, 0, "", 0), EMSGSIZE);
	free(out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_no_xtext),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests_name("xtext", tests, NULL, NULL);
}
