/* test-dsn - lib/text/dsn.c */
#include "unit.h"

#include "text/dsn.h"

static const struct {
	const char *in;
	size_t n;
	int bits;
	const char *text;
} notifies[] = {
	{ OCTETS("NEVER"), NOTIFY_NEVER, "never" },
	{ OCTETS("never"), NOTIFY_NEVER, "never" },
	{ OCTETS("SUCCESS"), NOTIFY_SUCCESS, "success" },
	{ OCTETS("Failure"), NOTIFY_FAILURE, "failure" },
	{ OCTETS("DELAY"), NOTIFY_DELAY, "delay" },
	{ OCTETS("DELAY,SUCCESS"), NOTIFY_DELAY | NOTIFY_SUCCESS,
	  "success,delay" },
	{ OCTETS("delay,FAILURE,success"), NOTIFY_DELAY | NOTIFY_FAILURE |
	  NOTIFY_SUCCESS, "success,failure,delay" },
	{ OCTETS("SUCCESS,SUCCESS"), NOTIFY_SUCCESS, "success" },
	{ OCTETS(""), -1, NULL },
	{ OCTETS(","), -1, NULL },
	{ OCTETS("SUCCESS,"), -1, NULL },
	{ OCTETS(",SUCCESS"), -1, NULL },
	{ OCTETS("SUCCESS,,DELAY"), -1, NULL },
	{ OCTETS("SUCCESS, DELAY"), -1, NULL },
	{ OCTETS("SUCCES"), -1, NULL },
	{ OCTETS("SUCCESSS"), -1, NULL },
	{ OCTETS("SUCCESS\0"), -1, NULL },
	{ OCTETS("NEVER,SUCCESS"), -1, NULL },
	{ OCTETS("SUCCESS,NEVER"), -1, NULL },
	{ OCTETS("NEVER,NEVER"), -1, NULL },
	{ OCTETS("ALWAYS"), -1, NULL },
};

static void
test_notify(void **state)
{
	char text[NOTIFY_OCTETS];
	size_t i;

	for (i = 0; i < LENGTH(notifies); i++) {
		char *in = exactly(notifies[i].in, notifies[i].n);
		int bits = notify_parse(in, notifies[i].n);

		CHECK(bits == notifies[i].bits, "%s: %d", notifies[i].in, bits);
		if (bits != -1) {
			memset(text, 'x', sizeof(text));
			notify_text(text, bits);
			CHECK(strcmp(text, notifies[i].text) == 0, "%s: %s",
			    notifies[i].in, text);
		}
		free(in);
	}
	notify_text(text, 0);
	assert_string_equal(text, "");
	notify_text(text, 15);		/* no list: it says what is strictest */
	assert_string_equal(text, "never");
}

static void
test_ret(void **state)
{
	assert_string_equal(ret_parse("FULL", 4), "full");
	assert_string_equal(ret_parse("hDrs", 4), "hdrs");
	assert_null(ret_parse("FULL", 3));
	assert_null(ret_parse("FULLS", 5));
	assert_null(ret_parse("", 0));
	assert_null(ret_parse("HEADERS", 7));
}

static const struct {
	const char *in;
	size_t n;
	int is;
} envids[] = {
	{ OCTETS("QQ314159"), 1 },
	{ OCTETS("a+20b+2B"), 1 },
	{ OCTETS("<>;,!~"), 1 },
	{ OCTETS(""), 0 },
	{ OCTETS("a b"), 0 },
	{ OCTETS("a=b"), 0 },
	{ OCTETS("a+b"), 0 },
	{ OCTETS("a+2b"), 0 },
	{ OCTETS("a+0A"), 0 },		/* it would end a line of the report */
	{ OCTETS("a+09"), 0 },
	{ OCTETS("a+7F"), 0 },
	{ OCTETS("a+E4"), 0 },
	{ OCTETS("a\xe4"), 0 },
	{ OCTETS("a\0"), 0 },
}, orcpts[] = {
	{ OCTETS("rfc822;Bob@example.org"), 1 },
	{ OCTETS("RFC822;+22a+20b+22@example.org"), 1 },
	{ OCTETS("x400;/C=us/"), 0 },
	{ OCTETS("x400;/C+3Dus/"), 1 },
	{ OCTETS("utf-8;j+5Cx{F6}rg@example.org"), 1 },
	{ OCTETS("a+b;c"), 1 },
	{ OCTETS("rfc822;a;b"), 1 },
	{ OCTETS(""), 0 },
	{ OCTETS("rfc822"), 0 },
	{ OCTETS("rfc822;"), 0 },
	{ OCTETS(";bob@example.org"), 0 },
	{ OCTETS("rfc 822;bob"), 0 },
	{ OCTETS("rfc@822;bob"), 0 },
	{ OCTETS("rfc.822;bob"), 0 },
	{ OCTETS("\xe4;bob"), 0 },
	{ OCTETS("rfc822;bob+"), 0 },
	{ OCTETS("rfc822;bob+0D+0ATo:x"), 0 },
	{ OCTETS("rfc822;bob\0"), 0 },
};

static void
test_values(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(envids); i++) {
		char *in = exactly(envids[i].in, envids[i].n);

		CHECK(envid_is(in, envids[i].n) == envids[i].is, "%s",
		    shown(in, envids[i].n));
		free(in);
	}
	for (i = 0; i < LENGTH(orcpts); i++) {
		char *in = exactly(orcpts[i].in, orcpts[i].n);

		CHECK(orcpt_is(in, orcpts[i].n) == orcpts[i].is, "%s",
		    shown(in, orcpts[i].n));
		free(in);
	}
}

static void
test_lengths(void **state)
{
	char orcpt[ORCPT_OCTETS + 2];

	memset(orcpt, 'x', sizeof(orcpt));
	memcpy(orcpt, "rfc822;", 7);
	assert_true(envid_is(many('x', ENVID_OCTETS), ENVID_OCTETS));
	assert_false(envid_is(many('x', ENVID_OCTETS + 1), ENVID_OCTETS + 1));
	assert_true(orcpt_is(orcpt, ORCPT_OCTETS));
	assert_false(orcpt_is(orcpt, ORCPT_OCTETS + 1));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_ret),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests_name("dsn", tests, NULL, NULL);
}
