/*
 * fuzz-queue - a queue file: head, trailer and journal.
 *
 * The first octet chooses: the input is the whole file as it is; or it is cut
 * into facts, message and journal (at the NULs), and a file with right sums is
 * made of them, that must be read back; then one bit of it is turned, and it
 * must not.
 */
#include "fuzz.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "mail/queuefile.h"

static int
memory_file(const char *s, size_t n)
{
	static int fd = -1;

	if (fd == -1)
		fd = memfd_create("queue file", 0);
	MUST(fd != -1 && ftruncate(fd, 0) == 0);
	MUST(pwrite(fd, s, n, 0) == (ssize_t)n);
	return fd;
}

static void
check_entry(void *arg, const struct journal_entry *e)
{
	size_t *left = arg;

	MUST(e->kind <= J_WHY);
	MUST(memchr(e->dsn, '\0', sizeof(e->dsn)) != NULL);
	MUST(e->address_n < *left);
	MUST(e->address_n > 0 || !journal_has_address(e->kind));
	MUST(memchr(e->address, '\n', e->address_n) == NULL);
}

/* Read it all; 0 if it is a whole queue file. */
static int
read_file(const char *s, size_t n, struct queue_head *q)
{
	int fd = memory_file(s, n), r, rough;
	char value[64];

	rough = queue_read_head(fd, q, 0);
	MUST(rough == 0 || errno == EINVAL);
	errno = 0;
	r = queue_read_head(fd, q, 1);
	MUST(r == 0 || errno == EINVAL);
	MUST(r == -1 || rough == 0);		/* whole asks for more */
	if (r == -1)
		return -1;
	MUST(q->message > 0 && (uint64_t)q->message + q->size + 44 ==
	    (uint64_t)q->journal && (size_t)q->journal <= n);
	(void)queue_fact(q, "sender", value, sizeof(value));
	MUST(queue_read_journal(fd, q, check_entry, &n) >= 0);
	return 0;
}

/* The next part of the input, up to a NUL; *s, *n move behind it. */
static size_t
take_part(const char **s, size_t *n)
{
	const char *nul = memchr(*s, '\0', *n);
	size_t len = nul != NULL ? (size_t)(nul - *s) : *n;
	size_t skip = nul != NULL ? len + 1 : len;

	*s += skip;
	*n -= skip;
	return len;
}

static size_t
wire_size(const char *s, size_t n)
{
	size_t wire = n, i;

	for (i = 0; i < n; i++)
		wire += s[i] == '\n' && (i == 0 || s[i - 1] != '\r');
	return wire;
}

static void
build(struct buf *b, const char *facts, size_t facts_n, const char *message,
    size_t n)
{
	uint32_t head;

	MUST(buf_addf(b, "correo queue file 1\nsize %020zu\nwire %020zu\n"
	    "time 1764000000.123456\n", n, wire_size(message, n)) == 0);
	MUST(buf_add(b, facts, facts_n) == 0 && buf_add(b, "\n", 1) == 0);
	head = crc32c(0, b->s, b->len);
	MUST(buf_add(b, message, n) == 0);
	MUST(buf_addf(b, "\nend %020zu %08" PRIx32 " %08" PRIx32 "\n", n,
	    head, crc32c(0, message, n)) == 0);
}

static void
try_built(const char *s, size_t n, size_t bit)
{
	struct queue_head q = QUEUE_HEAD;
	struct buf b = BUF_MAX(1u << 24);
	const char *facts = s, *message, *journal;
	size_t facts_n = take_part(&s, &n), message_n, file_n;

	/* lines, and none of them empty: so the writer hands them over */
	if ((facts_n > 0 && facts[facts_n - 1] != '\n') ||
	    memmem(facts, facts_n, "\n\n", 2) != NULL ||
	    (facts_n > 0 && facts[0] == '\n'))
		return;
	message = s;
	message_n = take_part(&s, &n);
	journal = s;
	build(&b, facts, facts_n, message, message_n);
	file_n = b.len;
	MUST(buf_add(&b, journal, n) == 0);
	MUST(read_file(b.s, b.len, &q) == 0);
	MUST(q.size == message_n && q.time_us == 1764000000123456);
	MUST(q.wire == wire_size(message, message_n));
	MUST((size_t)q.journal == file_n);
	MUST(memcmp(b.s + q.message, message, message_n) == 0);
	MUST(read_file(b.s, file_n - 1, &q) == -1);
	bit %= 8 * file_n;
	b.s[bit / 8] = (char)(b.s[bit / 8] ^ 1 << bit % 8);
	MUST(read_file(b.s, b.len, &q) == -1);
	buf_free(&b);
	buf_free(&q.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct queue_head q = QUEUE_HEAD;
	const char *s = (const char *)data;

	if (n < 3)
		return 0;
	if (data[0] % 4 == 0)
		(void)read_file(s + 1, n - 1, &q);
	else
		try_built(s + 3, n - 3, (size_t)data[1] << 8 | data[2]);
	buf_free(&q.text);
	return 0;
}
