/* one - one message by qmail-queue's convention: its octets on descriptor 0, its
 * envelope on descriptor 1 as F sender NUL, T recipient NUL, ..., NUL.
 * source: qmail-queue(8) */
#include "qinject.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "text/record.h"

#define ADDRESS_TOO_LONG	11
#define REFUSED			31
#define NO_MEMORY		51
#define TIMED_OUT		52
#define WRITE_ERROR		53
#define READ_ERROR		54
#define BAD_ENVELOPE		91
#define ONE_MS			3600000	/* for the whole message */

#define ENVELOPE_MAX		(4u << 20)

static int
read_envelope(struct buf *b, int64_t deadline)
{
	ssize_t r;

	do {
		if (buf_room(b, 4096) == -1)
			return errno == EMSGSIZE ? BAD_ENVELOPE : NO_MEMORY;
		r = io_read(1, b->s + b->len, 4096, deadline);
		if (r == -1)
			return errno == ETIMEDOUT ? TIMED_OUT : READ_ERROR;
		b->len += (size_t)r;
	} while (r > 0);
	return 0;
}

/* The address at *p, a NUL behind it; NULL when that is missing. */
static const char *
take_address(const char **p, const char *end, size_t *n)
{
	const char *s = *p, *nul = memchr(s, '\0', (size_t)(end - s));

	if (nul == NULL)
		return NULL;
	*n = (size_t)(nul - s);
	*p = nul + 1;
	return s;
}

static int
envelope_facts(const struct buf *envelope, struct buf *facts)
{
	const char *p = envelope->s, *end = p + envelope->len, *s;
	size_t n;

	if (p == end || *p++ != 'F')
		return BAD_ENVELOPE;
	s = take_address(&p, end, &n);
	if (s == NULL)
		return BAD_ENVELOPE;
	if (n > ADDRESS_OCTETS)
		return ADDRESS_TOO_LONG;
	if (record_add(facts, "sender", s, n) == -1)
		return errno == EINVAL ? BAD_ENVELOPE : NO_MEMORY;
	while (p < end && *p == 'T') {
		p++;
		s = take_address(&p, end, &n);
		if (s == NULL)
			return BAD_ENVELOPE;
		if (n > ADDRESS_OCTETS)
			return ADDRESS_TOO_LONG;
		if (record_add(facts, "rcpt", s, n) == -1)
			return errno == EINVAL ? BAD_ENVELOPE : NO_MEMORY;
	}
	return p + 1 == end && *p == '\0' ? 0 : BAD_ENVELOPE;
}

static int
read_failure(void)
{
	return errno == ETIMEDOUT ? TIMED_OUT : READ_ERROR;
}

/* qmail-queue takes the message first and then the envelope, and callers write
 * the two pipes in this order; our file has the envelope first. So what comes by
 * a pipe waits in a nameless file; a file on descriptor 0 just stays there. */
static int
spool_message(struct message *m, struct newfile *spool, int64_t deadline)
{
	char piece[65536], name[QUEUE_ID];
	ssize_t r;

	spool->fd = 0;
	spool->tmp_name[0] = '\0';
	if (lseek(0, 0, SEEK_CUR) != -1)
		return 0;
	queue_id_make(name);
	if (newfile_open(spool, m->tmp, m->tmp, name, 0600) == -1)
		return WRITE_ERROR;
	while ((r = io_read(0, piece, sizeof(piece), deadline)) > 0)
		if (io_write_file(spool->fd, piece, (size_t)r) == -1)
			return WRITE_ERROR;
	if (r == -1)
		return read_failure();
	return lseek(spool->fd, 0, SEEK_SET) == -1 ? READ_ERROR : 0;
}

static int
copy_message(struct message *m, int fd, int64_t deadline)
{
	char piece[65536];
	ssize_t r;

	while ((r = io_read(fd, piece, sizeof(piece), deadline)) > 0)
		if (message_add(m, piece, (size_t)r) == -1)
			return WRITE_ERROR;
	return r == 0 ? 0 : read_failure();
}

static int
queue_message(struct message *m, int fd, const struct buf *facts,
    int64_t deadline)
{
	struct injected in;
	int r;

	if (message_begin(m, facts->s, facts->len) == -1)
		return errno == EINVAL ? BAD_ENVELOPE : WRITE_ERROR;
	r = copy_message(m, fd, deadline);
	if (r != 0) {
		message_abort(m);
		return r;
	}
	message_end(m, &in);
	if (in.answer.verdict == V_DONE) {
		if (m->queued)
			runner_tell(&m->runner, in.id);
		runner_leave(&m->runner);
		return 0;
	}
	say("%s", in.answer.why);
	return in.answer.verdict == V_NEVER ? REFUSED : WRITE_ERROR;
}

int
one_message(struct message *m)
{
	int64_t deadline = clock_mono_ms() + ONE_MS;
	struct buf envelope = BUF_MAX(ENVELOPE_MAX);
	struct buf facts = BUF_MAX(ENVELOPE_MAX);
	struct newfile spool;
	int r = spool_message(m, &spool, deadline);

	if (r == 0)
		r = read_envelope(&envelope, deadline);
	if (r == 0)
		r = envelope_facts(&envelope, &facts);
	if (r == 0)
		r = queue_message(m, spool.fd, &facts, deadline);
	newfile_close(&spool);
	buf_free(&envelope);
	buf_free(&facts);
	return r;
}
