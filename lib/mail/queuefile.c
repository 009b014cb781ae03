/* queuefile - writing and reading a queue file; see queuefile.h */
#include "mail/queuefile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/num.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "text/record.h"

#define MAGIC		"correo queue file 1\n"
#define SIZE_LINE	(5 + 20 + 1)	/* "size " or "wire ", digits, LF */
#define SIZES_END	(sizeof(MAGIC) - 1 + 2 * SIZE_LINE)
#define TRAILER		(1 + 4 + 20 + 1 + 8 + 1 + 8 + 1)
#define FLUSH_OCTETS	65536
#define MENDED		" !\n"	/* the end of a torn line */

void
queue_id_make(char id[QUEUE_ID])
{
	uint32_t r = 0;

	(void)!getrandom(&r, sizeof(r), 0);
	snprintf(id, QUEUE_ID, "%013" PRIx64 "-%x-%08" PRIx32,
	    clock_wall_us() & 0xfffffffffffff, (unsigned)getpid(), r);
}

int
queue_id_is(const char *s)
{
	size_t part = 0, n = 0;
	static const size_t least[3] = { 13, 1, 8 }, most[3] = { 13, 8, 8 };

	for (;; s++) {
		if ((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'f')) {
			n++;
			continue;
		}
		if (n < least[part] || n > most[part])
			return 0;
		if (part == 2)
			return *s == '\0';
		if (*s != '-')
			return 0;
		part++;
		n = 0;
	}
}

static void
put_sizes(char *head, uint64_t size, uint64_t wire)
{
	char line[2 * SIZE_LINE + 1];

	snprintf(line, sizeof(line), "size %020" PRIu64 "\nwire %020" PRIu64
	    "\n", size, wire);
	memcpy(head + sizeof(MAGIC) - 1, line, 2 * SIZE_LINE);
}

static int
make_head(struct queue_writer *w, const char *facts, size_t n)
{
	struct buf *h = &w->head;

	h->len = 0;
	if (buf_adds(h, MAGIC) == -1 || buf_room(h, 2 * SIZE_LINE) == -1)
		return -1;
	put_sizes(h->s, 0, 0);
	h->len += 2 * SIZE_LINE;
	if (buf_addf(h, "time %" PRIu64 ".%06u\n", w->time_us / 1000000,
	    (unsigned)(w->time_us % 1000000)) == -1 ||
	    buf_add(h, facts, n) == -1)
		return -1;
	return buf_add(h, "\n", 1);
}

int
queue_begin(struct queue_writer *w, int msg, int tmp, const char *facts,
    size_t n)
{
	queue_id_make(w->id);
	w->dir = msg;
	w->time_us = clock_wall_us();
	w->size = w->wire = 0;
	w->crc = 0;
	w->last_cr = w->flushed = 0;
	w->out.len = 0;
	if (make_head(w, facts, n) == -1 ||
	    buf_add(&w->out, w->head.s, w->head.len) == -1)
		return -1;
	if (newfile_open(&w->file, msg, tmp, w->id, 0600) == -1)
		return -1;
	if (flock(w->file.fd, LOCK_EX | LOCK_NB) == -1 && errno != ENOLCK) {
		queue_abort(w);
		return -1;
	}
	return 0;
}

static int
flush(struct queue_writer *w)
{
	if (io_write_file(w->file.fd, w->out.s, w->out.len) == -1)
		return -1;
	w->out.len = 0;
	w->flushed = 1;
	return 0;
}

int
queue_add(struct queue_writer *w, const void *p, size_t n)
{
	const char *s = p;
	size_t i, lf = 0;
	int cr = w->last_cr;

	for (i = 0; i < n; i++) {
		lf += s[i] == '\n' && !cr;
		cr = s[i] == '\r';
	}
	w->last_cr = cr;
	w->size += n;
	w->wire += n + lf;
	w->crc = crc32c(w->crc, p, n);
	if (w->out.len > 0 && w->out.len + n > FLUSH_OCTETS && flush(w) == -1)
		return -1;
	if (n > FLUSH_OCTETS)
		return io_write_file(w->file.fd, p, n);
	return buf_add(&w->out, p, n);
}

int
queue_seal(struct queue_writer *w)
{
	uint32_t head_crc;

	put_sizes(w->head.s, w->size, w->wire);
	head_crc = crc32c(0, w->head.s, w->head.len);
	if (!w->flushed)
		memcpy(w->out.s, w->head.s, SIZES_END);
	else if (pwrite(w->file.fd, w->head.s, SIZES_END, 0) !=
	    (ssize_t)SIZES_END)
		return -1;
	if (buf_addf(&w->out, "\nend %020" PRIu64 " %08" PRIx32 " %08" PRIx32
	    "\n", w->size, head_crc, w->crc) == -1)
		return -1;
	return flush(w);
}

int
queue_publish(struct queue_writer *w)
{
	int e;

	if (newfile_link(&w->file, w->dir, w->id) == -1) {
		queue_abort(w);
		return -1;
	}
	if (newfile_sync(w->file.fd) == -1 || newfile_sync_dir(w->dir) == -1) {
		e = errno;
		unlinkat(w->dir, w->id, 0);
		newfile_sync_dir(w->dir);
		newfile_close(&w->file);
		return errno = e, -1;
	}
	newfile_close(&w->file);
	return 0;
}

int
queue_commit(struct queue_writer *w)
{
	if (queue_seal(w) == -1) {
		queue_abort(w);
		return -1;
	}
	return queue_publish(w);
}

void
queue_abort(struct queue_writer *w)
{
	int e = errno;

	newfile_close(&w->file);
	errno = e;
}

/* Read from the start until the empty line is in b; where the message begins,
 * or 0 with errno EINVAL or the system's. */
static size_t
read_to_empty_line(int fd, struct buf *b)
{
	size_t step = 4096, from = 0;

	b->len = 0;
	for (;;) {
		const char *end;
		ssize_t r;

		if (buf_room(b, step) == -1)
			return 0;
		r = pread(fd, b->s + b->len, step, (off_t)b->len);
		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return 0;
		if (r == 0)
			return errno = EINVAL, 0;
		b->len += (size_t)r;
		end = memmem(b->s + from, b->len - from, "\n\n", 2);
		if (end != NULL)
			return (size_t)(end - b->s) + 2;
		from = b->len - 1;
		step = b->len;
	}
}

static int
read_sizes(struct queue_head *q, const char *s)
{
	if (memcmp(s, MAGIC, sizeof(MAGIC) - 1) != 0)
		return errno = EINVAL, -1;
	s += sizeof(MAGIC) - 1;
	if (memcmp(s, "size ", 5) != 0 ||
	    memcmp(s + SIZE_LINE, "wire ", 5) != 0 ||
	    num_u64(s + 5, 20, &q->size) == -1 ||
	    num_u64(s + SIZE_LINE + 5, 20, &q->wire) == -1 ||
	    q->size > INT64_MAX / 2)
		return errno = EINVAL, -1;
	return 0;
}

static int
time_parse(const char *s, size_t n, uint64_t *us)
{
	uint64_t sec, part;
	const char *dot = memchr(s, '.', n);

	if (dot == NULL || s + n - dot != 7 ||
	    num_u64(s, (size_t)(dot - s), &sec) == -1 ||
	    num_u64(dot + 1, 6, &part) == -1 || sec > UINT64_MAX / 2000000)
		return errno = EINVAL, -1;
	*us = sec * 1000000 + part;
	return 0;
}

static int
check_message(int fd, const struct queue_head *q, uint32_t want)
{
	char piece[65536];
	uint64_t left = q->size;
	off_t at = q->message;
	uint32_t crc = 0;

	while (left > 0) {
		size_t n = left < sizeof(piece) ? (size_t)left : sizeof(piece);
		ssize_t r = io_pread_full(fd, piece, n, at);

		if (r == -1)
			return -1;
		if ((size_t)r < n)
			return errno = EINVAL, -1;
		crc = crc32c(crc, piece, n);
		at += r;
		left -= n;
	}
	return crc == want ? 0 : (errno = EINVAL, -1);
}

static int
check_trailer(int fd, struct queue_head *q, uint32_t head_crc, int whole)
{
	char t[TRAILER];
	off_t at = q->message + (off_t)q->size;
	uint64_t size;
	uint32_t head, message;
	ssize_t r = io_pread_full(fd, t, TRAILER, at);

	if (r == -1)
		return -1;
	if (r != TRAILER || memcmp(t, "\nend ", 5) != 0 || t[25] != ' ' ||
	    t[34] != ' ' || t[43] != '\n' ||
	    num_u64(t + 5, 20, &size) == -1 ||
	    num_hex32(t + 26, 8, &head) == -1 ||
	    num_hex32(t + 35, 8, &message) == -1 ||
	    size != q->size || head != head_crc)
		return errno = EINVAL, -1;
	q->journal = at + TRAILER;
	return whole ? check_message(fd, q, message) : 0;
}

int
queue_read_head(int fd, struct queue_head *q, int whole)
{
	struct buf *b = &q->text;
	size_t n = read_to_empty_line(fd, b);
	uint32_t crc;
	char time[40];

	if (n == 0)
		return errno == EMSGSIZE ? (errno = EINVAL, -1) : -1;
	if (n < SIZES_END + 1 || read_sizes(q, b->s) == -1)
		return errno = EINVAL, -1;
	crc = crc32c(0, b->s, n);
	q->message = (off_t)n;
	b->len = n - 1;
	buf_shift(b, SIZES_END);
	if (queue_fact(q, "time", time, sizeof(time)) == -1 ||
	    time_parse(time, strlen(time), &q->time_us) == -1)
		return errno = EINVAL, -1;
	return check_trailer(fd, q, crc, whole);
}

int
queue_fact(const struct queue_head *q, const char *key, char *out, size_t cap)
{
	const char *p = q->text.s, *end = p + q->text.len;
	struct field f;

	while (record_next(&p, end, &f) == 1)
		if (field_is(&f, key))
			return field_copy(&f, out, cap);
	return errno = ENOENT, -1;
}

static const char *const kind_names[] = {
	[J_START] = "start", [J_DONE] = "done", [J_LATER] = "later",
	[J_NEVER] = "never", [J_TOLD] = "told", [J_NEXT] = "next",
	[J_WARNED] = "warned", [J_RELAYED] = "relayed",
	[J_BEHIND] = "behind", [J_EXPANDED] = "expanded", [J_HELD] = "held",
	[J_RELEASED] = "released", [J_REMOVED] = "removed", [J_WHY] = "why",
};

int
journal_has_address(enum journal_kind kind)
{
	return kind <= J_TOLD;
}

/* Held, released, removed: the time is all there is. */
static int
is_bare(enum journal_kind kind)
{
	return kind == J_HELD || kind == J_RELEASED || kind == J_REMOVED;
}

/* The word up to the next blank of *s, *n; both move behind the blank. */
static size_t
take_word(const char **s, size_t *n)
{
	const char *blank = memchr(*s, ' ', *n);
	size_t word = blank != NULL ? (size_t)(blank - *s) : *n;
	size_t skip = blank != NULL ? word + 1 : word;

	*s += skip;
	*n -= skip;
	return word;
}

/* A torn line that was ended later: what it names may be cut short. */
static int
is_mended(const char *s, size_t n)
{
	return n >= sizeof(MENDED) - 2 && memcmp(s + n - (sizeof(MENDED) - 2),
	    MENDED, sizeof(MENDED) - 2) == 0;
}

static int
parse_entry(const struct field *f, struct journal_entry *e)
{
	const char *s = f->value, *word = s;
	size_t n = f->n, len;
	unsigned k;
	int has_dsn;

	if (is_mended(f->value, f->n))
		return -1;
	for (k = 0; k <= J_WHY && !field_is(f, kind_names[k]); k++)
		;
	if (k > J_WHY)
		return -1;
	e->kind = (enum journal_kind)k;
	e->time_us = 0;
	e->dsn[0] = '\0';
	if (k != J_WHY) {
		len = take_word(&s, &n);
		if (time_parse(word, len, &e->time_us) == -1)
			return -1;
	}
	has_dsn = k == J_DONE || k == J_LATER || k == J_NEVER || k == J_BEHIND;
	if (has_dsn) {
		word = s;
		len = take_word(&s, &n);
		if (len >= sizeof(e->dsn))
			return -1;
		memcpy(e->dsn, word, len);
		e->dsn[len] = '\0';
	}
	e->address = s;
	e->address_n = n;
	if (is_bare(e->kind))
		return n == 0 ? 0 : -1;
	return n == 0 || (has_dsn && e->dsn[0] == '\0') ? -1 : 0;
}

static void
each_line(const char *p, const char *end,
    void (*entry)(void *arg, const struct journal_entry *e), void *arg)
{
	while (p < end) {
		struct journal_entry e;
		struct field f;
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (lf == NULL)
			return;
		if (record_next(&p, lf + 1, &f) == 1 && parse_entry(&f, &e) == 0)
			entry(arg, &e);
		p = lf + 1;
	}
}

int
queue_read_journal(int fd, const struct queue_head *q,
    void (*entry)(void *arg, const struct journal_entry *e), void *arg)
{
	struct buf b = BUF_MAX(64u << 20);
	int torn = 0;
	ssize_t r;

	do {
		if (buf_room(&b, 2048 + b.len) == -1)
			goto fail;
		r = io_pread_full(fd, b.s + b.len, b.cap - b.len,
		    q->journal + (off_t)b.len);
		if (r == -1)
			goto fail;
		b.len += (size_t)r;
	} while (b.len == b.cap);
	if (b.len > 0) {
		each_line(b.s, b.s + b.len, entry, arg);
		torn = b.s[b.len - 1] != '\n';
	}
	buf_free(&b);
	return torn;
fail:
	buf_free(&b);
	return -1;
}

int
journal_line(struct buf *b, enum journal_kind kind, uint64_t time_us,
    const char *dsn, const char *address)
{
	if (kind == J_WHY)
		return record_adds(b, "why", address);
	return buf_addf(b, "%s %" PRIu64 ".%06u%s%s%s%s\n", kind_names[kind],
	    time_us / 1000000, (unsigned)(time_us % 1000000),
	    dsn != NULL ? " " : "", dsn != NULL ? dsn : "",
	    address != NULL ? " " : "", address != NULL ? address : "");
}

int
queue_is_torn(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last = 0;

	if (end == -1 || io_pread_full(fd, &last, 1, end - 1) == -1)
		return -1;
	return last != '\n';
}

int
queue_write_journal(int fd, const struct buf *lines, int *torn)
{
	if (*torn && io_write_file(fd, MENDED, sizeof(MENDED) - 1) == -1)
		return -1;
	*torn = io_write_file(fd, lines->s, lines->len) == -1;
	return *torn ? -1 : 0;
}
