/* test-spawn - lib/mail/spawn.c */
#include "unit.h"

#include "mail/spawn.h"
#include "text/record.h"

static const char start[] = "start 7\nuid 1000\ngid 100\nmake 1\nuser bob\n"
    "home /home/bob\nmailbox /home/bob/Maildir\n";

static const struct spawn_request request = { .start = 7,
    .to = { .uid = 1000, .gid = 100, .make = 1, .user = "bob",
    .home = "/home/bob", .mailbox = "/home/bob/Maildir" } };

static void
test_request(void **state)
{
	char *s = exactly(start, sizeof(start) - 1);
	struct buf b = BUF_MAX(SPAWN_RECORD);
	struct spawn_request q;

	assert_int_equal(spawn_request_format(&b, &request), 0);
	assert_true(holds(&b, start));
	memset(&q, 'x', sizeof(q));
	assert_int_equal(spawn_request_parse(s, sizeof(start) - 1, &q), 0);
	assert_true(q.start == 7 && q.kill == 0 && q.to.uid == 1000 &&
	    q.to.gid == 100 && q.to.make == 1);
	assert_string_equal(q.to.user, "bob");
	assert_string_equal(q.to.home, "/home/bob");
	assert_string_equal(q.to.mailbox, "/home/bob/Maildir");
	memset(&q, 0, sizeof(q));
	q.start = 8;
	strcpy(q.to.nexthop, "mx:example.net tls=may");
	assert_int_equal(spawn_request_format(&b, &q), 0);
	assert_true(holds(&b, "start 8\nnexthop mx:example.net tls=may\n"));
	memset(&q, 'x', sizeof(q));
	assert_int_equal(spawn_request_parse(b.s, b.len, &q), 0);
	assert_string_equal(q.to.nexthop, "mx:example.net tls=may");
	assert_string_equal(q.to.mailbox, "");
	CHECK_FAILS(spawn_request_parse(OCTETS("start 8\nnexthop mx:a\n"
	    "uid 1000\n"), &q), EINVAL);
	memset(&q, 0, sizeof(q));
	q.kill = 4711;
	assert_int_equal(spawn_request_format(&b, &q), 0);
	assert_true(holds(&b, "kill 4711\n"));
	assert_int_equal(spawn_request_parse(b.s, b.len, &q), 0);
	assert_true(q.kill == 4711 && q.start == 0);
	assert_string_equal(q.to.mailbox, "");
	buf_free(&b);
	free(s);
}

static void
test_answer(void **state)
{
	struct spawn_answer a = { .start = 7, .pid = 0, .why = "no such user" };
	struct buf b = BUF_MAX(SPAWN_RECORD);

	assert_int_equal(spawn_answer_format(&b, &a), 0);
	assert_true(holds(&b, "start 7\npid 0\nwhy no such user\n"));
	memset(&a, 'x', sizeof(a));
	assert_int_equal(spawn_answer_parse(b.s, b.len, &a), 0);
	assert_true(a.start == 7 && a.pid == 0);
	assert_string_equal(a.why, "no such user");
	buf_free(&b);
}

/* The longest of everything fits into a record. */
static void
test_longest(void **state)
{
	struct spawn_request q = { .start = UINT64_MAX, .to = {
	    .uid = UINT64_MAX, .gid = UINT64_MAX, .make = UINT64_MAX } }, back;
	struct spawn_answer a = { .start = UINT64_MAX, .pid = UINT64_MAX }, b2;
	struct buf b = BUF_MAX(SPAWN_RECORD);

	memset(q.to.user, 'u', sizeof(q.to.user) - 1);
	memset(q.to.home, 'h', sizeof(q.to.home) - 1);
	memset(q.to.mailbox, 'm', sizeof(q.to.mailbox) - 1);
	memset(a.why, 'w', sizeof(a.why) - 1);
	assert_int_equal(spawn_request_format(&b, &q), 0);
	assert_int_equal(spawn_request_parse(b.s, b.len, &back), 0);
	assert_memory_equal(&back, &q, sizeof(q));
	assert_int_equal(spawn_answer_format(&b, &a), 0);
	assert_int_equal(spawn_answer_parse(b.s, b.len, &b2), 0);
	assert_memory_equal(&b2, &a, sizeof(a));
	buf_free(&b);
}

static const struct {
	const char *s;
	size_t n;
	int e;			/* errno, or 0 */
} requests[] = {
	{ OCTETS(""), 0 },
	{ OCTETS("news of a later runner\n"), 0 },
	{ OCTETS("start 1"), EINVAL },
	{ OCTETS("start -1\n"), EINVAL },
	{ OCTETS("uid x\n"), EINVAL },
	{ OCTETS("uid 18446744073709551616\n"), ERANGE },
	{ OCTETS("gid \n"), EINVAL },
	{ OCTETS("make yes\n"), EINVAL },
	{ OCTETS("kill 1.5\n"), EINVAL },
	{ OCTETS("home /a\0b\n"), EINVAL },
	{ OCTETS("start 1\n\n"), EINVAL },
	{ OCTETS("mbox /a\n"), 0 },
	{ OCTETS("program a\n"), 0 },
	{ OCTETS("mbox /a\nprogram a\n"), EINVAL },
	{ OCTETS("mailbox /a\nprogram a\n"), EINVAL },
	{ OCTETS("mailbox /a\nmbox /a\n"), EINVAL },
	{ OCTETS("nexthop mx:a\nmbox /a\n"), EINVAL },
	{ OCTETS("nexthop mx:a\nprogram a\n"), EINVAL },
};

/* Each way goes out as it came in. */
static void
test_ways(void **state)
{
	static const struct {
		size_t at;
		const char *name, *line;
	} ways[] = {
		{ offsetof(struct destination, mailbox), "/a/b",
		    "\nmailbox /a/b\n" },
		{ offsetof(struct destination, mbox), "/a/b", "\nmbox /a/b\n" },
		{ offsetof(struct destination, program), "a | b; c",
		    "\nprogram a | b; c\n" },
	};
	struct buf b = BUF_MAX(SPAWN_RECORD);
	size_t i;

	for (i = 0; i < LENGTH(ways); i++) {
		struct spawn_request q = { .start = 9, .to = { .uid = 1000 } }, r;

		assert_false(destination_is(&q.to));
		strcpy((char *)&q.to + ways[i].at, ways[i].name);
		assert_true(destination_is(&q.to));
		assert_string_equal(destination_name(&q.to), ways[i].name);
		assert_int_equal(spawn_request_format(&b, &q), 0);
		assert_int_equal(buf_0(&b), 0);
		CHECK(strstr(b.s, ways[i].line) != NULL, "%s", b.s);
		assert_int_equal(spawn_request_parse(b.s, b.len, &r), 0);
		assert_string_equal(destination_name(&r.to), ways[i].name);
	}
	buf_free(&b);
}

static void
test_mistakes(void **state)
{
	static const struct {
		const char *key;
		size_t room;
	} texts[] = {
		{ "user", 64 }, { "home", SPAWN_PATH },
		{ "mailbox", SPAWN_PATH }, { "mbox", SPAWN_PATH },
		{ "program", SPAWN_COMMAND },
	};
	struct spawn_request q;
	size_t i;

	for (i = 0; i < LENGTH(requests); i++) {
		char *s = exactly(requests[i].s, requests[i].n);
		int r;

		errno = 0;
		r = spawn_request_parse(s, requests[i].n, &q);
		CHECK(r == (requests[i].e == 0 ? 0 : -1) &&
		    errno == requests[i].e, "%s: %d, errno %d",
		    shown(requests[i].s, requests[i].n), r, errno);
		free(s);
	}
	for (i = 0; i < LENGTH(texts); i++) {
		struct buf b = BUF_MAX(2000);
		size_t room = texts[i].room;

		assert_int_equal(buf_addf(&b, "%s %*d\n", texts[i].key,
		    (int)room - 1, 5), 0);
		assert_int_equal(spawn_request_parse(b.s, b.len, &q), 0);
		b.len = 0;
		assert_int_equal(buf_addf(&b, "%s %*d\n", texts[i].key,
		    (int)room, 5), 0);
		CHECK_FAILS(spawn_request_parse(b.s, b.len, &q), EMSGSIZE);
		buf_free(&b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
