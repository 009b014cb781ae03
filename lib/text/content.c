/* content - see content.h */
#include "text/content.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"

static int
is_token(char c)
{
	return (unsigned char)c > 32 && c != 127 &&
	    strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* Behind a comment that begins at p; unended, it goes to the end. */
static const char *
comment_end(const char *p, const char *end)
{
	size_t depth = 0;

	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return end;
}

void
content_skip(const char **p, const char *end)
{
	while (*p < end && (ascii_blank(**p) || **p == '('))
		*p = **p == '(' ? comment_end(*p, end) : *p + 1;
}

int
content_token(const char **p, const char *end, struct content_word *w)
{
	content_skip(p, end);
	w->s = *p;
	w->quoted = 0;
	while (*p < end && is_token(**p))
		++*p;
	w->n = (size_t)(*p - w->s);
	return w->n > 0;
}

int
content_type(const char **p, const char *end, struct content_word *type,
    struct content_word *sub)
{
	if (!content_token(p, end, type))
		return 0;
	content_skip(p, end);
	if (*p == end || **p != '/')
		return 0;
	++*p;
	return content_token(p, end, sub);
}

/* A quoted string; *p stands behind the first quote. */
static void
read_quoted(const char **p, const char *end, struct content_word *w)
{
	w->s = *p;
	w->quoted = 1;
	for (; *p < end && **p != '"'; ++*p)
		if (**p == '\\' && *p + 1 < end)
			++*p;
	w->n = (size_t)(*p - w->s);
	if (*p < end)
		++*p;
}

static void
read_value(const char **p, const char *end, struct content_word *w)
{
	content_skip(p, end);
	if (*p < end && **p == '"') {
		++*p;
		read_quoted(p, end, w);
		return;
	}
	w->s = *p;
	w->quoted = 0;
	while (*p < end && **p != ';' && !ascii_blank(**p))
		++*p;
	w->n = (size_t)(*p - w->s);
}

/* Up to and over the next ';'. 1, or 0: there is none. */
static int
next_semicolon(const char **p, const char *end)
{
	struct content_word w;

	for (;;) {
		content_skip(p, end);
		if (*p == end)
			return 0;
		if (*(*p)++ == ';')
			return 1;
		if ((*p)[-1] == '"')
			read_quoted(p, end, &w);
	}
}

int
content_param(const char **p, const char *end, struct content_word *name,
    struct content_word *value)
{
	while (next_semicolon(p, end)) {
		if (!content_token(p, end, name))
			continue;
		content_skip(p, end);
		if (*p == end || **p != '=')
			continue;
		++*p;
		read_value(p, end, value);
		return 1;
	}
	return 0;
}

ssize_t
content_text(const struct content_word *w, char *out, size_t cap)
{
	size_t i, n = 0;

	for (i = 0; i < w->n; i++) {
		if (w->s[i] == '\r' || w->s[i] == '\n')
			continue;
		if (w->quoted && w->s[i] == '\\' && i + 1 < w->n)
			i++;
		if (n == cap)
			return errno = EMSGSIZE, -1;
		out[n++] = w->s[i];
	}
	return (ssize_t)n;
}
