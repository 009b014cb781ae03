/* test-queuefile - lib/mail/queuefile.c: what is written can be read, what
 * is not whole is refused, and the order on the disk. (Ids: test-job.c.) */
#include "unit.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "mail/queuefile.h"

static const char facts[] = "sender alice@example.org\nrcpt bob@example.org\n"
    "rcpt carol@example.org\nbody 7bit\n";

static struct {
	char	*root;
	int	 msg, tmp;
} queue;

static int
set_up(void **state)
{
	queue.root = folder_make();
	assert_int_equal(mkdir(in(queue.root, "msg"), 0700), 0);
	assert_int_equal(mkdir(in(queue.root, "tmp"), 0700), 0);
	queue.msg = open(in(queue.root, "msg"), O_RDONLY | O_DIRECTORY);
	queue.tmp = open(in(queue.root, "tmp"), O_RDONLY | O_DIRECTORY);
	assert_true(queue.msg != -1 && queue.tmp != -1);
	calls_reset();
	return 0;
}

static int
tear_down(void **state)
{
	calls_reset();
	close(queue.msg);
	close(queue.tmp);
	folder_remove(queue.root);
	return 0;
}

static void
writer_free(struct queue_writer *w)
{
	buf_free(&w->head);
	buf_free(&w->out);
}

/* Queue a message in pieces of at most piece octets. 0, or -1. */
static int
put(struct queue_writer *w, const char *f, size_t f_n, const char *message,
    size_t n, size_t piece)
{
	size_t at, len;

	if (queue_begin(w, queue.msg, queue.tmp, f, f_n) == -1)
		return -1;
	for (at = 0; at < n; at += len) {
		len = n - at < piece ? n - at : piece;
		if (queue_add(w, message + at, len) == -1) {
			queue_abort(w);
			return -1;
		}
	}
	return queue_commit(w);
}

static void
get(const char *id, struct buf *b)
{
	file_get(in(in(queue.root, "msg"), id), b);
}

/* A file of just the memory's octets. */
static int
memory_file(const char *s, size_t n)
{
	static int fd = -1;

	if (fd == -1)
		fd = memfd_create("queue file", 0);
	assert_true(fd != -1);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(__real_pwrite(fd, s, n, 0), n);
	return fd;
}

static int
is_whole(const char *s, size_t n, int whole)
{
	struct queue_head q = QUEUE_HEAD;
	int r;

	errno = 0;
	r = queue_read_head(memory_file(s, n), &q, whole);
	assert_true(r == 0 || errno == EINVAL);
	buf_free(&q.text);
	return r == 0;
}

/* Octet by octet as queuefile.h says; the CRCs were computed elsewhere. */
static void
test_text(void **state)
{
	struct queue_writer w = QUEUE_WRITER;
	struct buf b = BUF_MAX(1), want = BUF_MAX(2000);

	assert_int_equal(put(&w, facts, sizeof(facts) - 1,
	    "123456789", 9, 100), 0);
	get(w.id, &b);
	assert_int_equal(buf_addf(&want, "correo queue file 1\n"
	    "size 00000000000000000009\nwire 00000000000000000009\n"
	    "time %llu.%06u\n%s\n123456789\nend 00000000000000000009 ",
	    (unsigned long long)(w.time_us / 1000000),
	    (unsigned)(w.time_us % 1000000), facts), 0);
	assert_int_equal(b.len, want.len + 8 + 1 + 8 + 1);
	assert_memory_equal(b.s, want.s, want.len);
	assert_memory_equal(b.s + b.len - 10, " e3069283\n", 10);
	assert_true(queue_id_is(w.id));
	writer_free(&w);
	buf_free(&b);
	buf_free(&want);
}

static const struct {
	const char *s;
	size_t n, wire;
} messages[] = {
	{ OCTETS(""), 0 },
	{ OCTETS("x"), 1 },
	{ OCTETS("\n"), 2 },
	{ OCTETS("\n\n"), 4 },
	{ OCTETS("\r\n"), 2 },
	{ OCTETS("\r"), 1 },
	{ OCTETS("\n\r"), 3 },
	{ OCTETS("a\nb\r\nc\r\rd\n"), 12 },
	{ OCTETS("\nend 00000000000000000000 00000000 00000000\n"), 46 },
	{ OCTETS("a\0b\n"), 5 },
};

/* The same file whatever pieces it came in, and all facts come back. */
static void
test_back(void **state)
{
	struct queue_writer w = QUEUE_WRITER;
	size_t i, piece;

	for (i = 0; i < LENGTH(messages); i++)
		for (piece = 1; piece < messages[i].n + 2; piece++) {
			struct queue_head q = QUEUE_HEAD;
			char value[64];
			struct buf b = BUF_MAX(1);
			int fd;

			assert_int_equal(put(&w, facts, sizeof(facts) - 1,
			    messages[i].s, messages[i].n, piece), 0);
			fd = openat(queue.msg, w.id, O_RDONLY);
			CHECK(queue_read_head(fd, &q, 1) == 0, "%s",
			    shown(messages[i].s, messages[i].n));
			get(w.id, &b);
			CHECK(q.size == messages[i].n &&
			    q.wire == messages[i].wire &&
			    q.time_us == w.time_us &&
			    memcmp(b.s + q.message, messages[i].s, q.size)
			    == 0 && (size_t)q.journal == b.len,
			    "%s: %llu %llu", shown(messages[i].s,
			    messages[i].n), (unsigned long long)q.size,
			    (unsigned long long)q.wire);
			assert_int_equal(queue_fact(&q, "sender", value,
			    sizeof(value)), 0);
			assert_string_equal(value, "alice@example.org");
			assert_int_equal(queue_fact(&q, "rcpt", value,
			    sizeof(value)), 0);
			assert_string_equal(value, "bob@example.org");
			CHECK_FAILS(queue_fact(&q, "rcpt", value, 15),
			    EMSGSIZE);
			CHECK_FAILS(queue_fact(&q, "none", value,
			    sizeof(value)), ENOENT);
			close(fd);
			buf_free(&q.text);
			buf_free(&b);
		}
	writer_free(&w);
}

/* Every cut, every changed bit. The CRC of the message is looked at with whole
 * alone, so what differs there counts only then. */
static void
test_damage(void **state)
{
	static const char message[] = "Subject: x\n\nabc\n.\nFrom me\n";
	const size_t n = sizeof(message) - 1;
	struct queue_writer w = QUEUE_WRITER;
	struct buf b = BUF_MAX(1);
	size_t i, from, trailer, bit;

	assert_int_equal(put(&w, facts, sizeof(facts) - 1, message, n, 9), 0);
	get(w.id, &b);
	assert_true(is_whole(b.s, b.len, 0) && is_whole(b.s, b.len, 1));
	for (i = 0; i < b.len; i++)
		CHECK(!is_whole(b.s, i, 0) && !is_whole(b.s, i, 1),
		    "cut at %zu of %zu", i, b.len);
	trailer = b.len - 44;
	from = trailer - n;
	for (i = 0; i < b.len; i++)
		for (bit = 0; bit < 8; bit++) {
			int message_only = (i >= from && i < trailer) ||
			    (i >= b.len - 9 && i < b.len - 1);

			b.s[i] = (char)(b.s[i] ^ 1 << bit);
			CHECK(!is_whole(b.s, b.len, 1), "bit %zu of %zu", bit,
			    i);
			CHECK(message_only || !is_whole(b.s, b.len, 0),
			    "bit %zu of %zu, the head alone", bit, i);
			b.s[i] = (char)(b.s[i] ^ 1 << bit);
		}
	writer_free(&w);
	buf_free(&b);
}

static void
test_no_queue_files(void **state)
{
	static const struct {
		const char *s;
		size_t n;
	} files[] = {
		{ OCTETS("") },
		{ OCTETS("\n") },
		{ OCTETS("\n\n") },
		{ OCTETS("correo queue file 1\n\n") },
		{ OCTETS("correo queue file 1\n"
		    "size 00000000000000000000\n\n") },
		{ OCTETS("correo queue file 1\nsize 00000000000000000000\n"
		    "wire 00000000000000000000\n\n\nend 00000000000000000000 "
		    "00000000 00000000\n") },
		{ OCTETS("correo queue file 1\nsize 99999999999999999999\n"
		    "wire 00000000000000000000\ntime 1.000000\n\n") },
		{ OCTETS("correo queue file 1\nsize 09223372036854775807\n"
		    "wire 00000000000000000000\ntime 1.000000\n\n") },
		{ OCTETS("correo queue file 1\nsize 04611686018427387903\n"
		    "wire 00000000000000000000\ntime 1.000000\n\n") },
	};
	char *zeros;
	size_t i;

	for (i = 0; i < LENGTH(files); i++)
		CHECK(!is_whole(files[i].s, files[i].n, 1), "%s",
		    shown(files[i].s, files[i].n));
	/* after a power cut: zeros; and what is longer than any head */
	zeros = calloc(1, QUEUE_HEAD_MAX + 10000);
	assert_non_null(zeros);
	assert_false(is_whole(zeros, 4096, 1));
	assert_false(is_whole(zeros, QUEUE_HEAD_MAX + 10000, 1));
	free(zeros);
}

/* Larger than all rooms in the writer, in all pieces; the head comes last. */
static void
test_large(void **state)
{
	static const size_t sizes[] = { 65535 - 200, 65536, 65537, 200000,
	    3000000 };
	static const size_t pieces[] = { 999, 16384, 65536, 65537, 3000000 };
	struct queue_writer w = QUEUE_WRITER;
	char *message = malloc(3000000);
	size_t i, k;

	assert_non_null(message);
	for (i = 0; i < 3000000; i++)
		message[i] = i % 61 == 60 ? '\n' : (char)dice(256);
	for (i = 0; i < LENGTH(sizes); i++)
		for (k = 0; k < LENGTH(pieces); k++) {
			struct queue_head q = QUEUE_HEAD;
			struct buf b = BUF_MAX(1);

			assert_int_equal(put(&w, facts, sizeof(facts) - 1,
			    message, sizes[i], pieces[k]), 0);
			get(w.id, &b);
			CHECK(queue_read_head(memory_file(b.s, b.len), &q, 1)
			    == 0, "%zu in %zu", sizes[i], pieces[k]);
			CHECK(q.size == sizes[i] && memcmp(b.s + q.message,
			    message, sizes[i]) == 0 &&
			    b.len == (size_t)q.message + sizes[i] + 44,
			    "%zu in %zu", sizes[i], pieces[k]);
			b.s[q.message + (off_t)sizes[i] / 2] ^= 1;
			CHECK(!is_whole(b.s, b.len, 1), "%zu in %zu: one bit",
			    sizes[i], pieces[k]);
			buf_free(&q.text);
			buf_free(&b);
		}
	free(message);
	writer_free(&w);
}

/* The head may take 4 MB: 10,000 recipients of full length, and to the
 * octet. */
static void
test_many_recipients(void **state)
{
	struct queue_writer w = QUEUE_WRITER;
	struct queue_head q = QUEUE_HEAD;
	struct buf f = BUF_MAX(QUEUE_HEAD_MAX), b = BUF_MAX(1);
	char last[400];
	int i;

	assert_int_equal(buf_adds(&f, "sender \n"), 0);
	for (i = 0; i < 10000; i++)
		assert_int_equal(buf_addf(&f, "rcpt %s-%d@example.org\n",
		    many('r', 300), i), 0);
	assert_int_equal(buf_adds(&f, "last one\n"), 0);
	assert_int_equal(put(&w, f.s, f.len, "x\n", 2, 2), 0);
	get(w.id, &b);
	assert_int_equal(queue_read_head(memory_file(b.s, b.len), &q, 1), 0);
	assert_int_equal(queue_fact(&q, "last", last, sizeof(last)), 0);
	assert_string_equal(last, "one");
	assert_int_equal(q.text.len, f.len +
	    strlen("time 1764000000.123456\n"));

	while (buf_adds(&f, "k v\n") == 0)
		;
	f.len -= 96;		/* magic, sizes, time, the empty line */
	while (f.s[f.len - 1] != '\n')
		f.len--;
	assert_int_equal(put(&w, f.s, f.len, "x\n", 2, 2), 0);
	get(w.id, &b);
	assert_int_equal(queue_read_head(memory_file(b.s, b.len), &q, 1), 0);
	f.len = f.max;
	CHECK_FAILS(put(&w, f.s, f.len, "x\n", 2, 2), EMSGSIZE);
	assert_int_equal(folder_count(in(queue.root, "msg"), NULL), 2);
	buf_free(&f);
	buf_free(&b);
	buf_free(&q.text);
	writer_free(&w);
}

/* The order that keeps a message, in its forms. */
static void
test_order(void **state)
{
	struct queue_writer w = QUEUE_WRITER;
	char *big = calloc(1, 70000);

	assert_non_null(big);
	assert_int_equal(put(&w, facts, sizeof(facts) - 1, "x\n", 2, 1), 0);
	if (strstr(calls_list(), "create") != NULL)
		skip();
	assert_string_equal(calls_list(),
	    " tmpfile write linkat fsync fsync-dir");
	calls_reset();
	assert_int_equal(put(&w, facts, sizeof(facts) - 1, big, 70000, 35000),
	    0);
	assert_string_equal(calls_list(),
	    " tmpfile write pwrite write linkat fsync fsync-dir");
	calls_reset();
	calls_no_tmpfile(EOPNOTSUPP);
	assert_int_equal(put(&w, facts, sizeof(facts) - 1, "x\n", 2, 1), 0);
	assert_string_equal(calls_list(), " tmpfile unlinkat create write "
	    "linkat fsync fsync-dir unlinkat");
	assert_int_equal(folder_count(in(queue.root, "tmp"), NULL), 0);
	assert_int_equal(folder_count(in(queue.root, "msg"), NULL), 3);
	free(big);
	writer_free(&w);
}

/* Whatever fails, nothing is left, and the writer takes the next one. */
static void
test_each_call_fails(void **state)
{
	static const struct {
		const char *call;
		unsigned nth;
		int named;
		const char *list;
	} cases[] = {
		{ "tmpfile", 1, 0, " tmpfile" },
		{ "write", 1, 0, " tmpfile write" },
		{ "pwrite", 1, 0, " tmpfile write pwrite" },
		{ "write", 2, 0, " tmpfile write pwrite write" },
		{ "linkat", 1, 0, " tmpfile write pwrite write linkat" },
		{ "fsync", 1, 0, " tmpfile write pwrite write linkat fsync "
		    "unlinkat fsync-dir" },
		{ "fsync-dir", 1, 0, " tmpfile write pwrite write linkat fsync "
		    "fsync-dir unlinkat fsync-dir" },
		{ "create", 1, 1, NULL },
		{ "write", 2, 1, NULL },
		{ "linkat", 1, 1, NULL },
		{ "fsync", 1, 1, NULL },
		{ "fsync-dir", 1, 1, NULL },
	};
	struct queue_writer w = QUEUE_WRITER;
	char *big = calloc(1, 70000);
	size_t i;

	assert_non_null(big);
	for (i = 0; i < LENGTH(cases); i++) {
		calls_reset();
		if (cases[i].named)
			calls_no_tmpfile(EOPNOTSUPP);
		calls_fail(cases[i].call, cases[i].nth, ENOSPC);
		CHECK_FAILS(put(&w, facts, sizeof(facts) - 1, big, 70000,
		    35000), ENOSPC);
		if (cases[i].list != NULL)
			assert_string_equal(calls_list(), cases[i].list);
		CHECK(w.file.fd == -1, "%s: a descriptor", cases[i].call);
		CHECK(folder_count(in(queue.root, "msg"), NULL) == 0 &&
		    folder_count(in(queue.root, "tmp"), NULL) == 0,
		    "%s: something is left", cases[i].call);
	}
	calls_reset();
	assert_int_equal(put(&w, facts, sizeof(facts) - 1, big, 70000, 35000),
	    0);
	free(big);
	writer_free(&w);
}

static void
test_short_writes(void **state)
{
	struct queue_writer w = QUEUE_WRITER;
	struct buf b = BUF_MAX(1);

	calls_short_writes(7);
	assert_int_equal(put(&w, facts, sizeof(facts) - 1, "abc\n", 4, 4), 0);
	calls_reset();
	get(w.id, &b);
	assert_true(is_whole(b.s, b.len, 1));
	buf_free(&b);
	writer_free(&w);
}

/* A scan must see that a file is still being written: it is locked until
 * then. */
static void
test_lock(void **state)
{
	struct queue_writer w = QUEUE_WRITER;
	char proc[64];
	int fd;

	assert_int_equal(queue_begin(&w, queue.msg, queue.tmp, facts,
	    sizeof(facts) - 1), 0);
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", w.file.fd);
	fd = open(proc, O_RDONLY);
	if (fd == -1)
		skip();
	CHECK_FAILS(flock(fd, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	queue_abort(&w);
	assert_int_equal(flock(fd, LOCK_SH | LOCK_NB), 0);
	close(fd);
	assert_int_equal(folder_count(in(queue.root, "msg"), NULL), 0);
	writer_free(&w);
}

/* Entries as "kind time dsn address;". */
static void
note(void *arg, const struct journal_entry *e)
{
	static const char *const kinds[] = { "start", "done", "later", "never",
	    "told", "next", "warned", "relayed", "behind", "expanded",
	    "held", "released", "removed",
	    "why" };

	assert_int_equal(buf_addf(arg, "%s %llu %s %.*s;", kinds[e->kind],
	    (unsigned long long)e->time_us, e->dsn, (int)e->address_n,
	    e->address), 0);
}

/* A whole file with journal behind it, open to append. */
static int
with_journal(const char *journal, size_t n, struct queue_head *q)
{
	struct queue_writer w = QUEUE_WRITER;
	char path[4096];
	int fd;

	assert_int_equal(put(&w, facts, sizeof(facts) - 1, "x\n", 2, 2), 0);
	snprintf(path, sizeof(path), "%s/msg/%s", queue.root, w.id);
	writer_free(&w);
	fd = open(path, O_RDWR | O_APPEND);
	assert_true(fd != -1);
	assert_int_equal(__real_write(fd, journal, n), n);
	assert_int_equal(queue_read_head(fd, q, 1), 0);
	return fd;
}

static const struct {
	const char *in;
	size_t n;
	const char *out;
	int torn;
} journals[] = {
	{ OCTETS(""), "", 0 },
	{ OCTETS("start 1.000002 bob@b\n"), "start 1000002  bob@b;", 0 },
	{ OCTETS("done 1.000000 2.0.0 a b@c\nlater 2.000000 4.2.0 d@e\n"
	    "why no room: full\nnever 3.999999 5.1.1 f@g\nnext 4.000000 7\n"),
	  "done 1000000 2.0.0 a b@c;later 2000000 4.2.0 d@e;"
	  "why 0  no room: full;never 3999999 5.1.1 f@g;next 4000000  7;", 0 },
	{ OCTETS("told 1.000000 a b@c\nwarned 2.000000 660-1-2\ntold 3.000000\n"
	    "warned 660-1-2\n"),
	  "told 1000000  a b@c;warned 2000000  660-1-2;", 0 },
	{ OCTETS("relayed 1.000000 a b@c\nbehind 2.000000 12 a b@c\n"
	    "expanded 3.000000 12\nbehind 4.000000 12\nbehind 5.000000 a@b\n"
	    "expanded 6.000000\n"),
	  "relayed 1000000  a b@c;behind 2000000 12 a b@c;"
	  "expanded 3000000  12;", 0 },
	{ OCTETS("held 1.000000\nreleased 2.000000\nremoved 3.000000\n"
	    "held 4.000000 x\nheld\nheld 5\nheld 6.000000 !\n"),
	  "held 1000000  ;released 2000000  ;removed 3000000  ;", 0 },
	{ OCTETS("start 1.000000 a@b"), "", 1 },
	{ OCTETS("start 1.000000 a@b\nst"), "start 1000000  a@b;", 1 },
	{ OCTETS("start 1.000000 a@b\n\ndone 1.000000 2.0.0 a@b\n"),
	  "start 1000000  a@b;done 1000000 2.0.0 a@b;", 0 },
	{ OCTETS("news 1.000000 a@b\nstart 1 a@b\nstart x.000000 a@b\n"
	    "start 1.00000 a@b\nstart 1.0000000 a@b\nstart .000000 a@b\n"
	    "start 99999999999999999999.000000 a@b\nStart 1.000000 a@b\n"
	    "start\nstart \n start 1.000000 a@b\n"), "", 0 },
	{ OCTETS("start 1.000000 a\0b@c\nstart 1.000000 a@b\t\n\0\0\0\n"), "",
	  0 },
	{ OCTETS("done 1.000000 12345678901 a@b\n"
	    "done 1.000000 123456789012 a@b\n"),
	  "done 1000000 12345678901 a@b;",
	  0 },
	{ OCTETS("done 1.000000 2.0.0\ndone 1.000000 2.0.0 \nstart 1.000000\n"
	    "done 1.000000  a@b\n"), "", 0 },	/* cut short, or no address */
	{ OCTETS("\0\0\0"), "", 1 },
};

static void
test_journal(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(journals); i++) {
		struct queue_head q = QUEUE_HEAD;
		struct buf got = BUF_MAX(1000);
		int fd = with_journal(journals[i].in, journals[i].n, &q);

		CHECK(queue_read_journal(fd, &q, note, &got) ==
		    journals[i].torn, "%s: torn", journals[i].in);
		CHECK(queue_is_torn(fd) == journals[i].torn, "%s: is torn",
		    journals[i].in);
		CHECK(holds(&got, journals[i].out), "%s: %s",
		    shown(journals[i].in, journals[i].n),
		    shown(got.s, got.len));
		buf_free(&got);
		buf_free(&q.text);
		close(fd);
	}
}

static void
test_journal_lines(void **state)
{
	struct buf b = BUF_MAX(1000);

	assert_int_equal(journal_line(&b, J_START, 1000002, NULL, "a@b"), 0);
	assert_int_equal(journal_line(&b, J_DONE, 0, "2.0.0", "a@b"), 0);
	assert_int_equal(journal_line(&b, J_WHY, 5, NULL, "no room"), 0);
	assert_int_equal(journal_line(&b, J_NEXT, 1764000301000000, NULL, "3"),
	    0);
	assert_int_equal(journal_line(&b, J_TOLD, 7, NULL, "a@b"), 0);
	assert_int_equal(journal_line(&b, J_WARNED, 8, NULL, "660-1-2"), 0);
	assert_int_equal(journal_line(&b, J_BEHIND, 9, "3", "a@b"), 0);
	assert_int_equal(journal_line(&b, J_HELD, 9, NULL, NULL), 0);
	assert_true(holds(&b, "start 1.000002 a@b\ndone 0.000000 2.0.0 a@b\n"
	    "why no room\nnext 1764000301.000000 3\ntold 0.000007 a@b\n"
	    "warned 0.000008 660-1-2\nbehind 0.000009 3 a@b\nheld 0.000009\n"));
	CHECK_FAILS(journal_line(&b, J_WHY, 0, NULL, "two\nlines"), EINVAL);
	buf_free(&b);
}

/* A power cut or a full disk may cut the last line anywhere. What is appended
 * then must read as it is, and the torn line as nothing: torn off "a@b.com", an
 * "a@b.co" would be another's address, and done. */
static void
test_torn(void **state)
{
	static const char line[] = "done 1.000000 2.0.0 a@b.com\n";
	size_t cut;

	for (cut = 0; cut < sizeof(line); cut++) {
		struct queue_head q = QUEUE_HEAD;
		struct buf next = BUF_MAX(100), got = BUF_MAX(1000);
		int fd = with_journal(line, cut, &q), torn;

		torn = queue_read_journal(fd, &q, note, &got);
		assert_int_equal(torn, cut > 0 && cut < sizeof(line) - 1);
		got.len = 0;
		assert_int_equal(journal_line(&next, J_START, 2000000, NULL,
		    "c@d"), 0);
		assert_int_equal(queue_write_journal(fd, &next, &torn), 0);
		assert_int_equal(torn, 0);
		assert_int_equal(queue_write_journal(fd, &next, &torn), 0);
		assert_int_equal(queue_read_journal(fd, &q, note, &got), 0);
		CHECK(holds(&got, cut < sizeof(line) - 1 ?
		    "start 2000000  c@d;start 2000000  c@d;" :
		    "done 1000000 2.0.0 a@b.com;start 2000000  c@d;"
		    "start 2000000  c@d;"), "cut at %zu: %s", cut,
		    shown(got.s, got.len));
		buf_free(&next);
		buf_free(&got);
		buf_free(&q.text);
		close(fd);
	}
}

/* A line that was written in part: the next one begins anew. */
static void
test_journal_full_disk(void **state)
{
	struct queue_head q = QUEUE_HEAD;
	struct buf next = BUF_MAX(100), got = BUF_MAX(1000);
	int fd = with_journal("", 0, &q), torn = 0;

	assert_int_equal(journal_line(&next, J_DONE, 2000000, "2.0.0",
	    "bob@example.org"), 0);
	calls_short_writes(5);
	calls_fail("write", 4, ENOSPC);
	CHECK_FAILS(queue_write_journal(fd, &next, &torn), ENOSPC);
	assert_int_equal(torn, 1);
	calls_fail("write", 1, ENOSPC);
	CHECK_FAILS(queue_write_journal(fd, &next, &torn), ENOSPC);
	assert_int_equal(torn, 1);
	calls_reset();
	assert_int_equal(queue_write_journal(fd, &next, &torn), 0);
	assert_int_equal(torn, 0);
	assert_int_equal(queue_read_journal(fd, &q, note, &got), 0);
	CHECK(holds(&got, "done 2000000 2.0.0 bob@example.org;"), "%s",
	    shown(got.s, got.len));
	buf_free(&next);
	buf_free(&got);
	buf_free(&q.text);
	close(fd);
}

static size_t entries;

static void
count(void *arg, const struct journal_entry *e)
{
	entries++;
}

static void
test_long_journal(void **state)
{
	struct queue_head q = QUEUE_HEAD;
	struct buf j = BUF_MAX(1u << 20);
	int fd, i;

	for (i = 0; i < 20000; i++)
		assert_int_equal(journal_line(&j, J_LATER, (uint64_t)i,
		    "4.2.0", "bob@example.org"), 0);
	fd = with_journal(j.s, j.len, &q);
	entries = 0;
	assert_int_equal(queue_read_journal(fd, &q, count, NULL), 0);
	assert_int_equal(entries, 20000);
	buf_free(&j);
	buf_free(&q.text);
	close(fd);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_text),
		TEST(test_back),
		TEST(test_damage),
		TEST(test_no_queue_files),
		TEST(test_large),
		TEST(test_many_recipients),
		TEST(test_order),
		TEST(test_each_call_fails),
		TEST(test_short_writes),
		TEST(test_lock),
		TEST(test_journal),
		TEST(test_journal_lines),
		TEST(test_torn),
		TEST(test_journal_full_disk),
		TEST(test_long_journal),
	};

	return cmocka_run_group_tests_name("queuefile", tests, NULL, NULL);
}
