/* test-exitcode - lib/mail/exitcode.c: every end of a program. */
#include "unit.h"

#include "mail/exitcode.h"

#define EXITED(code)	((code) << 8)
#define KILLED(signal)	(signal)

static const struct {
	int status;
	enum verdict verdict;
	const char *dsn;
} cases[] = {
	{ EXITED(0), V_DONE, "2.0.0" }, { EXITED(99), V_DONE, "2.0.0" },
	{ EXITED(1), V_NEVER, "5.3.0" }, { EXITED(2), V_NEVER, "5.3.0" },
	{ EXITED(64), V_NEVER, "5.3.0" }, { EXITED(65), V_NEVER, "5.6.0" },
	{ EXITED(66), V_NEVER, "5.3.0" }, { EXITED(67), V_NEVER, "5.1.1" },
	{ EXITED(68), V_NEVER, "5.1.2" }, { EXITED(69), V_NEVER, "5.3.0" },
	{ EXITED(70), V_NEVER, "5.3.0" }, { EXITED(71), V_LATER, "4.3.0" },
	{ EXITED(72), V_NEVER, "5.3.0" }, { EXITED(73), V_NEVER, "5.2.0" },
	{ EXITED(74), V_LATER, "4.3.0" }, { EXITED(75), V_LATER, "4.3.0" },
	{ EXITED(76), V_NEVER, "5.5.0" }, { EXITED(77), V_NEVER, "5.7.0" },
	{ EXITED(78), V_NEVER, "5.3.5" }, { EXITED(79), V_NEVER, "5.3.0" },
	{ EXITED(100), V_NEVER, "5.3.0" }, { EXITED(111), V_LATER, "4.3.0" },
	{ EXITED(126), V_LATER, "4.3.5" }, { EXITED(127), V_LATER, "4.3.5" },
	{ EXITED(128), V_NEVER, "5.3.0" }, { EXITED(137), V_LATER, "4.3.0" },
	{ EXITED(255), V_LATER, "4.3.0" },
	{ KILLED(9), V_LATER, "4.3.0" }, { KILLED(11 | 128), V_LATER, "4.3.0" },
};

static void
test_codes(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct answer a = { .number = 7 };

		exitcode_verdict(&a, cases[i].status, "words\n", 6);
		CHECK(a.number == 7 && a.verdict == cases[i].verdict &&
		    strcmp(a.dsn, cases[i].dsn) == 0, "%d: %s %s",
		    cases[i].status, verdict_name(a.verdict), a.dsn);
		CHECK((a.verdict == V_DONE) == (strstr(a.why, "words") == NULL),
		    "%s", a.why);
	}
}

static void
test_words(void **state)
{
	struct answer a = { .number = 0 };

	exitcode_verdict(&a, EXITED(67), OCTETS("a\033[1m\nb\n\n"));
	assert_string_equal(a.why,
	    "no such user: the program's exit is 67: a?[1m?b");
	exitcode_verdict(&a, EXITED(67), OCTETS("\xc3\xb1 "));
	assert_string_equal(a.why,
	    "no such user: the program's exit is 67: \xc3\xb1");
	exitcode_verdict(&a, EXITED(67), OCTETS("\xff%s%n"));
	assert_string_equal(a.why,
	    "no such user: the program's exit is 67: ?%s%n");
	exitcode_verdict(&a, EXITED(67), "", 0);
	assert_string_equal(a.why, "no such user: the program's exit is 67");
	exitcode_verdict(&a, EXITED(67), many('x', 1000), 1000);
	assert_true(strlen(a.why) < 400);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
