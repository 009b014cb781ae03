/* tlsask - see tlsask.h */
#include "net/tlsask.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/io.h"
#include "sys/unixsock.h"

static int
send_question(int fd, int connection, const struct tls_question *q)
{
	char room[TLS_QUESTION];	/* no memory is taken */
	struct buf b = { .s = room, .cap = sizeof(room), .max = sizeof(room) };

	if (tls_question_write(&b, q) == -1)
		return -1;
	return unix_send(fd, b.s, b.len, connection, 0);
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
ask(int fd, int connection, const struct tls_question *q, int64_t deadline_ms,
    struct tls_answer *a)
{
	char line[TLS_ANSWER];
	ssize_t n;

	if (send_question(fd, connection, q) == -1)
		return -1;
	n = read_line(fd, line, deadline_ms);
	if (n == -1 || tls_answer_read(a, line, (size_t)n) == -1)
		return -1;
	return a->yes ? 0 : (errno = ECONNABORTED, -1);
}

int
tls_ask(const struct sockaddr_un *at, int connection,
    const struct tls_question *q, int64_t deadline_ms, struct tls_answer *a)
{
	int fd = unix_connect_at(at, SOCK_STREAM, deadline_ms), e;

	*a = (struct tls_answer){ .yes = 0 };
	if (fd != -1 && ask(fd, connection, q, deadline_ms, a) == 0)
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
