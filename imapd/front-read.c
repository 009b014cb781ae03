/* front-read - commands in, with their literals; replies out. */
#include "front.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/log.h"

#define ERRORS_MAX	10	/* then the client is sent away */
#define REPLY_OCTETS	512

void
front_put(struct front *f, const char *text)
{
	if (wire_put(&f->wire, text, strlen(text)) == -1)
		f->done = 1;
}

static void __attribute__((format(printf, 4, 0)))
reply(struct front *f, const char *tag, const char *word, const char *fmt,
    va_list ap)
{
	char line[REPLY_OCTETS];
	size_t n = (size_t)snprintf(line, sizeof(line), "%s %s ", tag, word);

	vsnprintf(line + n, sizeof(line) - n - 2, fmt, ap);
	n += strlen(line + n);
	memcpy(line + n, "\r\n", 3);
	front_put(f, line);
}

void
front_ok(struct front *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply(f, f->tag, "OK", fmt, ap);
	va_end(ap);
}

void
front_bye(struct front *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply(f, "*", "BYE", fmt, ap);
	va_end(ap);
	f->done = 1;
}

void
front_refuse(struct front *f, const char *word, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply(f, f->tag, word, fmt, ap);
	va_end(ap);
	if (++f->errors < ERRORS_MAX || f->done)
		return;
	say("client=%s sent away after %u errors", f->client, f->errors);
	front_bye(f, "too many errors");
}

/* Wait for something to read. How much there is, or -1: it is over. Without
 * mail-login there is nothing to wait for. */
static ssize_t
fill(struct front *f)
{
	ssize_t n = -1;

	if (wire_wait(&f->wire, f->fd, f->deadline_ms) == 0)
		n = wire_fill(&f->wire);
	if (n > 0)
		return n;
	if (n == -1 && errno == ETIMEDOUT) {
		say("client=%s waited too long", f->client);
		front_bye(f, "waited too long");
	}
	f->done = 1;
	return -1;
}

/* Take n octets of what is unread behind what is in line. */
static void
take(struct front *f, size_t n)
{
	memcpy(f->line + f->n, f->wire.in_buf + f->wire.at, n);
	f->n += n;
	f->wire.at += n;
}

/* The next line behind what is in line, without its CRLF or LF. Behind a line
 * that is too long nothing can be made out: its end may announce a literal. */
static int
add_line(struct front *f)
{
	struct wire *w = &f->wire;
	size_t from = f->n, run;
	const char *lf = NULL;

	while (lf == NULL) {
		ssize_t r = fill(f);

		if (r == -1)
			return -1;
		lf = memchr(w->in_buf + w->at, '\n', (size_t)r);
		run = lf != NULL ? (size_t)(lf - w->in_buf) - w->at :
		    (size_t)r;
		if (run > sizeof(f->line) - f->n) {
			say("client=%s sent away: a line too long", f->client);
			front_bye(f, "[LIMIT] the line is too long");
			return -1;
		}
		take(f, run);
	}
	w->at++;
	if (f->n > from && f->line[f->n - 1] == '\r')
		f->n--;
	return 0;
}

int
front_read_line(struct front *f)
{
	f->deadline_ms = clock_mono_ms() + f->wire.timeout_ms;
	f->n = 0;
	return add_line(f);
}

int
front_begin(struct front *f, struct imap_in *in, struct imap_text *verb)
{
	struct imap_text t;

	*in = (struct imap_in){ f->line, f->line + f->n };
	strcpy(f->tag, "*");
	if (imap_tag(in, &t) == -1 || t.n > HANDOVER_TAG)
		return -1;
	memcpy(f->tag, t.s, t.n);
	f->tag[t.n] = '\0';
	return imap_char(in, ' ') == -1 ? -1 : imap_atom(in, verb);
}

/* Refuse a literal. What was sent without being asked for (RFC 7888) cannot be told
 * from commands, but by reading all of it. */
static int
refuse_literal(struct front *f, const struct imap_literal *l)
{
	struct imap_text verb;
	struct imap_in in;

	(void)front_begin(f, &in, &verb);
	if (l->plus)
		front_bye(f, "[TOOBIG] the literal is too long");
	else
		front_refuse(f, "BAD", "[TOOBIG] the literal is too long");
	return -1;
}

/* A literal behind the line that announced it: its CRLF and its octets. */
static int
add_literal(struct front *f, const struct imap_literal *l)
{
	size_t left = (size_t)l->octets;

	if (l->octets > FRONT_LITERAL || left + 2 > sizeof(f->line) - f->n)
		return refuse_literal(f, l);
	if (!l->plus) {
		if (!front_wants_literal(f))
			return -1;
		front_put(f, "+ go on\r\n");
	}
	memcpy(f->line + f->n, "\r\n", 2);
	f->n += 2;
	while (left > 0) {
		ssize_t r = fill(f);

		if (r == -1)
			return -1;
		if ((size_t)r > left)
			r = (ssize_t)left;
		take(f, (size_t)r);
		left -= (size_t)r;
	}
	return 0;
}

int
front_read_command(struct front *f)
{
	struct imap_literal l = { .octets = 0 };
	size_t from = 0;
	int r;

	if (front_read_line(f) == -1)
		return -1;
	while ((r = imap_announced(f->line + from, f->n - from, &l)) != 0) {
		if (r == -1)
			return refuse_literal(f, &l);
		if (add_literal(f, &l) == -1)
			return -1;
		from = f->n;
		if (add_line(f) == -1)
			return -1;
	}
	return 0;
}
