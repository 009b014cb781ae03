/* pop3d-answer - what goes to the client: single lines, and long answers through
 * one large buffer. */
#include "pop3d.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "text/uidl.h"

#define REPLY_OCTETS	512	/* RFC 1939 3, with CRLF */
#define LIST_OCTETS	(2 * NUM_DIGITS + UIDL_OCTETS + 3)	/* a line at most */

void
end_session(struct session *s, const char *why)
{
	if (s->end == NULL)
		s->end = why;
}

void
put(struct session *s, const char *p, size_t n)
{
	if (s->end == NULL && wire_put(&s->w, p, n) == -1)
		end_session(s, errno == ETIMEDOUT ? "stuck" : "lost");
}

void
reply(struct session *s, const char *fmt, ...)
{
	char line[REPLY_OCTETS];
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	n = strlen(line);
	memcpy(line + n, "\r\n", 2);
	put(s, line, n + 2);
}

void
out_flush(struct session *s)
{
	put(s, s->out, s->out_n);
	s->out_n = 0;
}

char *
out_room(struct session *s, size_t n)
{
	if (n > sizeof(s->out) - s->out_n)
		out_flush(s);
	return s->out + s->out_n;
}

void
out_text(struct session *s, const char *text)
{
	size_t n = strlen(text);

	memcpy(out_room(s, n), text, n);
	s->out_n += n;
}

/* Add a line "NUMBER value" for message i, if it is not deleted. */
static void
put_line(struct session *s, size_t i, size_t (*put_value)(struct session *s,
    size_t i, char *p))
{
	char *p;

	if (s->marks[i] & MARK_DELETED)
		return;
	p = out_room(s, LIST_OCTETS);
	p += num_put(p, i + 1);
	*p++ = ' ';
	p += put_value(s, i, p);
	*p++ = '\r';
	*p++ = '\n';
	s->out_n = (size_t)(p - s->out);
}

static void
put_list(struct session *s, size_t (*put_value)(struct session *s, size_t i,
    char *p))
{
	size_t i;

	out_text(s, "+OK\r\n");
	for (i = 0; i < s->drop.n && s->end == NULL; i++)
		put_line(s, i, put_value);
	out_text(s, ".\r\n");
	out_flush(s);
}

static size_t
put_octets(struct session *s, size_t i, char *p)
{
	uint64_t octets;

	(void)maildrop_octets(&s->drop, i, &octets);
	return num_put(p, octets);
}

static size_t
put_uidl(struct session *s, size_t i, char *p)
{
	size_t n;
	const char *name = maildrop_name(&s->drop, i, &n);

	return uidl_make(name, n, p);
}

void
list_all(struct session *s)
{
	put_list(s, put_octets);
}

void
uidl_all(struct session *s)
{
	put_list(s, put_uidl);
}
