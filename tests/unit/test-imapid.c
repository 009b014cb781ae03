/* test-imapid - the argument of IMAP's ID. */
#include "unit.h"

#include "text/imapid.h"

#define PAIR	"\"k\" \"v\""
#define TEN	PAIR " " PAIR " " PAIR " " PAIR " " PAIR " " \
		PAIR " " PAIR " " PAIR " " PAIR " " PAIR

/* r: pairs, or -1 with errno e; left: octets behind it. */
static const struct {
	const char *in;
	int r, e;
	size_t left;
} cases[] = {
	{ "NIL", 0, 0, 0 }, { "nil x", 0, 0, 2 }, { "()", 0, 0, 0 },
	{ "(" PAIR ")", 1, 0, 0 },
	{ "(\"name\" NIL \"os\" \"a \\\"b\\\"\") x", 2, 0, 2 },
	{ "({4}\r\nname {3+}\r\nx\r\n)", 1, 0, 0 },
	{ "(" TEN " " TEN " " TEN ")", 30, 0, 0 },
	{ "(" TEN " " TEN " " TEN " " PAIR ")", -1, EMSGSIZE, 0 },
	{ "(\"123456789012345678901234567890\" NIL)", 1, 0, 0 },
	{ "(\"1234567890123456789012345678901\" NIL)", -1, EMSGSIZE, 0 },
	{ "", -1, EINVAL, 0 }, { "(", -1, EINVAL, 0 },
	{ "NILL", -1, EINVAL, 0 }, { "\"NIL\"", -1, EINVAL, 0 },
	{ "(\"k\")", -1, EINVAL, 0 }, { "(\"k\" \"v\"", -1, EINVAL, 0 },
	{ "(NIL \"v\")", -1, EINVAL, 0 }, { "(k \"v\")", -1, EINVAL, 0 },
	{ "( " PAIR ")", -1, EINVAL, 0 }, { "(" PAIR " )", -1, EINVAL, 0 },
	{ "(" PAIR "  " PAIR ")", -1, EINVAL, 0 },
	{ "(" PAIR PAIR ")", -1, EINVAL, 0 },
	{ "((" PAIR "))", -1, EINVAL, 0 },
};

static void
test_id(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		size_t n = strlen(cases[i].in);
		char *s = exactly(cases[i].in, n);
		struct imap_in in = { s, s + n };
		int r;

		errno = 0;
		r = imap_id(&in);
		CHECK(r == cases[i].r && (r != -1 || errno == cases[i].e),
		    "%s: %d, %s", cases[i].in, r, strerror(errno));
		CHECK(r == -1 || (size_t)(in.end - in.p) == cases[i].left,
		    "%s: %s", cases[i].in, in.p);
		free(s);
	}
}

/* A value of n octets. */
static int
of_value(size_t n)
{
	char s[1100] = "(\"k\" \"";
	struct imap_in in = { s, s + 6 + n + 2 };

	memset(s + 6, 'v', n);
	memcpy(s + 6 + n, "\")", 2);
	return imap_id(&in);
}

static void
test_long_value(void **state)
{
	assert_int_equal(of_value(IMAP_ID_VALUE), 1);
	assert_int_equal(of_value(IMAP_ID_VALUE + 1), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_long_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
