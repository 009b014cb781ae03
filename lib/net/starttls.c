/* starttls - see starttls.h */
#include "net/starttls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"

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
starttls_find(struct starttls *t, const struct wire *w)
{
	struct wire turned = { .timeout_ms = w->timeout_ms };

	t->ctl = -1;
	if (getenv("UCSPITLS") == NULL)
		return 0;
	t->in = descriptor("SSLREADFD");
	t->out = descriptor("SSLWRITEFD");
	if (t->in == -1 || t->out == -1)
		return 0;
	t->ctl = descriptor("SSLCTLFD");
	turned.in = t->in;
	wire_begin(&turned);
	t->is_socket = turned.is_socket;
	return t->ctl != -1;
}

int
starttls_ask(struct starttls *t)
{
	ssize_t n;

	if (t->ctl == -1)
		return errno = ENOTCONN, -1;
	do
		n = write(t->ctl, "y", 1);
	while (n == -1 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

int
starttls_turn(struct starttls *t, struct wire *w)
{
	if (w->at != w->n)
		return errno = EPROTO, -1;
	if (wire_flush(w) == -1)
		return -1;
	t->ctl = -1;
	w->in = t->in;
	w->out = t->out;
	w->is_socket = t->is_socket;
	return 0;
}
