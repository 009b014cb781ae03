/* test-pop3line - lib/text/pop3line.c */
#include "unit.h"

#include "text/pop3line.h"

static const struct {
	const char	*in;
	size_t		 n;
	enum pop3_verb	 verb;
	unsigned	 args;
	uint64_t	 a, b;
} cases[] = {
	{ OCTETS("STAT"), POP3_STAT, 0, 0, 0 },
	{ OCTETS("stat"), POP3_STAT, 0, 0, 0 },
	{ OCTETS("StAt  "), POP3_STAT, 0, 0, 0 },
	{ OCTETS("LIST"), POP3_LIST, 0, 0, 0 },
	{ OCTETS("LIST 1"), POP3_LIST, 1, 1, 0 },
	{ OCTETS("list   0012 "), POP3_LIST, 1, 12, 0 },
	{ OCTETS("UIDL"), POP3_UIDL, 0, 0, 0 },
	{ OCTETS("UIDL 3"), POP3_UIDL, 1, 3, 0 },
	{ OCTETS("RETR 4294967297"), POP3_RETR, 1, 4294967297, 0 },
	{ OCTETS("RETR 18446744073709551615"), POP3_RETR, 1, UINT64_MAX, 0 },
	{ OCTETS("RETR 99999999999999999999"), POP3_RETR, 1, UINT64_MAX, 0 },
	{ OCTETS("DELE 2"), POP3_DELE, 1, 2, 0 },
	{ OCTETS("TOP 1 0"), POP3_TOP, 2, 1, 0 },
	{ OCTETS("top 7 10"), POP3_TOP, 2, 7, 10 },
	{ OCTETS("NOOP"), POP3_NOOP, 0, 0, 0 },
	{ OCTETS("RSET"), POP3_RSET, 0, 0, 0 },
	{ OCTETS("QUIT"), POP3_QUIT, 0, 0, 0 },
	{ OCTETS("CAPA"), POP3_CAPA, 0, 0, 0 },
	{ OCTETS("USER"), POP3_LOGIN, 0, 0, 0 },
	{ OCTETS("user a b \xff c"), POP3_LOGIN, 0, 0, 0 },
	{ OCTETS("PASS  x"), POP3_LOGIN, 0, 0, 0 },
	{ OCTETS("APOP a b"), POP3_LOGIN, 0, 0, 0 },
	{ OCTETS("AUTH PLAIN"), POP3_LOGIN, 0, 0, 0 },
	{ OCTETS("STLS"), POP3_LOGIN, 0, 0, 0 },
	{ OCTETS(""), POP3_UNKNOWN, 0, 0, 0 },
	{ OCTETS(" STAT"), POP3_UNKNOWN, 0, 0, 0 },
	{ OCTETS("STATS"), POP3_UNKNOWN, 0, 0, 0 },
	{ OCTETS("STA"), POP3_UNKNOWN, 0, 0, 0 },
	{ OCTETS("STAT\t"), POP3_UNKNOWN, 0, 0, 0 },
	{ OCTETS("STAT\0"), POP3_UNKNOWN, 0, 0, 0 },
	{ OCTETS("STAT\r"), POP3_UNKNOWN, 0, 0, 0 },
	{ OCTETS("XTND"), POP3_UNKNOWN, 0, 0, 0 },
};

static const char *const wrong[] = {
	"STAT 1", "LIST 1 2", "LIST x", "LIST -1", "LIST +1", "LIST 1x",
	"UIDL 1 2", "RETR", "RETR ", "RETR 1 2", "RETR 0x1", "RETR 1\t",
	"DELE", "DELE 1 2", "TOP", "TOP 1", "TOP 1 2 3", "TOP 1 -1", "TOP a 1",
	"NOOP x", "QUIT 1", "CAPA 1", "RSET 1", "RETR 1 2 3 4 5 6",
	"RETR \xc2\xb2",
};

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *in = exactly(cases[i].in, cases[i].n);
		struct pop3_line l;

		memset(&l, 0xff, sizeof(l));
		CHECK(pop3_line(in, cases[i].n, &l) == cases[i].verb &&
		    l.verb == cases[i].verb, "%s: verb %d", shown(in,
		    cases[i].n), (int)l.verb);
		CHECK(l.args == cases[i].args && l.arg[0] == cases[i].a &&
		    l.arg[1] == cases[i].b, "%s: %u arguments", shown(in,
		    cases[i].n), l.args);
		free(in);
	}
}

static void
test_wrong(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(wrong); i++) {
		struct pop3_line l;

		CHECK(pop3_line(wrong[i], strlen(wrong[i]), &l) == POP3_WRONG,
		    "%s: verb %d", wrong[i], (int)l.verb);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests_name("pop3line", tests, NULL, NULL);
}
