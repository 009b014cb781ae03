/* service - one connection's stream of messages. */
#include "qinject.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/frame.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "text/record.h"

#define IN_OCTETS	131072
#define MESSAGE_MS	3900000	/* between two frames of a message; the front's own
				 * limit for a whole message is shorter */
#define IDLE_MS		22200000	/* between messages: a session's length */
#define LOCAL_MESSAGE_MS 300000	/* the same for the machine's users, of whom none */
#define LOCAL_IDLE_MS	600000	/* is to keep others out */
#define LOCAL_MS	3600000	/* all of a user's connection */

/* What was read ahead on the connection. */
struct stream {
	int	fd;
	int	message_ms, idle_ms;
	int64_t	end_ms;		/* of the connection */
	size_t	at, n;
	char	buf[IN_OCTETS];
};

/* The next n octets, of which at least one is wanted now: a pointer into the
 * buffer and how many; 0 at the end or after a failure. */
static size_t
take(struct stream *s, size_t n, const char **p, int timeout_ms)
{
	if (s->at == s->n) {
		int64_t deadline = clock_mono_ms() + timeout_ms;
		ssize_t r = io_read(s->fd, s->buf, sizeof(s->buf),
		    deadline < s->end_ms ? deadline : s->end_ms);

		if (r <= 0)
			return 0;
		s->at = 0;
		s->n = (size_t)r;
	}
	if (n > s->n - s->at)
		n = s->n - s->at;
	*p = s->buf + s->at;
	s->at += n;
	return n;
}

/* Exactly n octets to out. 0, or -1. */
static int
take_all(struct stream *s, char *out, size_t n, int timeout_ms)
{
	while (n > 0) {
		const char *p;
		size_t got = take(s, n, &p, timeout_ms);

		if (got == 0)
			return -1;
		memcpy(out, p, got);
		out += got;
		n -= got;
	}
	return 0;
}

/* What became of the message under way, before its end. */
struct progress {
	struct buf	facts;
	struct buf	known;		/* what is believed of them */
	int		failed;		/* errno, or 0 */
};

static void
begin(struct message *m, struct progress *p)
{
	const struct buf *facts = &p->facts;

	p->failed = 0;
	if (m->local != NULL) {
		facts = &p->known;
		if (local_facts(m->local, p->facts.s, p->facts.len, &p->known)
		    == -1)
			p->failed = errno;
	}
	if (p->failed == 0 && message_begin(m, facts->s, facts->len) == -1)
		p->failed = errno;
}

/* 0, or -1 with errno; the message is then given up. */
static int
add_piece(struct message *m, const char *piece, size_t n)
{
	if (m->local != NULL && m->writer.size + n > m->local->size_max) {
		message_abort(m);
		return errno = EFBIG, -1;
	}
	return message_add(m, piece, n);
}

/* Octets of the message straight from the read buffer. 0, or -1: stream ended. */
static int
pass_data(struct message *m, struct progress *p, struct stream *s, size_t n)
{
	while (n > 0) {
		const char *piece;
		size_t got = take(s, n, &piece, s->message_ms);

		if (got == 0)
			return -1;
		if (p->failed == 0 && m->open &&
		    add_piece(m, piece, got) == -1)
			p->failed = errno;
		n -= got;
	}
	return 0;
}

static int
answer(int fd, const struct injected *in)
{
	struct buf b = BUF_MAX(JOB_RECORD);
	char frame[FRAME_HEAD + JOB_RECORD + 64];
	int n, r = -1;

	if (answer_format(&b, &in->answer) == -1)
		return -1;
	n = snprintf(frame + FRAME_HEAD, sizeof(frame) - FRAME_HEAD,
	    "%.*sid %s\n", (int)b.len, b.s, in->id);
	frame_put_head(frame, FRAME_ANSWER, (size_t)n);
	r = io_write(fd, frame, FRAME_HEAD + (size_t)n,
	    clock_mono_ms() + 60000);
	buf_free(&b);
	return r;
}

static void
settle(struct message *m, const struct progress *p, struct injected *in)
{
	memset(in, 0, sizeof(*in));
	if (p->failed == EINVAL)
		answer_set(&in->answer, V_NEVER, "5.5.0", "a bad envelope");
	else if (p->failed == E2BIG)
		answer_set(&in->answer, V_NEVER, "5.5.3",
		    "too many recipients");
	else if (p->failed == EFBIG)
		answer_set(&in->answer, V_NEVER, "5.3.4",
		    "the message is too big");
	else if (p->failed != 0)
		answer_set(&in->answer, V_LATER, "4.3.1",
		    "the queue cannot be written: %s", strerror(p->failed));
	else
		message_end(m, in);
}

/* The acknowledgement leaves first: the client waits for it, the runner not. */
static int
end(struct message *m, struct progress *p, struct stream *s)
{
	struct injected in;
	int answered;

	settle(m, p, &in);
	message_abort(m);
	if (in.answer.verdict != V_DONE && m->local == NULL)
		say("a message is refused: %s", in.answer.why);
	answered = answer(s->fd, &in);
	if (answered == -1 && in.answer.verdict == V_DONE)
		say("id=%s its sender left before the answer", in.id);
	if (m->queued)
		runner_tell(&m->runner, in.id);
	m->queued = 0;
	if (m->local != NULL)
		local_log(m->local, &in, in.id[0] != '\0' ? m->writer.size : 0);
	return answered;	/* half an answer: the stream is no use */
}

static int
serve_frame(struct message *m, struct progress *p, struct stream *s)
{
	char head[FRAME_HEAD], type;
	size_t n;

	if (take_all(s, head, sizeof(head), m->open ? s->message_ms :
	    s->idle_ms) == -1)
		return -1;
	if (frame_get_head(head, &type, &n) == -1) {
		say("a bad frame ends a connection");
		return -1;
	}
	switch (type) {
	case FRAME_FACTS:
		p->facts.len = 0;
		if (buf_room(&p->facts, n) == -1 ||
		    take_all(s, p->facts.s, n, s->message_ms) == -1)
			return -1;
		p->facts.len = n;
		begin(m, p);
		return 0;
	case FRAME_DATA:
		return pass_data(m, p, s, n);
	case FRAME_END:
		if (!m->open && p->failed == 0)
			p->failed = EINVAL;
		return end(m, p, s);
	default:
		return -1;
	}
}

static void
set_limits(struct stream *s, int is_local)
{
	s->message_ms = is_local ? LOCAL_MESSAGE_MS : MESSAGE_MS;
	s->idle_ms = is_local ? LOCAL_IDLE_MS : IDLE_MS;
	s->end_ms = is_local ? clock_mono_ms() + LOCAL_MS : INT64_MAX;
}

void
serve_stream(struct message *m, int fd)
{
	static struct stream s;		/* one worker, one connection at a time */
	static struct progress p = { .facts = BUF_MAX(FRAME_MAX),
	    .known = BUF_MAX(FRAME_MAX) };

	if (m->local != NULL && local_meet(m->local, fd) == -1)
		return;
	s.fd = fd;
	s.at = s.n = 0;
	set_limits(&s, m->local != NULL);
	p.failed = 0;
	while (serve_frame(m, &p, &s) == 0)
		;
	message_abort(m);
	if (m->local != NULL) {		/* what one user needs stays not with us */
		buf_free(&p.facts);
		buf_free(&p.known);
	}
}

/* What has come is read away before the end: else the peer would see a broken
 * connection and not our answer. */
void
local_busy(int fd)
{
	struct injected in;
	char c[4096];

	memset(&in, 0, sizeof(in));
	answer_set(&in.answer, V_LATER, "4.3.2",
	    "too many connections of this user");
	(void)answer(fd, &in);
	(void)shutdown(fd, SHUT_RD);
	while (recv(fd, c, sizeof(c), MSG_DONTWAIT) > 0)
		;
}
