/* starttls - see starttls.h */
#include "net/starttls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/unixsock.h"

#define CLIENT_LINE	128

/* The descriptor that name says, or -1. */
static int
descriptor(const char *name)
{
	const char *s = getenv(name);
	uint64_t n;

	if (s == NULL || num_u64(s, strlen(s), &n) == -1 || n > 65535)
		return -1;
	return (int)n;
}

int
starttls_wrapper(struct starttls *t)
{
	*t = (struct starttls){ .ctl = -1, .in = -1, .out = -1 };
	if (getenv("UCSPITLS") == NULL)
		return 0;
	t->in = descriptor("SSLREADFD");
	t->out = descriptor("SSLWRITEFD");
	if (t->in != -1 && t->out != -1)
		t->ctl = descriptor("SSLCTLFD");
	return t->ctl != -1;
}

static int
find_wrapper(struct starttls *t, const struct wire *w)
{
	struct wire turned = { .timeout_ms = w->timeout_ms };

	if (!starttls_wrapper(t))
		return 0;
	turned.in = t->in;
	wire_begin(&turned);
	t->is_socket = turned.is_socket;
	return 1;
}

int
starttls_find(struct starttls *t, const struct sockaddr_un *at,
    const struct wire *w)
{
	*t = (struct starttls){ .at = at, .ctl = -1, .in = -1, .out = -1 };
	return at != NULL || find_wrapper(t, w);
}

static int
ask_wrapper(const struct starttls *t)
{
	ssize_t n;

	do
		n = write(t->ctl, "y", 1);
	while (n == -1 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

/* The socket to the service becomes the clear side. */
static int
ask_service(struct starttls *t, const struct wire *w, const char *client)
{
	char record[CLIENT_LINE];
	int n = snprintf(record, sizeof(record), "client %.100s\n", client);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), e;

	if (fd == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)t->at, sizeof(*t->at)) == -1 ||
	    unix_send(fd, record, (size_t)n, w->in, 0) == -1) {
		e = errno;
		close(fd);
		return errno = e, -1;
	}
	t->in = t->out = fd;
	return 0;
}

int
starttls_ask(struct starttls *t, const struct wire *w, const char *client)
{
	if (t->at != NULL)
		return ask_service(t, w, client);
	return t->ctl != -1 ? ask_wrapper(t) : (errno = ENOTCONN, -1);
}

int
starttls_turn(struct starttls *t, struct wire *w)
{
	if (w->at != w->n)
		return errno = EPROTO, -1;
	if (wire_flush(w) == -1)
		return -1;
	if (t->at != NULL) {
		close(w->in);
		if (w->out != w->in)
			close(w->out);
	}
	w->in = t->in;
	w->out = t->out;
	w->is_socket = t->is_socket;
	return 0;
}
