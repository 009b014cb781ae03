/* tlsask - see tlsask.h */
#include "net/tlsask.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "sys/unixsock.h"

/* A full backlog holds connect(2) up: until the deadline, not longer. */
static int
connect_by(int fd, const struct sockaddr_un *at, int64_t deadline_ms)
{
	int left = clock_left_ms(deadline_ms);
	struct timeval t = { left / 1000, left % 1000 * 1000 };

	if (left == 0)
		return errno = ETIMEDOUT, -1;
	if (left > 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t)) == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
		return 0;
	return errno = errno == EAGAIN ? ETIMEDOUT : errno, -1;
}

static int
send_question(int fd, int connection, const struct tls_question *q)
{
	struct buf b = BUF_MAX(TLS_QUESTION);
	int r = tls_question_write(&b, q), e;

	if (r == 0)
		r = unix_send(fd, b.s, b.len, connection, 0);
	e = errno;
	buf_free(&b);
	return errno = e, r;
}

/* Read up to the first LF, and no octet more: the clear side begins there. The
 * octets before it, or -1. */
static ssize_t
read_line(int fd, char line[TLS_ANSWER], int64_t deadline_ms)
{
	size_t len = 0;

	while (len < TLS_ANSWER) {
		const char *lf;
		ssize_t n;

		if (io_wait(fd, POLLIN, deadline_ms) == -1)
			return -1;
		n = recv(fd, line + len, TLS_ANSWER - len, MSG_PEEK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? (errno = EPROTO, -1) : -1;
		lf = memchr(line + len, '\n', (size_t)n);
		if (lf != NULL)
			n = lf + 1 - (line + len);
		if (recv(fd, line + len, (size_t)n, 0) != n)
			return errno = EPROTO, -1;
		len += (size_t)n;
		if (lf != NULL)
			return (ssize_t)len - 1;
	}
	return errno = EPROTO, -1;
}

static int
ask(int fd, const struct sockaddr_un *at, int connection,
    const struct tls_question *q, int64_t deadline_ms, struct tls_answer *a)
{
	char line[TLS_ANSWER];
	ssize_t n;

	if (connect_by(fd, at, deadline_ms) == -1 ||
	    send_question(fd, connection, q) == -1)
		return -1;
	n = read_line(fd, line, deadline_ms);
	if (n == -1 || tls_answer_read(a, line, (size_t)n) == -1)
		return -1;
	return a->yes ? 0 : (errno = ECONNABORTED, -1);
}

/* The clear side is the caller's, without our time limit. */
static int
no_limit(int fd)
{
	static const struct timeval none;

	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
}

int
tls_ask(const struct sockaddr_un *at, int connection,
    const struct tls_question *q, int64_t deadline_ms, struct tls_answer *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), e;

	*a = (struct tls_answer){ .yes = 0 };
	if (fd != -1 && ask(fd, at, connection, q, deadline_ms, a) == 0 &&
	    no_limit(fd) == 0)
		return fd;
	e = errno;
	a->yes = 0;
	if (e != ECONNABORTED)
		snprintf(a->words, sizeof(a->words), "the TLS service: %s",
		    e == EPROTO ? "no answer" : strerror(e));
	if (fd != -1)
		close(fd);
	return errno = e, -1;
}
