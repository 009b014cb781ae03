/* forward - see forward.h */
#include "text/forward.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "text/addrlist.h"

static int
wrong(struct forward_text *t, const char *why)
{
	t->wrong = why;
	return errno = EINVAL, -1;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static const char *
line_end(const struct forward_text *t)
{
	const char *lf = memchr(t->p, '\n', (size_t)(t->end - t->p));

	return lf != NULL ? lf : t->end;
}

/* To the first octet of a target. 1, or 0 at the end. */
static int
skip_between(struct forward_text *t)
{
	int fresh = t->line == 0;	/* at the beginning of a line */

	if (fresh)
		t->line = 1;
	for (; t->p < t->end; t->p++) {
		if (*t->p == '\n') {
			t->line++;
			fresh = 1;
		} else if (fresh && *t->p == '#')
			t->p = line_end(t) - 1;
		else if (!is_blank(*t->p) && *t->p != ',')
			return 1;
		else if (*t->p == ',')
			fresh = 0;
	}
	return 0;
}

/* A target in quotes, of which t->p is the first: up to the last one, which stands
 * before a comma or the line's end. */
static int
take_quoted(struct forward_text *t, struct buf *target)
{
	const char *end = line_end(t), *p = t->p + 1;

	for (; p < end && *p != '"'; p++) {
		if (*p == '\\' && p + 1 < end &&
		    (p[1] == '"' || p[1] == '\\'))
			p++;
		if (buf_add(target, p, 1) == -1)
			return -1;
	}
	if (p == end)
		return wrong(t, "a quote has no end");
	for (p++; p < end && is_blank(*p); p++)
		;
	if (p < end && *p != ',')
		return wrong(t, "something stands behind a quote");
	t->p = p;
	return 0;
}

/* One without: up to a comma that is not in quotes, or the line's end. */
static int
take_plain(struct forward_text *t, struct buf *target)
{
	const char *end = line_end(t), *p = t->p, *q;
	int in_quotes = 0;

	for (q = p; q < end && (in_quotes || *q != ','); q++)
		in_quotes ^= *q == '"';
	if (in_quotes)
		return wrong(t, "a quote has no end");
	t->p = q;
	while (q > p && is_blank(q[-1]))
		q--;
	return buf_add(target, p, (size_t)(q - p));
}

/* 1 if the text is one line of octets that a record can have. */
static int
is_text(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if ((unsigned char)b->s[i] < 32 || b->s[i] == 127)
			return 0;
	return b->len > 0;
}

/* An address as people write them. A comma in a name's quotes is none. */
static int
take_address(struct forward_text *t, struct buf *target)
{
	const char *end = line_end(t), *p = t->p;
	int plain = *p == '\\';
	struct mailbox_text m;

	p += plain;
	if (addrlist_next(&p, end, &m) != 1 || m.address[0] == '\0')
		return wrong(t, "that is no address");
	t->p = p;
	if ((plain && buf_add(target, "\\", 1) == -1) ||
	    buf_adds(target, m.address) == -1)
		return -1;
	return is_text(target) ? FORWARD_ADDRESS :
	    wrong(t, "an octet that cannot be there");
}

static int
begins(const struct buf *b, const char *with)
{
	size_t n = strlen(with);

	return b->len > n && ascii_is(b->s, n, with);
}

/* The blanks of "| command" say nothing. */
static void
close_gap(struct buf *b)
{
	size_t n = 1;

	while (n < b->len && is_blank(b->s[n]))
		n++;
	memmove(b->s + 1, b->s + n, b->len - n);
	b->len -= n - 1;
}

/* What the text is that is neither in an address's form nor one. */
static int
kind_of(struct forward_text *t, struct buf *target)
{
	if (!is_text(target))
		return wrong(t, "an octet that cannot be there");
	if (target->s[0] == '|') {
		close_gap(target);
		return target->len > 1 ? FORWARD_PROGRAM :
		    wrong(t, "a program without a name");
	}
	if (begins(target, ":include:")) {
		buf_shift(target, strlen(":include:"));
		return FORWARD_INCLUDE;
	}
	if (target->s[0] == ':')
		return wrong(t, "a line with : is not known");
	if (target->s[0] == '/')
		return target->len > 1 ? FORWARD_FILE :
		    wrong(t, "a file without a name");
	return 0;
}

int
forward_next(struct forward_text *t, struct buf *target)
{
	const char *start;
	int quoted, kind;

	target->len = 0;
	if (!skip_between(t))
		return 0;
	start = t->p;
	quoted = *t->p == '"';
	if (*t->p != '|' && *t->p != '/' && *t->p != ':' && !quoted)
		kind = 0;
	else {
		if ((quoted ? take_quoted : take_plain)(t, target) == -1) {
			/* "Bob B" <bob@example.org> */
			if (!quoted || (target->len > 0 && (target->s[0] == '|' ||
			    target->s[0] == '/' || target->s[0] == ':')))
				return -1;
			kind = 0;
		} else if ((kind = kind_of(t, target)) == -1)
			return -1;
		target->len = kind == 0 ? 0 : target->len;
	}
	if (kind != 0)
		return kind;
	t->p = start;
	return take_address(t, target);
}

/* The next line, without blanks at its end, from p to *end. NULL at the end. */
static const char *
next_line(struct forward_text *t, const char **end)
{
	const char *p = t->p, *e = line_end(t);

	if (p == t->end)
		return NULL;
	t->p = e < t->end ? e + 1 : e;
	t->line++;
	while (e > p && is_blank(e[-1]))
		e--;
	*end = e;
	return p;
}

static int
qmail_kind(struct forward_text *t, struct buf *line)
{
	if (!is_text(line))
		return wrong(t, "an octet that cannot be there");
	switch (line->s[0]) {
	case '|':
		return line->len > 1 ? FORWARD_PROGRAM :
		    wrong(t, "a program without a name");
	case '/':
	case '.':
		return line->len > 1 ? FORWARD_FILE :
		    wrong(t, "a file without a name");
	case '+':
		return wrong(t, "a line with + is not known");
	case '&':
		buf_shift(line, 1);
	}
	return line->len > 0 && line->s[0] != '\\' ? FORWARD_ADDRESS :
	    wrong(t, "that is no address");
}

int
qmail_next(struct forward_text *t, struct buf *target)
{
	const char *p, *end;

	target->len = 0;
	while ((p = next_line(t, &end)) != NULL) {
		if (p == end && t->line == 1)
			return wrong(t, "the first line is empty");
		if (p == end || *p == '#')
			continue;
		if (buf_add(target, p, (size_t)(end - p)) == -1)
			return -1;
		return qmail_kind(t, target);
	}
	return 0;
}

int
qmail_name(struct buf *out, const char *ext, unsigned i, size_t *rest)
{
	size_t n = strlen(ext), at;
	int r;

	*rest = n;
	if (*ext == '\0' && i > 0)
		return 0;
	for (; i > 0; i--) {		/* one '-' less each time */
		if (*rest == 0)
			return 0;
		do
			(*rest)--;
		while (*rest > 0 && ext[*rest - 1] != '-');
		n = *rest;
	}
	out->len = 0;
	r = buf_adds(out, *ext == '\0' ? ".qmail" : ".qmail-");
	at = out->len;
	if (r == 0)
		r = buf_add(out, ext, n);
	if (r == 0 && n < strlen(ext))
		r = buf_adds(out, "default");
	if (r == -1 || buf_0(out) == -1)
		return -1;
	ascii_lower_all(out->s + at, out->len - at);
	for (; at < out->len; at++)
		if (out->s[at] == '.')
			out->s[at] = ':';
	return 1;
}
