/* remote-dialog - commands, replies, and what is said about them. */
#include "remote.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"

#define COMMAND_OCTETS	2048	/* an AUTH line is the longest */

int64_t
wait_ms(const struct remote *r, enum wait w)
{
	int64_t unit = r->unit_ms;

	switch (w) {
	case WAIT_REPLY:
		return unit;
	case WAIT_DATA:
		return unit * 2 / 5;
	case WAIT_BLOCK:
		return unit * 3 / 5;
	case WAIT_DOT:
		return unit * 2;
	case WAIT_CONNECT:
		return others_remain(r) ? unit / 10 : unit / 5;
	case WAIT_DNS:
	case WAIT_TLS:
		return unit / 5;
	case WAIT_QUIT:
		return unit / 60;
	}
	return 0;
}

int64_t
wait_end(const struct remote *r, enum wait w)
{
	int64_t end = clock_mono_ms() + wait_ms(r, w);

	return end < r->end_ms ? end : r->end_ms;
}

static void
set_wait(struct remote *r, enum wait w)
{
	r->wire.timeout_ms = (int)wait_ms(r, w);
	r->wire.end_ms = wait_end(r, w);
}

int
put_command(struct remote *r, const char *fmt, ...)
{
	char line[COMMAND_OCTETS];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) - 2)
		return errno = EMSGSIZE, -1;
	memcpy(line + n, "\r\n", 2);
	set_wait(r, WAIT_REPLY);
	return wire_put(&r->wire, line, (size_t)n + 2);
}

/* Send what is put, and wait for the host, as long as the runner is there. */
static int
await_reply(struct remote *r)
{
	struct wire *w = &r->wire;

	if (w->at < w->n)
		return 0;
	if (wire_flush(w) == 0 &&
	    io_wait_for(w->in, POLLIN, alive(r), w->end_ms) == 0)
		return 0;
	leave_if_alone(r);
	return -1;
}

static int
take_lines(struct remote *r, struct reply *reply, struct ehlo *can, enum wait w)
{
	char line[REPLY_LINE];
	int whole = 0;

	reply_begin(reply);
	set_wait(r, w);
	while (whole == 0) {
		ssize_t n;

		if (await_reply(r) == -1)
			return -1;
		n = wire_line(&r->wire, line, sizeof(line));
		if (n == -1 && errno == EMSGSIZE)
			n = sizeof(line) - 1;	/* so much of it */
		if (n == -1)
			return -1;
		whole = reply_line(reply, line, (size_t)n);
		if (can != NULL && reply->lines > 1 && n > 4)
			ehlo_line(can, line + 4, (size_t)n - 4);
	}
	return whole == 1 ? 0 : -1;
}

int
take_reply(struct remote *r, struct reply *reply, enum wait w)
{
	return take_lines(r, reply, NULL, w);
}

int
take_offer(struct remote *r, struct reply *reply, struct ehlo *can)
{
	memset(can, 0, sizeof(*can));
	return take_lines(r, reply, can, WAIT_REPLY);
}

/* "host[ip]", or the path of a UNIX socket. */
static void
name_host(const struct remote *r, char *out, size_t room)
{
	if (r->far.ip[0] != '\0')
		snprintf(out, room, "%s[%s]", r->far.host, r->far.ip);
	else
		snprintf(out, room, "%s", r->far.host);
}

static void
set_relay(const struct remote *r, struct answer *a)
{
	size_t n;

	name_host(r, a->relay, sizeof(a->relay));
	n = strlen(a->relay);
	if (r->far.ip[0] != '\0')
		snprintf(a->relay + n, sizeof(a->relay) - n, ":%u", r->port);
}

void
answer_reply(const struct remote *r, struct answer *a, const char *what,
    const struct reply *reply)
{
	enum verdict v = reply->code >= 500 ? V_NEVER : V_LATER;

	answer_words(r, a, v, reply->code >= 400 ? reply_dsn(reply) : "4.5.0",
	    "said after %s: %s", what, reply->text);
}

void
answer_words(const struct remote *r, struct answer *a, enum verdict v,
    const char *dsn, const char *fmt, ...)
{
	char host[RELAY_OCTETS], words[WHY_OCTETS];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	name_host(r, host, sizeof(host));
	set_relay(r, a);
	answer_set(a, v, dsn, "%s %s", host, words);
}

const char *
loss_words(int e)
{
	switch (e) {
	case ETIMEDOUT:
		return "did not answer in time";
	case ECONNRESET:
	case EPIPE:
		return "closed the connection";
	case EPROTO:
		return "said what is no reply";
	default:
		return strerror(e);
	}
}

int
host_failed(struct remote *r, const char *what, const struct reply *reply)
{
	struct answer a = { .number = 0 };
	int e = errno;

	if (reply != NULL)
		answer_reply(r, &a, what, reply);
	else
		answer_words(r, &a, V_LATER, e == ETIMEDOUT ? "4.4.1" :
		    "4.4.2", "%s (%s)", loss_words(e), what);
	note_failure(r, &a);
	hang_up(r);
	return -1;
}
