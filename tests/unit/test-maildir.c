/* test-maildir - lib/mail/maildir.c: each message once, whatever was there. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "calls.h"
#include "mail/maildir.h"

#define ID	"00640f1c2d3e4-1f4-0123abcd"
#define HEAD	200	/* octets before the message in the queue file */

static const char message[] = "Received: x\nSubject: hello\n\nabc\r\nde\n";
#define WIRE	(sizeof(message) - 1 + 4)	/* one of five LF has its CR */

static const char prefix[] = "Return-Path: <alice@example.org>\n"
    "Delivered-To: bob@example.org\n";

static struct {
	char	*root;
	int	 queue;
	struct maildir m;
} box;

static int
set_up(void **state)
{
	box.root = folder_make();
	box.queue = memfd_create("queue file", 0);
	assert_true(box.queue != -1);
	assert_int_equal(pwrite(box.queue, message, sizeof(message) - 1, HEAD),
	    sizeof(message) - 1);
	assert_int_equal(maildir_open(&box.m, in(box.root, "Maildir"), "host",
	    1), 0);
	calls_reset();
	return 0;
}

static int
tear_down(void **state)
{
	calls_reset();
	maildir_close(&box.m);
	close(box.queue);
	folder_remove(box.root);
	return 0;
}

static struct job
a_job(int replay)
{
	struct job j = { .number = 42, .replay = replay, .id = ID,
	    .sender = "alice@example.org", .to = "bob@example.org",
	    .time_us = 1764000000123456, .at = HEAD,
	    .size = sizeof(message) - 1, .wire = WIRE };

	return j;
}

/* One job as a batch of its own; p->answer is final. */
static void
deliver(const struct job *j, struct put *p)
{
	maildir_put(&box.m, j, box.queue, p);
	maildir_sync(&box.m, p);
	maildir_sync_dirs(&box.m, p, 1);
	assert_int_equal(p->answer.number, j->number);
	assert_int_equal(p->fd, -1);
}

#define EXPECT(p, v, code) \
	CHECK((p).answer.verdict == (v) && \
	    strcmp((p).answer.dsn, (code)) == 0, "%s %s %s", \
	    verdict_name((p).answer.verdict), (p).answer.dsn, (p).answer.why)

static const char *
path_of(const char *part, const char *name)
{
	char tail[512];

	snprintf(tail, sizeof(tail), "Maildir/%s/%s", part, name);
	return in(box.root, tail);
}

static void
expect_counts(size_t new, size_t cur)
{
	assert_int_equal(folder_count(in(box.root, "Maildir/new"), NULL), new);
	assert_int_equal(folder_count(in(box.root, "Maildir/cur"), NULL), cur);
	assert_int_equal(folder_count(in(box.root, "Maildir/tmp"), NULL), 0);
}

/* The file is just what this job writes. */
static void
expect_file(const char *part, const char *name)
{
	struct buf b = BUF_MAX(1);
	size_t n = sizeof(prefix) - 1;

	file_get(path_of(part, name), &b);
	assert_int_equal(b.len, n + sizeof(message) - 1);
	assert_memory_equal(b.s, prefix, n);
	assert_memory_equal(b.s + n, message, sizeof(message) - 1);
	buf_free(&b);
}

/* Put something else where the message is to be. */
static void
plant(const char *part, const char *name, const char *text, size_t n)
{
	file_put(path_of(part, name), text, n);
}

/* The name that a_job's message has. */
static const char *
name_of_job(void)
{
	static char name[256];
	size_t n = sizeof(prefix) - 1 + sizeof(message) - 1;

	snprintf(name, sizeof(name), "1764000000." ID "-%016llx.host,S=%zu,"
	    "W=%zu", (unsigned long long)ascii_fnv("bob@example.org", 15), n,
	    sizeof(prefix) - 1 + 2 + WIRE);
	return name;
}

static void
test_put(void **state)
{
	struct job j = a_job(0);
	struct stat st;
	struct put p;

	deliver(&j, &p);
	EXPECT(p, V_DONE, "2.0.0");
	assert_string_equal(p.name, name_of_job());
	assert_string_equal(strstr(p.name, ",S="), ",S=99,W=105");
	expect_counts(1, 0);
	expect_file("new", name_of_job());
	assert_int_equal(stat(path_of("new", p.name), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* W= counts the file as it goes over the wire: the prefix's two LF too. */
static void
test_sizes(void **state)
{
	struct buf b = BUF_MAX(1);
	struct job j = a_job(0);
	size_t i, wire;
	char tail[64];
	struct put p;

	deliver(&j, &p);
	file_get(path_of("new", p.name), &b);
	for (wire = b.len, i = 0; i < b.len; i++)
		wire += b.s[i] == '\n' && (i == 0 || b.s[i - 1] != '\r');
	snprintf(tail, sizeof(tail), ".host,S=%zu,W=%zu", b.len, wire);
	CHECK(strcmp(strstr(p.name, ".host"), tail) == 0, "%s, not %s", p.name,
	    tail);
	buf_free(&b);
}

static void
test_order(void **state)
{
	struct job j = a_job(0);
	struct put p;

	deliver(&j, &p);
	if (strstr(calls_list(), "create") != NULL)
		skip();
	assert_string_equal(calls_list(),
	    " tmpfile write linkat fsync fsync-dir");
}

/* A file system without nameless files. */
static void
test_named(void **state)
{
	struct job j = a_job(0);
	struct put p;

	calls_no_tmpfile(EOPNOTSUPP);
	deliver(&j, &p);
	EXPECT(p, V_DONE, "2.0.0");
	expect_counts(1, 0);
	expect_file("new", name_of_job());
	assert_non_null(strstr(calls_list(),
	    " create write linkat unlinkat fsync fsync-dir"));
}

/* Found again: in new/, or in cur/ with any flags. It is synced once more, for
 * nobody knows whether it was. */
static void
test_replay_found(void **state)
{
	static const char *const ends[] = { NULL, "", ":2,", ":2,S",
	    ":2,FRSTa", ":1,x" };
	struct job j = a_job(1);
	size_t i;

	for (i = 0; i < LENGTH(ends); i++) {
		const char *part = ends[i] == NULL ? "new" : "cur";
		struct buf b = BUF_MAX(300);
		struct stat before, after;
		struct put p;

		assert_int_equal(buf_addf(&b, "%s%s", name_of_job(),
		    ends[i] != NULL ? ends[i] : ""), 0);
		assert_int_equal(buf_0(&b), 0);
		plant(part, b.s, prefix, sizeof(prefix) - 1);
		truncate(path_of(part, b.s), 0);
		j.replay = 0;
		deliver(&j, &p);		/* makes the right file */
		assert_int_equal(rename(path_of("new", name_of_job()),
		    path_of(part, b.s)), 0);
		assert_int_equal(stat(path_of(part, b.s), &before), 0);
		j.replay = 1;
		calls_reset();
		deliver(&j, &p);
		EXPECT(p, V_DONE, "2.0.0");
		assert_string_equal(calls_list(), " fsync fsync-dir");
		assert_int_equal(stat(path_of(part, b.s), &after), 0);
		assert_int_equal(before.st_ino, after.st_ino);
		expect_counts(ends[i] == NULL, ends[i] != NULL);
		expect_file(part, b.s);
		unlink(path_of(part, b.s));
		buf_free(&b);
	}
}

/* What a power cut may leave under the name: nothing, half, zeros, one bit that
 * differs in the prefix or at the end. It is written anew in the same place. */
static void
test_replay_torn(void **state)
{
	static const char *const ends[] = { NULL, "", ":2,S" };
	const size_t pre = sizeof(prefix) - 1, n = pre + sizeof(message) - 1;
	struct job j = a_job(1);
	char right[sizeof(prefix) + sizeof(message)], text[400];
	size_t i, k, e;

	memcpy(right, prefix, pre);
	memcpy(right + pre, message, n - pre);
	for (e = 0; e < LENGTH(ends); e++)
		for (k = 0; k < n + 3; k++) {
			const char *part = ends[e] == NULL ? "new" : "cur";
			struct buf b = BUF_MAX(300);
			struct put p;

			assert_int_equal(buf_addf(&b, "%s%s", name_of_job(),
			    ends[e] != NULL ? ends[e] : ""), 0);
			assert_int_equal(buf_0(&b), 0);
			memcpy(text, right, n);
			text[n] = 'x';
			if (k < n)
				text[k] ^= 1;
			else if (k == n)
				memset(text, 0, n);
			i = k <= n ? n : k == n + 1 ? n + 1 : 0;
			plant(part, b.s, text, i);
			deliver(&j, &p);
			EXPECT(p, V_DONE, "2.0.0");
			expect_file(part, b.s);
			expect_counts(ends[e] == NULL, ends[e] != NULL);
			unlink(path_of(part, b.s));
			buf_free(&b);
		}
}

/* Names that only begin alike are others' mail. */
static void
test_replay_others(void **state)
{
	struct job j = a_job(1);
	char other[300];
	struct put p;

	snprintf(other, sizeof(other), "%s1:2,S", name_of_job());
	plant("cur", other, "x", 1);
	snprintf(other, sizeof(other), "%s.x", name_of_job());
	plant("cur", other, "x", 1);
	plant("new", "1764000000." ID, "x", 1);
	deliver(&j, &p);
	EXPECT(p, V_DONE, "2.0.0");
	expect_counts(2, 2);
	expect_file("new", name_of_job());
}

/* Not begun before, says the job, and yet the name is taken. */
static void
test_taken(void **state)
{
	struct job j = a_job(0);
	struct put p;

	plant("new", name_of_job(), "torn", 4);
	deliver(&j, &p);
	EXPECT(p, V_DONE, "2.0.0");
	expect_counts(1, 0);
	expect_file("new", name_of_job());
	deliver(&j, &p);
	EXPECT(p, V_DONE, "2.0.0");
	expect_counts(1, 0);
	expect_file("new", name_of_job());
}

/* A link under the name is not followed and not believed. */
static void
test_symlink(void **state)
{
	struct job j = a_job(1);
	struct put p;

	file_put(in(box.root, "precious"), "precious", 8);
	assert_int_equal(symlink("../../precious", path_of("new",
	    name_of_job())), 0);
	deliver(&j, &p);
	assert_int_equal(p.answer.verdict, V_LATER);
	{
		struct buf b = BUF_MAX(1);

		file_get(in(box.root, "precious"), &b);
		assert_true(holds(&b, "precious"));
		buf_free(&b);
	}
}

/* The message into the memory's queue file. */
static void
set_message(struct job *j, const char *s, size_t n)
{
	assert_int_equal(ftruncate(box.queue, 0), 0);
	assert_int_equal(pwrite(box.queue, s, n, HEAD), n);
	j->size = j->wire = n;
}

static void
test_loop(void **state)
{
	static const struct {
		const char *s;
		int loop;
	} cases[] = {
		{ "Delivered-To: bob@example.org\n\nx\n", 1 },
		{ "A: b\ndelivered-to:BOB@example.ORG \n\nx\n", 1 },
		{ "A: b\nDelivered-To: x@y\nDelivered-To: bob@example.org\n",
		  1 },
		{ "Delivered-To: bob@example.org.uk\n\nx\n", 0 },
		{ "Delivered-To: x@y\n bob@example.org\n\nx\n", 0 },
		{ "X-Delivered-To: bob@example.org\n\nx\n", 0 },
		{ "A: b\n\nDelivered-To: bob@example.org\n\nx\n", 0 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct job j = a_job(0);
		char only[256];
		struct put p;

		set_message(&j, cases[i].s, strlen(cases[i].s));
		calls_reset();
		if (i % 2 == 1)
			calls_no_tmpfile(EOPNOTSUPP);
		deliver(&j, &p);
		if (cases[i].loop)
			EXPECT(p, V_NEVER, "5.4.6");
		else
			EXPECT(p, V_DONE, "2.0.0");
		expect_counts(!cases[i].loop, 0);
		if (!cases[i].loop) {
			folder_count(in(box.root, "Maildir/new"), only);
			unlink(path_of("new", only));
		}
	}
}

/* Empty; and larger than every room, where a loop lies behind the first
 * piece. */
static void
test_message_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 1000000 };
	char *s = malloc(1000000);
	size_t i;

	assert_non_null(s);
	memset(s, 'x', 1000000);
	for (i = 0; i < LENGTH(sizes); i++) {
		struct job j = a_job(0);
		struct buf b = BUF_MAX(1);
		struct put p;

		set_message(&j, s, sizes[i]);
		deliver(&j, &p);
		EXPECT(p, V_DONE, "2.0.0");
		file_get(path_of("new", p.name), &b);
		assert_int_equal(b.len, sizes[i] + sizeof(prefix) - 1);
		assert_true(memcmp(b.s + sizeof(prefix) - 1, s, sizes[i])
		    == 0);
		s[sizes[i] / 2] ^= 1;		/* torn: seen wherever */
		if (sizes[i] > 0) {
			plant("new", p.name, b.s, b.len - 1);
			set_message(&j, s, sizes[i]);
			j.replay = 1;
			deliver(&j, &p);
			file_get(path_of("new", p.name), &b);
			assert_true(memcmp(b.s + sizeof(prefix) - 1, s,
			    sizes[i]) == 0);
		}
		unlink(path_of("new", p.name));
		buf_free(&b);
	}
	for (i = 0; i < 70000; i += 70)
		memcpy(s + i, "A: 3456789012345678901234567890123456789012345"
		    "67890123456789012345678\n", 70);
	memcpy(s + 70000, "Delivered-To: bob@example.org\n\n", 31);
	{
		struct job j = a_job(0);
		struct put p;

		set_message(&j, s, 100000);
		deliver(&j, &p);
		EXPECT(p, V_NEVER, "5.4.6");
		expect_counts(0, 0);
	}
	free(s);
}

/* The queue file is shorter than the job says: no half message. */
static void
test_short_queue_file(void **state)
{
	struct job j = a_job(0);
	struct put p;

	j.size++;
	deliver(&j, &p);
	assert_int_equal(p.answer.verdict, V_LATER);
	expect_counts(0, 0);
}

/* Many in one batch: each file is synced, then the folder once. */
static void
test_batch(void **state)
{
	struct put p[8];
	size_t i;

	assert_int_equal(mkdir(path_of("new", "blocks"), 0700), 0);
	for (i = 0; i < 8; i++) {
		struct job j = a_job(0);

		j.number = i;
		snprintf(j.to, sizeof(j.to), "user%zu@example.org", i);
		if (i == 3)
			j.size = 1 << 20;	/* it fails alone */
		maildir_put(&box.m, &j, box.queue, p + i);
	}
	calls_reset();
	for (i = 0; i < 8; i++)
		maildir_sync(&box.m, p + i);
	maildir_sync_dirs(&box.m, p, 8);
	assert_string_equal(calls_list(), " fsync fsync fsync fsync fsync "
	    "fsync fsync fsync-dir");
	for (i = 0; i < 8; i++) {
		assert_int_equal(p[i].answer.number, i);
		CHECK(p[i].answer.verdict == (i == 3 ? V_LATER : V_DONE),
		    "%zu: %s", i, p[i].answer.why);
	}
	expect_counts(8, 0);		/* with "blocks" */
}

/* cur/ and new/ in one batch: both are synced. */
static void
test_batch_in_both(void **state)
{
	struct job j = a_job(0);
	struct put p[2];
	char seen[300];

	deliver(&j, p);
	snprintf(seen, sizeof(seen), "%s:2,S", name_of_job());
	assert_int_equal(rename(path_of("new", name_of_job()),
	    path_of("cur", seen)), 0);
	calls_reset();
	j.replay = 1;
	maildir_put(&box.m, &j, box.queue, p);
	strcpy(j.to, "carol@example.org");
	maildir_put(&box.m, &j, box.queue, p + 1);
	maildir_sync(&box.m, p);
	maildir_sync(&box.m, p + 1);
	maildir_sync_dirs(&box.m, p, 2);
	EXPECT(p[0], V_DONE, "2.0.0");
	EXPECT(p[1], V_DONE, "2.0.0");
	assert_string_equal(calls_list(),
	    " tmpfile write linkat fsync fsync fsync-dir fsync-dir");
	expect_counts(1, 1);
}

/* Each call fails: later, with a code that fits, and nothing half in new/. */
static void
test_each_call_fails(void **state)
{
	static const struct {
		const char *call;
		int e;
		const char *dsn;
		size_t left;		/* in new/ */
	} cases[] = {
		{ "tmpfile", EACCES, "4.2.1", 0 },
		{ "tmpfile", EMFILE, "4.3.1", 0 },
		{ "write", ENOSPC, "4.3.1", 0 },
		{ "write", EDQUOT, "4.2.2", 0 },
		{ "write", EIO, "4.2.0", 0 },
		{ "linkat", EROFS, "4.2.1", 0 },
		{ "linkat", EPERM, "4.2.1", 0 },
		{ "fsync", EIO, "4.2.0", 0 },
		{ "fsync-dir", EIO, "4.2.0", 1 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct job j = a_job(0);
		struct put p;

		calls_reset();
		calls_fail(cases[i].call, 1, cases[i].e);
		deliver(&j, &p);
		EXPECT(p, V_LATER, cases[i].dsn);
		assert_non_null(strstr(p.answer.why, strerror(cases[i].e)));
		expect_counts(cases[i].left, 0);
	}
	{
		struct job j = a_job(1);	/* and then it is there once */
		struct put p;

		calls_reset();
		deliver(&j, &p);
		EXPECT(p, V_DONE, "2.0.0");
		expect_counts(1, 0);
	}
}

/* A sync that fails while the file stands in cur/: the reader's file stays. */
static void
test_sync_fails_in_cur(void **state)
{
	struct job j = a_job(0);
	struct put p;

	deliver(&j, &p);
	assert_int_equal(rename(path_of("new", name_of_job()),
	    path_of("cur", name_of_job())), 0);
	j.replay = 1;
	calls_reset();
	calls_fail("fsync", 1, EIO);
	deliver(&j, &p);
	EXPECT(p, V_LATER, "4.2.0");
	expect_counts(0, 1);
}

static void
test_missing(void **state)
{
	struct maildir m;

	CHECK_FAILS(maildir_open(&m, in(box.root, "none"), "host", 0), ENOENT);
	CHECK_FAILS(maildir_open(&m, in(box.root, "none/none"), "host", 1),
	    ENOENT);
	file_put(in(box.root, "file"), "x", 1);
	CHECK_FAILS(maildir_open(&m, in(box.root, "file"), "host", 1),
	    ENOTDIR);
	assert_int_equal(mkdir(in(box.root, "empty"), 0700), 0);
	CHECK_FAILS(maildir_open(&m, in(box.root, "empty"), "host", 0),
	    ENOENT);
	assert_int_equal(folder_count(in(box.root, "empty"), NULL), 0);
}

/* new/, cur/ or tmp/ went away while the batch was on: later, not never. */
static void
test_parts_missing(void **state)
{
	struct job j = a_job(1);
	struct put p;

	assert_int_equal(rmdir(in(box.root, "Maildir/cur")), 0);
	deliver(&j, &p);
	EXPECT(p, V_LATER, "4.2.0");
	assert_int_equal(mkdir(in(box.root, "Maildir/cur"), 0700), 0);
	assert_int_equal(rmdir(in(box.root, "Maildir/new")), 0);
	j.replay = 0;
	deliver(&j, &p);
	assert_int_equal(p.answer.verdict, V_LATER);
}

/* A folder that may not be written to, as an ordinary user meets it. */
static void
test_read_only(void **state)
{
	int root = geteuid() == 0;
	struct job j = a_job(0);
	struct put p;

	assert_int_equal(chmod(in(box.root, "Maildir/new"), 0555), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	deliver(&j, &p);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(in(box.root, "Maildir/new"), 0700), 0);
	EXPECT(p, V_LATER, "4.2.1");
	expect_counts(0, 0);
}

/* The system's own limit on files, as a quota. */
static void
test_too_big(void **state)
{
	struct rlimit was, small = { .rlim_cur = 50 };
	struct job j = a_job(0);
	struct put p;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	deliver(&j, &p);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	EXPECT(p, V_LATER, "4.2.2");
	expect_counts(0, 0);
}

/* Names may have 255 octets: a long host is refused for now, in words. */
static void
test_long_name(void **state)
{
	struct job j = a_job(0);
	struct put p;

	box.m.host = many('h', 250);
	deliver(&j, &p);
	assert_int_equal(p.answer.verdict, V_LATER);
	expect_counts(0, 0);
}

static void
test_make(void **state)
{
	struct stat st;

	assert_int_equal(maildir_make(in(box.root, "new one")), 0);
	assert_int_equal(folder_count(in(box.root, "new one"), NULL), 3);
	assert_int_equal(stat(in(box.root, "new one/tmp"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_string_equal(calls_list(), " fsync-dir fsync-dir");
	assert_int_equal(maildir_make(in(box.root, "new one")), 0);
	calls_reset();
	calls_fail("fsync-dir", 2, EIO);
	CHECK_FAILS(maildir_make(in(box.root, "another")), EIO);
	CHECK_FAILS(maildir_make(in(box.root, "no/where")), ENOENT);
}

static void
test_null_sender(void **state)
{
	struct buf b = BUF_MAX(1);
	struct job j = a_job(0);
	struct put p;

	j.sender[0] = '\0';
	deliver(&j, &p);
	file_get(path_of("new", p.name), &b);
	assert_memory_equal(b.s, "Return-Path: <>\nDelivered-To: bob@", 34);
	buf_free(&b);
}

/* A local part that needs quotes has them, also when a loop is looked for. */
static void
test_quoted(void **state)
{
	static const char looped[] = "Delivered-To: \"b ob\"@example.org\n\n";
	struct buf b = BUF_MAX(1);
	struct job j = a_job(0);
	struct put p;

	strcpy(j.sender, "al>ice@example.org");
	strcpy(j.to, "b ob@example.org");
	deliver(&j, &p);
	EXPECT(p, V_DONE, "2.0.0");
	file_get(path_of("new", p.name), &b);
	assert_memory_equal(b.s, "Return-Path: <\"al>ice\"@example.org>\n"
	    "Delivered-To: \"b ob\"@example.org\nReceived: ", 78);
	buf_free(&b);
	set_message(&j, looped, sizeof(looped) - 1);
	deliver(&j, &p);
	EXPECT(p, V_NEVER, "5.4.6");
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_put),
		TEST(test_sizes),
		TEST(test_order),
		TEST(test_named),
		TEST(test_replay_found),
		TEST(test_replay_torn),
		TEST(test_replay_others),
		TEST(test_taken),
		TEST(test_symlink),
		TEST(test_loop),
		TEST(test_message_sizes),
		TEST(test_short_queue_file),
		TEST(test_batch),
		TEST(test_batch_in_both),
		TEST(test_each_call_fails),
		TEST(test_sync_fails_in_cur),
		TEST(test_missing),
		TEST(test_parts_missing),
		TEST(test_read_only),
		TEST(test_too_big),
		TEST(test_long_name),
		TEST(test_make),
		TEST(test_null_sender),
		TEST(test_quoted),
	};

	return cmocka_run_group_tests_name("maildir", tests, NULL, NULL);
}
