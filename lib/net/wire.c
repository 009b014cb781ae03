/* wire - see wire.h */
#include "net/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "sys/clock.h"
#include "sys/io.h"

static int64_t
deadline_of(const struct wire *w)
{
	int64_t d = clock_mono_ms() + w->timeout_ms;

	return d < w->end_ms ? d : w->end_ms;
}

int
wire_flush(struct wire *w)
{
	size_t n = w->out_n;

	w->out_n = 0;
	return n == 0 ? 0 : io_write(w->out, w->out_buf, n, deadline_of(w));
}

int
wire_put(struct wire *w, const char *p, size_t n)
{
	if (n > sizeof(w->out_buf) - w->out_n && wire_flush(w) == -1)
		return -1;
	if (n > sizeof(w->out_buf))
		return io_write(w->out, p, n, deadline_of(w));
	memcpy(w->out_buf + w->out_n, p, n);
	w->out_n += n;
	return 0;
}

void
wire_begin(struct wire *w)
{
	const struct timeval limit = {
		.tv_sec = w->timeout_ms / 1000,
		.tv_usec = w->timeout_ms % 1000 * 1000,
	};

	w->is_socket = setsockopt(w->in, SOL_SOCKET, SO_RCVTIMEO, &limit,
	    sizeof(limit)) == 0;
}

int
wire_hand_over(struct wire *w)
{
	return w->at == w->n ? wire_flush(w) : 0;
}

/* Read some; what is no socket is waited for first. */
static ssize_t
read_some(struct wire *w, int64_t deadline)
{
	ssize_t r;

	if (!w->is_socket)
		return io_read(w->in, w->in_buf, sizeof(w->in_buf), deadline);
	do {
		if (clock_left_ms(deadline) == 0)
			return errno = ETIMEDOUT, -1;
		r = recv(w->in, w->in_buf, sizeof(w->in_buf), 0);
	} while (r == -1 && errno == EINTR);
	if (r == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		errno = ETIMEDOUT;
	return r;
}

static ssize_t
fill_until(struct wire *w, int64_t deadline)
{
	ssize_t r;

	if (w->at < w->n)
		return (ssize_t)(w->n - w->at);
	if (wire_flush(w) == -1)
		return -1;
	r = read_some(w, deadline);
	if (r == -1)
		return -1;
	w->at = 0;
	w->n = (size_t)r;
	return r;
}

ssize_t
wire_fill(struct wire *w)
{
	return fill_until(w, deadline_of(w));
}

ssize_t
wire_line(struct wire *w, char *line, size_t cap)
{
	int64_t deadline = deadline_of(w);
	size_t n = 0, total = 0;

	for (;;) {
		const char *lf;
		size_t run, keep;
		ssize_t r = fill_until(w, deadline);

		if (r == -1)
			return -1;
		if (r == 0)
			return errno = ECONNRESET, -1;
		lf = memchr(w->in_buf + w->at, '\n', (size_t)r);
		run = lf != NULL ? (size_t)(lf - w->in_buf) - w->at :
		    (size_t)r;
		keep = run < cap - 1 - n ? run : cap - 1 - n;
		memcpy(line + n, w->in_buf + w->at, keep);
		n += keep;
		total += run;
		w->at += run + (lf != NULL);
		if (lf != NULL)
			break;
	}
	if (total > n) {
		w->had_crlf = 1;	/* it may have: its end is gone */
		return errno = EMSGSIZE, -1;
	}
	if (n > 0 && line[n - 1] == '\r') {
		w->had_crlf = 1;
		n--;
	}
	line[n] = '\0';
	return (ssize_t)n;
}

int
wire_wait(struct wire *w, int peer, int64_t deadline_ms)
{
	if (deadline_ms > w->end_ms)
		deadline_ms = w->end_ms;
	if (w->at < w->n)
		return 0;
	if (wire_flush(w) == -1)
		return -1;
	for (;;) {
		struct pollfd p[] = {
			{ .fd = w->in, .events = POLLIN },
			{ .fd = peer },		/* its end alone */
		};
		int n = poll(p, 2, clock_left_ms(deadline_ms));

		if (n == 0)
			return errno = ETIMEDOUT, -1;
		if (n > 0 && p[1].revents != 0)
			return errno = ECONNRESET, -1;
		if (n > 0)
			return 0;
		if (errno != EINTR)
			return -1;
	}
}

/* Behind what is unread there may be the rest of an earlier, longer piece. */
void
wire_forget(struct wire *w)
{
	explicit_bzero(w->in_buf, w->at);
	explicit_bzero(w->in_buf + w->n, sizeof(w->in_buf) - w->n);
}
