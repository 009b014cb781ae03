/* test-job - lib/mail/job.c */
#include "unit.h"

#include "mail/job.h"

#define ID	"00640f1c2d3e4-1f4-0123abcd"

static const char whole_job[] = "job 7\nreplay 1\nid " ID "\n"
    "sender alice@example.org\nto bob@example.org\ntime 1764000000123456\n"
    "at 200\nsize 4123\nwire 4222\n";

static void
test_job_text(void **state)
{
	struct job j = { .number = 7, .replay = 1, .id = ID,
	    .sender = "alice@example.org", .to = "bob@example.org",
	    .time_us = 1764000000123456, .at = 200, .size = 4123,
	    .wire = 4222 };
	struct buf b = BUF_MAX(JOB_RECORD);

	assert_int_equal(buf_adds(&b, "rubbish"), 0);
	assert_int_equal(job_format(&b, &j), 0);
	CHECK(holds(&b, whole_job), "%s", shown(b.s, b.len));
	buf_free(&b);
}

static void
test_job_parse(void **state)
{
	char *s = exactly(whole_job, sizeof(whole_job) - 1);
	struct job j;

	memset(&j, 'x', sizeof(j));
	assert_int_equal(job_parse(s, sizeof(whole_job) - 1, &j), 0);
	assert_int_equal(j.number, 7);
	assert_int_equal(j.replay, 1);
	assert_string_equal(j.id, ID);
	assert_string_equal(j.sender, "alice@example.org");
	assert_string_equal(j.to, "bob@example.org");
	assert_true(j.time_us == 1764000000123456);
	assert_int_equal(j.at, 200);
	assert_int_equal(j.size, 4123);
	assert_int_equal(j.wire, 4222);
	free(s);
}

/* What the sender wants to be told goes with the job, if he said anything. */
static void
test_wishes(void **state)
{
	static const char text[] = "job 7\nret full\nenvid QQ+2B1\n"
	    "notify success,delay\norcpt rfc822;Bob@example.org\nreplay 0\n"
	    "id " ID "\nsender a@b\nto c@d\ntime 1\nat 2\nsize 3\nwire 4\n";
	static const char *const bad[] = {
		"ret all\n", "ret \n", "envid \n", "envid a b\n", "notify \n",
		"notify never,delay\n", "orcpt x\n", "orcpt rfc822;a+0A\n",
	};
	struct job j = { .number = 7, .id = ID, .sender = "a@b", .to = "c@d",
	    .time_us = 1, .at = 2, .size = 3, .wire = 4, .ret = "full",
	    .envid = "QQ+2B1", .notify = "success,delay",
	    .orcpt = "rfc822;Bob@example.org" }, k;
	struct buf b = BUF_MAX(JOB_RECORD);
	size_t i;

	assert_int_equal(job_format(&b, &j), 0);
	CHECK(holds(&b, text), "%s", shown(b.s, b.len));
	assert_int_equal(job_parse(b.s, b.len, &k), 0);
	assert_string_equal(k.ret, j.ret);
	assert_string_equal(k.envid, j.envid);
	assert_string_equal(k.notify, j.notify);
	assert_string_equal(k.orcpt, j.orcpt);
	for (i = 0; i < LENGTH(bad); i++) {
		b.len = 0;
		assert_int_equal(buf_addf(&b, "%s%s", bad[i], whole_job), 0);
		errno = 0;
		CHECK(job_parse(b.s, b.len, &k) == -1 && errno == EINVAL, "%s",
		    bad[i]);
	}
	buf_free(&b);
}

/* The longest of everything fits into a record. */
static void
test_longest(void **state)
{
	struct job j = { .number = UINT64_MAX, .replay = 1,
	    .id = "00640f1c2d3e4-ffffffff-0123abcd", .time_us = UINT64_MAX,
	    .at = INT64_MAX / 2, .size = INT64_MAX / 2, .wire = UINT64_MAX,
	    .ret = "full", .notify = "success,failure,delay",
	    .orcpt = "rfc822;" };
	struct answer a = { .onward = 1, .number = UINT64_MAX, .verdict = V_LATER,
	    .dsn = "5.123.456" }, a2;
	struct buf b = BUF_MAX(JOB_RECORD);
	struct job k;

	memset(j.sender, 's', ADDRESS_OCTETS);
	memset(j.to, 't', ADDRESS_OCTETS);
	memset(j.envid, 'e', ENVID_OCTETS);
	memset(j.orcpt + 7, 'o', ORCPT_OCTETS - 7);
	memset(a.why, 'w', WHY_OCTETS - 1);
	memset(a.relay, 'r', RELAY_OCTETS - 1);
	assert_int_equal(job_format(&b, &j), 0);
	assert_int_equal(job_parse(b.s, b.len, &k), 0);
	assert_string_equal(k.sender, j.sender);
	assert_string_equal(k.to, j.to);
	assert_string_equal(k.envid, j.envid);
	assert_string_equal(k.orcpt, j.orcpt);
	assert_true(k.number == j.number && k.at == j.at && k.size == j.size);
	assert_int_equal(answer_format(&b, &a), 0);
	assert_int_equal(answer_parse(b.s, b.len, &a2), 0);
	assert_string_equal(a2.why, a.why);
	assert_string_equal(a2.dsn, a.dsn);
	assert_string_equal(a2.relay, a.relay);
	assert_int_equal(a2.verdict, V_LATER);
	buf_free(&b);
}

/* The whole job above with one line changed or left out. */
static const struct {
	const char *line, *instead;
	int good;
} jobs[] = {
	{ "replay 1\n", "", 1 },
	{ "sender alice@example.org\n", "sender \n", 1 },
	{ "wire 4222\n", "wire 4222\nnews of a later runner\n", 1 },
	{ "at 200\n", "at 0\n", 1 },
	{ "id " ID "\n", "", 0 },
	{ "to bob@example.org\n", "", 0 },
	{ "to bob@example.org\n", "to \n", 0 },
	{ "id " ID "\n", "id ../../etc/passwd\n", 0 },
	{ "id " ID "\n", "id \n", 0 },
	{ "id " ID "\n", "id 00640f1c2d3e4-1f4-0123abcd0\n", 0 },
	{ "job 7\n", "job -7\n", 0 },
	{ "job 7\n", "job 18446744073709551616\n", 0 },
	{ "replay 1\n", "replay yes\n", 0 },
	{ "replay 1\n", "direct 1\n", 1 },
	{ "replay 1\n", "direct yes\n", 0 },
	{ "at 200\n", "at 4611686018427387904\n", 0 },
	{ "size 4123\n", "size 18446744073709551615\n", 0 },
	{ "size 4123\n", "size \n", 0 },
	{ "time 1764000000123456\n", "time 1764000000.123456\n", 0 },
	{ "wire 4222\n", "wire 4222", 0 },
	{ "wire 4222\n", "wire 4222\n\n", 0 },
	{ "wire 4222\n", "wire 4222\nbad\tline\n", 0 },
};

static void
test_job_lines(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(jobs); i++) {
		const char *at = strstr(whole_job, jobs[i].line);
		struct buf b = BUF_MAX(1000);
		struct job j;
		char *s;
		int r;

		assert_non_null(at);
		assert_int_equal(buf_addf(&b, "%.*s%s%s",
		    (int)(at - whole_job), whole_job, jobs[i].instead,
		    at + strlen(jobs[i].line)), 0);
		s = exactly(b.s, b.len);
		errno = 0;
		r = job_parse(s, b.len, &j);
		CHECK(r == (jobs[i].good ? 0 : -1), "%s instead: %d",
		    jobs[i].instead, r);
		CHECK(r == 0 || errno == EINVAL, "errno %d", errno);
		free(s);
		buf_free(&b);
	}
}

static void
test_job_addresses(void **state)
{
	static const char rest[] = "job 1\nid " ID "\n";
	size_t n;

	for (n = ADDRESS_OCTETS - 1; n <= ADDRESS_OCTETS + 1; n++) {
		struct buf b = BUF_MAX(2000);
		struct job j;
		int good = n <= ADDRESS_OCTETS;

		assert_int_equal(buf_addf(&b, "%sto %s\n", rest,
		    many('x', n)), 0);
		assert_int_equal(job_parse(b.s, b.len, &j), good ? 0 : -1);
		b.len = 0;
		assert_int_equal(buf_addf(&b, "%sto x\nsender %s\n", rest,
		    many('x', n)), 0);
		assert_int_equal(job_parse(b.s, b.len, &j), good ? 0 : -1);
		buf_free(&b);
	}
}

/* A file name is made of the id: nothing else may pass for one. */
static void
test_ids(void **state)
{
	static const struct {
		const char *id;
		int is;
	} ids[] = {
		{ ID, 1 },
		{ "0000000000000-0-00000000", 1 },
		{ "fffffffffffff-ffffffff-ffffffff", 1 },
		{ "", 0 },
		{ "-", 0 },
		{ "--", 0 },
		{ "0000000000000--00000000", 0 },
		{ "000000000000-1-00000000", 0 },
		{ "00000000000000-1-00000000", 0 },
		{ "0000000000000-123456789-00000000", 0 },
		{ "0000000000000-1-0000000", 0 },
		{ "0000000000000-1-000000000", 0 },
		{ "0000000000000-1-00000000-", 0 },
		{ "0000000000000-1-0000000g", 0 },
		{ "000000000000A-1-00000000", 0 },
		{ "0000000000000/1-00000000", 0 },
		{ "..", 0 },
		{ ".hidden", 0 },
	};
	char id[QUEUE_ID], before[QUEUE_ID] = "";
	size_t i;

	for (i = 0; i < LENGTH(ids); i++)
		CHECK(queue_id_is(ids[i].id) == ids[i].is, "%s", ids[i].id);
	for (i = 0; i < 1000; i++) {
		queue_id_make(id);
		CHECK(queue_id_is(id), "%s", id);
		assert_string_not_equal(id, before);
		memcpy(before, id, sizeof(id));
	}
}

static const struct {
	const char *s;
	size_t n;
	int good;
	enum verdict verdict;
	const char *dsn, *why;
} answers[] = {
	{ OCTETS("job 3\nverdict done\ndsn 2.0.0\nwhy delivered\n"), 1, V_DONE,
	  "2.0.0", "delivered" },
	{ OCTETS("verdict later\n"), 1, V_LATER, "", "" },
	{ OCTETS("verdict done\nonward 1\n"), 1, V_DONE, "", "" },
	{ OCTETS("verdict done\nonward yes\n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict never\nwhy x y\nid 1\n"), 1, V_NEVER, "", "x y" },
	{ OCTETS("verdict done\ndsn 12345678901\n"), 1, V_DONE, "12345678901",
	  "" },
	{ OCTETS("verdict done\ndsn 123456789012\n"), 0, V_DONE, "", "" },
	{ OCTETS(""), 0, V_DONE, "", "" },
	{ OCTETS("job 3\ndsn 2.0.0\nwhy delivered\n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict \n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict don\n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict dones\n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict Done\n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict done"), 0, V_DONE, "", "" },
	{ OCTETS("verdict done\njob x\n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict done\nwhy a\x01\n"), 0, V_DONE, "", "" },
	{ OCTETS("verdict done\n\n"), 0, V_DONE, "", "" },
};

static void
test_answers(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		char *s = exactly(answers[i].s, answers[i].n);
		struct answer a;
		int r;

		errno = 0;
		r = answer_parse(s, answers[i].n, &a);
		CHECK(r == (answers[i].good ? 0 : -1) &&
		    (r == 0 || errno == EINVAL), "%s: %d",
		    shown(answers[i].s, answers[i].n), r);
		if (r == 0) {
			assert_int_equal(a.verdict, answers[i].verdict);
			assert_int_equal(a.onward, strstr(answers[i].s, "onward") != NULL);
			assert_string_equal(a.dsn, answers[i].dsn);
			assert_string_equal(a.why, answers[i].why);
		}
		free(s);
	}
}

/* Words of any kind become words that a record takes. */
static void
test_answer_set(void **state)
{
	struct answer a = { .number = 5 }, back;
	struct buf b = BUF_MAX(JOB_RECORD);

	answer_set(&a, V_NEVER, "5.1.1", "%s\n\t\x7f\xc3\xa4 %d", "no", 4);
	assert_string_equal(a.why, "no???\xc3\xa4 4");
	assert_int_equal(a.number, 5);
	assert_int_equal(answer_format(&b, &a), 0);
	assert_true(holds(&b, "job 5\nverdict never\ndsn 5.1.1\n"
	    "why no???\xc3\xa4 4\n"));
	assert_int_equal(answer_parse(b.s, b.len, &back), 0);
	answer_set(&a, V_LATER, "4.2.0.and.more", "%s%s", many('x', 500),
	    many('y', 500));
	assert_int_equal(strlen(a.why), WHY_OCTETS - 1);
	assert_int_equal(strlen(a.dsn), DSN_OCTETS - 1);
	assert_int_equal(answer_format(&b, &a), 0);
	assert_int_equal(answer_parse(b.s, b.len, &back), 0);
	buf_free(&b);
}

/* Where it was sent to, if it was sent. */
static void
test_answer_relay(void **state)
{
	struct answer a = { .number = 1, .relay = "mx.example[192.0.2.1]:25" };
	struct buf b = BUF_MAX(JOB_RECORD);
	struct answer back;

	answer_set(&a, V_DONE, "2.0.0", "taken");
	assert_int_equal(answer_format(&b, &a), 0);
	assert_true(holds(&b, "job 1\nverdict done\ndsn 2.0.0\n"
	    "relay mx.example[192.0.2.1]:25\nwhy taken\n"));
	assert_int_equal(answer_parse(b.s, b.len, &back), 0);
	assert_string_equal(back.relay, a.relay);
	b.len = 0;
	assert_int_equal(buf_addf(&b, "verdict done\nrelay %s\n",
	    many('r', RELAY_OCTETS)), 0);
	CHECK_FAILS(answer_parse(b.s, b.len, &back), EINVAL);
	buf_free(&b);
}

/* The host takes no mail at all. */
static void
test_answer_down(void **state)
{
	struct answer a = { .number = 1, .down = 1 };
	struct buf b = BUF_MAX(JOB_RECORD);
	struct answer back;

	answer_set(&a, V_LATER, "4.4.1", "nobody");
	assert_int_equal(answer_format(&b, &a), 0);
	assert_true(holds(&b, "job 1\nverdict later\ndsn 4.4.1\ndown 1\n"
	    "why nobody\n"));
	assert_int_equal(answer_parse(b.s, b.len, &back), 0);
	assert_int_equal(back.down, 1);
	b.len = 0;
	assert_int_equal(buf_adds(&b, "verdict later\ndown yes\n"), 0);
	CHECK_FAILS(answer_parse(b.s, b.len, &back), EINVAL);
	buf_free(&b);
}

static void
test_verdict_names(void **state)
{
	assert_string_equal(verdict_name(V_DONE), "done");
	assert_string_equal(verdict_name(V_LATER), "later");
	assert_string_equal(verdict_name(V_NEVER), "never");
	assert_string_equal(verdict_name(V_FORWARD), "forward");
}

/* The user's files, and a record with their targets. */
static void
test_own(void **state)
{
	static const char targets[] = "job 7\nverdict forward\ndsn 2.0.0\n"
	    "why .forward\ntarget |exec a b\ntarget \\bob\n";
	static const char *const bad[] = { "a/b", "..", "a b", "" };
	struct job j = { .own = 1, .ext = "lists-x", .to = "\\bob@example.org",
	    .id = "00640f1c2d3e4-1f4-0123abcd" }, k;
	struct buf b = BUF_MAX(JOB_RECORD);
	struct answer a;
	size_t i;

	assert_int_equal(job_format(&b, &j), 0);
	assert_int_equal(job_parse(b.s, b.len, &k), 0);
	assert_true(k.own == 1 && strcmp(k.ext, "lists-x") == 0 &&
	    strcmp(k.to, j.to) == 0);
	for (i = 0; i < LENGTH(bad); i++) {
		assert_int_equal(job_format(&b, &j), 0);
		assert_int_equal(buf_addf(&b, "ext %s\n", bad[i]), 0);
		CHECK(job_parse(b.s, b.len, &k) == -1, "%s", bad[i]);
	}
	j.own = 0;
	j.ext[0] = '\0';
	assert_int_equal(job_format(&b, &j), 0);
	assert_int_equal(buf_0(&b), 0);
	assert_true(strstr(b.s, "own") == NULL && strstr(b.s, "ext") == NULL);
	assert_int_equal(answer_parse(OCTETS(targets), &a), 0);
	assert_true(a.verdict == V_FORWARD && a.number == 7);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_job_text),
		cmocka_unit_test(test_job_parse),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_job_lines),
		cmocka_unit_test(test_job_addresses),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_answer_set),
		cmocka_unit_test(test_answer_relay),
		cmocka_unit_test(test_answer_down),
		cmocka_unit_test(test_verdict_names),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
