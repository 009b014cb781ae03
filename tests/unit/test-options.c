/* test-options - sendmail's command line, as programs write it. */
#include "unit.h"

#include "qinject/sendmail.h"

/* The words of line, the last one NULL. */
static int
split(char *line, char **argv)
{
	int n = 0;
	char *word = strtok(line, "|");

	for (; word != NULL; word = strtok(NULL, "|"))
		argv[n++] = strcmp(word, "@") == 0 ? line + strlen(line) : word;
	argv[n] = NULL;
	return n;
}

/* Words are told apart by '|'; "@" is an empty one. */
static const struct {
	const char *line;
	enum mode mode;
	int t, i;
	const char *sender, *full_name;
	const char *rcpts;		/* each and a blank; NULL: refused */
} cases[] = {
	/* what calls sendmail, notes of their sources */
	{ "sendmail|-t|-i", MODE_SEND, 1, 1, NULL, NULL, "" },
	{ "sendmail|-t|-i|-fa@b", MODE_SEND, 1, 1, "a@b", NULL, "" },
	{ "/usr/sbin/sendmail|-i|-FCronDaemon|-B8BITMIME|-oem|bob", MODE_SEND, 0,
	  1, NULL, "CronDaemon", "bob " },
	{ "sendmail|-FCronDaemon|-i|-odi|-oem|-oi|-t|-f|bob", MODE_SEND, 1, 1,
	  "bob", "CronDaemon", "" },
	{ "sendmail|-oem|-oi|-f|a@b|-N|success,failure|-R|hdrs|--|c@d|e@f",
	  MODE_SEND, 0, 1, "a@b", NULL, "c@d e@f " },
	{ "send-mail|-i|-v|-m|--|bob", MODE_SEND, 0, 1, NULL, NULL, "bob " },
	{ "sendmail|-i|a@b|c@d", MODE_SEND, 0, 1, NULL, NULL, "a@b c@d " },
	{ "sendmail|-oi|-f|a@b|bob", MODE_SEND, 0, 1, "a@b", NULL, "bob " },
	{ "sendmail|-f|@|--|bob", MODE_SEND, 0, 0, "", NULL, "bob " },
	{ "sendmail|-bs", MODE_SMTP, 0, 0, NULL, NULL, "" },
	{ "sendmail|-oi|-t|-ODeliveryMode=b|-OErrorMode=m", MODE_SEND, 1, 1,
	  NULL, NULL, "" },
	{ "sendmail|-oi|-oee|-f|a@b|bob", MODE_SEND, 0, 1, "a@b", NULL, "bob " },
	{ "sendmail|-O|LogLevel=20|-bs|-Am", MODE_SMTP, 0, 0, NULL, NULL, "" },

	/* modes */
	{ "mailq", MODE_MAILQ, 0, 0, NULL, NULL, "" },
	{ "/usr/bin/mailq|-v", MODE_MAILQ, 0, 0, NULL, NULL, "" },
	{ "/usr/bin/newaliases", MODE_ALIASES, 0, 0, NULL, NULL, "" },
	{ "sendmail|-bp", MODE_MAILQ, 0, 0, NULL, NULL, "" },
	{ "sendmail|-bi", MODE_ALIASES, 0, 0, NULL, NULL, "" },
	{ "sendmail|-bm|bob", MODE_SEND, 0, 0, NULL, NULL, "bob " },
	{ "sendmail|-b|v|bob", MODE_VERIFY, 0, 0, NULL, NULL, "bob " },
	{ "sendmail|-bd|-q30m", MODE_DAEMON, 0, 0, NULL, NULL, "" },
	{ "sendmail|-L|sm-mta|-C/etc/mail/sendmail.cf|-bd|-q30m", MODE_DAEMON, 0,
	  0, NULL, NULL, "" },
	{ "sendmail|-q", MODE_FLUSH, 0, 0, NULL, NULL, "" },
	{ "sendmail|-q30m", MODE_FLUSH, 0, 0, NULL, NULL, "" },
	{ "sendmail|-qRbob", MODE_FLUSH, 0, 0, NULL, NULL, "" },
	{ "sendmail|-bt", MODE_MISSING, 0, 0, NULL, NULL, "" },
	{ "sendmail|-bx", MODE_SEND, 0, 0, NULL, NULL, NULL },
	{ "sendmail|-b", MODE_SEND, 0, 0, NULL, NULL, NULL },

	/* values in one word or two; none where there is none */
	{ "sendmail|-ti", MODE_SEND, 1, 1, NULL, NULL, "" },
	{ "sendmail|-tifa@b", MODE_SEND, 1, 1, "a@b", NULL, "" },
	{ "sendmail|-tf|a@b", MODE_SEND, 1, 0, "a@b", NULL, "" },
	{ "sendmail|-r|a@b|c", MODE_SEND, 0, 0, "a@b", NULL, "c " },
	{ "sendmail|-F|A B|c", MODE_SEND, 0, 0, NULL, "A B", "c " },
	{ "sendmail|-d|c", MODE_SEND, 0, 0, NULL, NULL, "c " },
	{ "sendmail|-d0-99.1|c", MODE_SEND, 0, 0, NULL, NULL, "c " },
	{ "sendmail|-C|/etc/x.cf|c", MODE_SEND, 0, 0, NULL, NULL, "c " },
	{ "sendmail|-C|c", MODE_SEND, 0, 0, NULL, NULL, "c " },
	{ "sendmail|-D|/tmp/d|-X|/tmp/x|-h|3|-M|id|c", MODE_SEND, 0, 0, NULL,
	  NULL, "c " },
	{ "sendmail|-A|c|-B|7BIT|-V|id|-p|SMTP:h|-e|m|-L|t|c", MODE_SEND, 0, 0,
	  NULL, NULL, "c " },
	{ "sendmail|-cGIimnsTUv|c", MODE_SEND, 0, 1, NULL, NULL, "c " },
	{ "sendmail|-o|i|c", MODE_SEND, 0, 1, NULL, NULL, "c " },
	{ "sendmail|-odi|c", MODE_SEND, 0, 0, NULL, NULL, "c " },
	{ "sendmail|-OIgnoreDots=True|c", MODE_SEND, 0, 1, NULL, NULL, "c " },
	{ "sendmail|-i|-O|IgnoreDots=False|c", MODE_SEND, 0, 0, NULL, NULL,
	  "c " },
	{ "sendmail|-O|IgnoreDots|c", MODE_SEND, 0, 1, NULL, NULL, "c " },

	/* options behind recipients; none behind "--" */
	{ "sendmail|bob|-i|-f|a@b|ann", MODE_SEND, 0, 1, "a@b", NULL,
	  "bob ann " },
	{ "sendmail|--|-t|--|bob", MODE_SEND, 0, 0, NULL, NULL, "-t -- bob " },
	{ "sendmail|-|bob", MODE_SEND, 0, 0, NULL, NULL, "- bob " },

	{ "sendmail|-f", MODE_SEND, 0, 0, NULL, NULL, NULL },
	{ "sendmail|bob|-Z", MODE_SEND, 0, 0, NULL, NULL, NULL },
	{ "sendmail|-t\x01", MODE_SEND, 0, 0, NULL, NULL, NULL },
};

static void
test_cases(void **state)
{
	size_t k;

	for (k = 0; k < LENGTH(cases); k++) {
		char line[256], *argv[32];
		struct options o;
		struct buf rcpts = BUF_MAX(256);
		int r, n, i;

		strcpy(line, cases[k].line);
		n = split(line, argv);
		r = options_parse(&o, n, argv);
		CHECK((r == -1) == (cases[k].rcpts == NULL), "%s: %d %s",
		    cases[k].line, r, o.wrong);
		if (r == -1) {
			CHECK(o.wrong[0] != '\0', "%s: why?", cases[k].line);
			continue;
		}
		CHECK(o.mode == cases[k].mode && o.from_header == cases[k].t &&
		    o.dots_are_text == cases[k].i, "%s: mode %d t %d i %d",
		    cases[k].line, (int)o.mode, o.from_header,
		    o.dots_are_text);
		CHECK((o.sender == NULL) == (cases[k].sender == NULL) &&
		    (o.sender == NULL || strcmp(o.sender, cases[k].sender) ==
		    0), "%s: %s", cases[k].line, o.sender);
		CHECK((o.full_name == NULL) == (cases[k].full_name == NULL) &&
		    (o.full_name == NULL || strcmp(o.full_name,
		    cases[k].full_name) == 0), "%s: name", cases[k].line);
		for (i = 0; i < o.rcpt_n; i++)
			buf_addf(&rcpts, "%s ", o.rcpt[i]);
		CHECK(holds(&rcpts, cases[k].rcpts), "%s: %s", cases[k].line,
		    shown(rcpts.s, rcpts.len));
		buf_free(&rcpts);
	}
}

static void
test_others(void **state)
{
	char a0[] = "sendmail", a1[] = "-Am", a2[] = "-v", a3[] = "-B8BITMIME";
	char *argv[] = { a0, a1, a2, a3, NULL };
	struct options o;

	assert_int_equal(options_parse(&o, 4, argv), 0);
	assert_true(o.as_daemon && o.verbose);
	assert_string_equal(o.body, "8BITMIME");
	assert_int_equal(options_parse(&o, 0, argv + 4), 0);
	assert_int_equal(o.rcpt_n, 0);
}

/* What the sender wants to be told; notify -1: refused. */
static const struct {
	const char *line;
	int notify;
	const char *ret, *envid;
} wishes[] = {
	{ "sendmail|c", 0, NULL, "" },
	{ "sendmail|-N|success,failure|-R|hdrs|-V|QQ1|c", NOTIFY_SUCCESS |
	  NOTIFY_FAILURE, "hdrs", "QQ1" },
	{ "sendmail|-Nnever|-RFULL|-Va+2Bb|c", NOTIFY_NEVER, "full", "a+2Bb" },
	{ "sendmail|-V|batch 12=a+b|c", 0, NULL, "batch+2012+3Da+2Bb" },
	{ "sendmail|-N|DELAY|-N|SUCCESS|c", NOTIFY_SUCCESS, NULL, "" },
	{ "sendmail|-N|often|c", -1, NULL, NULL },
	{ "sendmail|-N|@|c", -1, NULL, NULL },
	{ "sendmail|-N|never,success|c", -1, NULL, NULL },
	{ "sendmail|-R|body|c", -1, NULL, NULL },
	{ "sendmail|-V|@|c", -1, NULL, NULL },
	{ "sendmail|-V|a\tb|c", -1, NULL, NULL },
	{ "sendmail|-V|\xe4|c", -1, NULL, NULL },
};

static void
test_wishes(void **state)
{
	size_t k;

	for (k = 0; k < LENGTH(wishes); k++) {
		char line[256], *argv[32];
		struct options o;
		int r, n;

		strcpy(line, wishes[k].line);
		n = split(line, argv);
		r = options_parse(&o, n, argv);
		CHECK((r == -1) == (wishes[k].notify == -1), "%s: %d",
		    wishes[k].line, r);
		if (r == -1) {
			CHECK(o.wrong[0] != '\0', "%s: why?", wishes[k].line);
			continue;
		}
		assert_int_equal(o.notify, wishes[k].notify);
		CHECK((o.ret == NULL) == (wishes[k].ret == NULL) &&
		    (o.ret == NULL || strcmp(o.ret, wishes[k].ret) == 0),
		    "%s: %s", wishes[k].line, o.ret);
		CHECK(strcmp(o.envid, wishes[k].envid) == 0, "%s: %s",
		    wishes[k].line, o.envid);
	}
}

/* 100 octets of ENVID, and one more. */
static void
test_long_envid(void **state)
{
	char a0[] = "sendmail", a1[] = "-V", a2[ENVID_OCTETS + 2];
	char *argv[] = { a0, a1, a2, NULL };
	struct options o;
	size_t n;

	for (n = ENVID_OCTETS - 3; n <= ENVID_OCTETS + 1; n++) {
		snprintf(a2, sizeof(a2), "%s", many('x', n));
		assert_int_equal(options_parse(&o, 3, argv), n > ENVID_OCTETS ?
		    -1 : 0);
		a2[0] = '+';		/* is written as three octets */
		assert_int_equal(options_parse(&o, 3, argv), n > ENVID_OCTETS -
		    2 ? -1 : 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_long_envid),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
