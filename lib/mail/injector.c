/* injector - see injector.h */
#include "mail/injector.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/frame.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "text/record.h"

static void
fail(struct injector *i)
{
	i->failed = errno != 0 ? errno : EIO;
	if (i->fd != -1)
		close(i->fd);
	i->fd = -1;
}

static int
connect_now(struct injector *i)
{
	i->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (i->fd == -1)
		return -1;
	return connect(i->fd, (const struct sockaddr *)i->at, sizeof(*i->at));
}

/* qinject may have been started anew since the last message: a connection that
 * has ended is no use. */
static void
drop_if_ended(struct injector *i)
{
	char c;

	if (i->fd != -1 && recv(i->fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) != -1) {
		close(i->fd);
		i->fd = -1;
	}
}

static void
flush(struct injector *i)
{
	if (i->failed == 0 && ((i->fd == -1 && connect_now(i) == -1) ||
	    io_write(i->fd, i->buf, i->n, clock_mono_ms() + i->timeout_ms)
	    == -1))
		fail(i);
	i->n = 0;		/* after a failure too: more will be added */
}

static void
put(struct injector *i, const char *p, size_t n)
{
	while (n > 0 && i->failed == 0) {
		size_t room = sizeof(i->buf) - i->n;
		size_t part = n < room ? n : room;

		memcpy(i->buf + i->n, p, part);
		i->n += part;
		p += part;
		n -= part;
		if (i->n == sizeof(i->buf))
			flush(i);
	}
}

static void
put_frame(struct injector *i, char type, const char *p, size_t n)
{
	char head[FRAME_HEAD];

	frame_put_head(head, type, n);
	put(i, head, sizeof(head));
	put(i, p, n);
}

void
injector_connect(struct injector *i)
{
	drop_if_ended(i);
	if (i->fd == -1 && connect_now(i) == -1 && i->fd != -1) {
		close(i->fd);
		i->fd = -1;		/* tried again when octets must go */
	}
}

void
injector_begin(struct injector *i, const char *facts, size_t n)
{
	i->failed = 0;
	i->n = 0;
	drop_if_ended(i);
	put_frame(i, FRAME_FACTS, facts, n);
}

void
injector_data(struct injector *i, const char *p, size_t n)
{
	if (n > 0)
		put_frame(i, FRAME_DATA, p, n);
}

char *
injector_room(struct injector *i, size_t n)
{
	if (n + FRAME_HEAD > sizeof(i->buf) - i->n)
		flush(i);
	return i->buf + i->n + FRAME_HEAD;
}

void
injector_filled(struct injector *i, size_t n)
{
	if (n == 0)
		return;
	frame_put_head(i->buf + i->n, FRAME_DATA, n);
	i->n += FRAME_HEAD + n;
}

void
injector_abort(struct injector *i)
{
	if (i->fd != -1)
		close(i->fd);
	i->fd = -1;
	i->n = 0;
}

static int
parse_answer(const char *s, size_t n, struct injected *out)
{
	const char *p = s, *end = s + n;
	struct field f;
	int r;

	if (answer_parse(s, n, &out->answer) == -1)
		return -1;
	while ((r = record_next(&p, end, &f)) == 1)
		if (field_is(&f, "id") &&
		    field_copy(&f, out->id, sizeof(out->id)) == -1)
			return -1;
	return r;
}

static int
read_answer(struct injector *i, struct injected *out)
{
	int64_t deadline = clock_mono_ms() + i->timeout_ms;
	char head[FRAME_HEAD], type, record[JOB_RECORD];
	size_t n;

	errno = 0;
	if (io_read_full(i->fd, head, sizeof(head), deadline) != sizeof(head) ||
	    frame_get_head(head, &type, &n) == -1 || type != FRAME_ANSWER ||
	    n > sizeof(record) ||
	    io_read_full(i->fd, record, n, deadline) != (ssize_t)n)
		return -1;
	return parse_answer(record, n, out);
}

void
injector_end(struct injector *i, struct injected *out)
{
	memset(out, 0, sizeof(*out));
	put_frame(i, FRAME_END, NULL, 0);
	flush(i);
	if (i->failed != 0) {
		answer_set(&out->answer, V_LATER, "4.3.0",
		    "the queue does not take mail: %s",
		    strerror(i->failed));
		out->not_taken = 1;
	} else if (read_answer(i, out) == -1) {
		fail(i);
		answer_set(&out->answer, V_LATER, "4.3.0",
		    "the queue does not answer: %s", strerror(i->failed));
	}
}
