/* test-control - lib/mail/control.c: what tools and the runner say to each other */
#include "unit.h"

#include "mail/control.h"

#define ID	"661048b595041-14e2-b656c9aa"

static void
test_questions(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		int verb;		/* -1: it is none */
		const char *value;
	} cases[] = {
		{ OCTETS("list \n"), CONTROL_LIST, "" },
		{ OCTETS("list " ID "\n"), CONTROL_LIST, ID },
		{ OCTETS("list x\n"), -1, "" },
		{ OCTETS("sites \n"), CONTROL_SITES, "" },
		{ OCTETS("sites mx:a.example tls=may\n"), CONTROL_SITES,
		  "mx:a.example tls=may" },
		{ OCTETS("status \n"), CONTROL_STATUS, "" },
		{ OCTETS("status x\n"), -1, "" },
		{ OCTETS("flush all\n"), CONTROL_FLUSH, "all" },
		{ OCTETS("flush mx:a.example\n"), CONTROL_FLUSH,
		  "mx:a.example" },
		{ OCTETS("flush \n"), -1, "" },
		{ OCTETS("hold " ID "\n"), CONTROL_HOLD, ID },
		{ OCTETS("release " ID "\n"), CONTROL_RELEASE, ID },
		{ OCTETS("remove " ID "\n"), CONTROL_REMOVE, ID },
		{ OCTETS("requeue " ID "\n"), CONTROL_REQUEUE, ID },
		{ OCTETS("remove all\n"), -1, "" },
		{ OCTETS("remove ../" ID "\n"), -1, "" },
		{ OCTETS("hold \n"), -1, "" },
		{ OCTETS("hold " ID), -1, "" },
		{ OCTETS("hold " ID "\nhold " ID "\n"), -1, "" },
		{ OCTETS("hold\n"), -1, "" },
		{ OCTETS("delete " ID "\n"), -1, "" },
		{ OCTETS("HOLD " ID "\n"), -1, "" },
		{ OCTETS(""), -1, "" },
		{ OCTETS("\n"), -1, "" },
		{ OCTETS("list \n\0"), -1, "" },
		{ OCTETS("flush a\tb\n"), -1, "" },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct control_question q = { .verb = CONTROL_LIST };
		char *in = exactly(cases[i].in, cases[i].n);
		int r = control_question_parse(&q, in, cases[i].n);

		CHECK(r == (cases[i].verb == -1 ? -1 : 0), "%s: %d",
		    shown(cases[i].in, cases[i].n), r);
		CHECK(r == -1 || ((int)q.verb == cases[i].verb &&
		    strcmp(q.value, cases[i].value) == 0), "%s: %d %s",
		    shown(cases[i].in, cases[i].n), q.verb, q.value);
		free(in);
	}
}

static void
test_question_back(void **state)
{
	struct buf b = BUF_MAX(CONTROL_QUESTION);
	struct control_question q;
	char long_name[SPAWN_NEXTHOP];
	int verb;

	for (verb = CONTROL_HOLD; verb <= CONTROL_REQUEUE; verb++) {
		assert_int_equal(control_question_format(&b,
		    (enum control_verb)verb, ID), 0);
		assert_int_equal(control_question_parse(&q, b.s, b.len), 0);
		assert_int_equal(q.verb, verb);
		assert_string_equal(q.value, ID);
	}
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(control_question_format(&b, CONTROL_FLUSH, long_name),
	    0);
	assert_int_equal(control_question_parse(&q, b.s, b.len), 0);
	assert_string_equal(q.value, long_name);
	b.len--;
	assert_int_equal(buf_adds(&b, "x\n"), 0);
	CHECK_FAILS(control_question_parse(&q, b.s, b.len), EINVAL);
	CHECK_FAILS(control_question_format(&b, CONTROL_FLUSH, "a\nremove " ID),
	    EINVAL);
	buf_free(&b);
}

static void
test_messages(void **state)
{
	static const struct control_message in[] = {
		{ .id = ID, .state = CONTROL_WAITS, .due_us = 1764000000123456,
		  .attempts = 3, .site = "mx:a.example" },
		{ .id = "661048b595042-1-b656c9aa", .state = CONTROL_HELD },
		{ .id = "661048b595043-1-b656c9aa", .state = CONTROL_TRIED,
		  .due_us = UINT64_MAX, .attempts = UINT64_MAX },
	};
	struct buf b = BUF_MAX(4096);
	struct control_message m;
	enum control_end e;
	const char *p;
	size_t i;

	for (i = 0; i < LENGTH(in); i++)
		assert_int_equal(control_message_format(&b, in + i), 0);
	assert_int_equal(control_end_format(&b, CONTROL_MORE), 0);
	p = b.s;
	for (i = 0; i < LENGTH(in); i++) {
		assert_int_equal(control_message_next(&p, b.s + b.len, &m), 1);
		assert_string_equal(m.id, in[i].id);
		assert_string_equal(m.site, in[i].site);
		assert_true(m.state == in[i].state && m.due_us == in[i].due_us
		    && m.attempts == in[i].attempts);
	}
	assert_int_equal(control_message_next(&p, b.s + b.len, &m), 0);
	assert_int_equal(control_end_parse(b.s, b.len, &e), 0);
	assert_int_equal(e, CONTROL_MORE);
	b.max = b.len + 10;		/* no room: nothing of it stays */
	CHECK_FAILS(control_message_format(&b, in), EMSGSIZE);
	assert_int_equal(b.s[b.len - 1], '\n');
	buf_free(&b);
}

static void
test_sites(void **state)
{
	static const struct control_site in[] = {
		{ .nexthop = "mx:a.example tls=may", .lanes = 2, .limit = 20 },
		{ .nexthop = "smtp:[192.0.2.1]:25", .limit = 1, .failures = 4,
		  .dead_us = 5, .probe_us = 6, .messages = 7, .dsn = "4.4.1",
		  .why = "connection refused" },
	};
	struct buf b = BUF_MAX(4096);
	struct control_site s;
	const char *p;
	size_t i;

	for (i = 0; i < LENGTH(in); i++)
		assert_int_equal(control_site_format(&b, in + i), 0);
	assert_int_equal(control_end_format(&b, CONTROL_DONE), 0);
	p = b.s;
	for (i = 0; i < LENGTH(in); i++) {
		assert_int_equal(control_site_next(&p, b.s + b.len, &s), 1);
		assert_memory_equal(&s, in + i, sizeof(s));
	}
	assert_int_equal(control_site_next(&p, b.s + b.len, &s), 0);
	buf_free(&b);
}

static void
test_bad_answers(void **state)
{
	static const char *const bad[] = {
		"", "\n", "id " ID "\n", "id " ID, "due 5\nend done\n",
		"id x\nend done\n", "id " ID "\nstate none\nend done\n",
		"id " ID "\ndue -1\nend done\n", "id " ID "\nstate waits\nx",
		"id " ID "\nattempts \nend done\n", "site a\nend done\n",
	};
	size_t i;

	for (i = 0; i < LENGTH(bad); i++) {
		struct control_message m;
		const char *p = bad[i];

		CHECK(control_message_next(&p, bad[i] + strlen(bad[i]), &m) ==
		    -1 && errno == EINVAL, "%s", bad[i]);
	}
}

static void
test_ends(void **state)
{
	static const struct {
		const char *in;
		int end;
	} cases[] = {
		{ "end done\n", CONTROL_DONE },
		{ "end active\n", CONTROL_ACTIVE },
		{ "end held\n", CONTROL_BARRED },
		{ "id " ID "\nend unknown\n", CONTROL_UNKNOWN },
		{ "end failed\n", CONTROL_FAILED },
		{ "", -1 }, { "\n", -1 }, { "end\n", -1 }, { "end \n", -1 },
		{ "end done", -1 }, { "end done\nid " ID "\n", -1 },
		{ "xend done\n", -1 }, { "end doneX\n", -1 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		enum control_end e = CONTROL_MORE;
		char *in = exactly(cases[i].in, strlen(cases[i].in));
		int r = control_end_parse(in, strlen(cases[i].in), &e);

		CHECK(r == (cases[i].end == -1 ? -1 : 0) && (r == -1 ||
		    (int)e == cases[i].end), "%s", cases[i].in);
		free(in);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_question_back),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
