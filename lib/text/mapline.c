/* mapline - see mapline.h */
#include "text/mapline.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"

static int
is_divider(const struct mapline *m, char c)
{
	return m->divider != '\0' ? c == m->divider : c == ' ' || c == '\t';
}

static int
wrong(struct mapline *m, const char *why)
{
	m->text.wrong = why;
	return errno = EINVAL, -1;
}

/* The next line that says something; 0 at the end. */
static int
next_line(struct mapline *m, const char **s, size_t *n)
{
	do {
		m->text.more = 0;
		if (!table_physical(&m->text, s, n))
			return 0;
		m->text.line++;
	} while (*n == 0 || **s == m->comment);
	m->text.more = 0;
	return 1;
}

int
mapline_next(struct mapline *m, struct buf *key, struct buf *value)
{
	const char *s;
	size_t n, len = 0;

	key->len = value->len = 0;
	if (!next_line(m, &s, &n))
		return 0;
	while (len < n && !is_divider(m, s[len]))
		len++;
	if (len == 0)
		return wrong(m, "the line begins with a blank");
	if (buf_add(key, s, len) == -1)
		return wrong(m, "the key is too long");
	if (!m->as_is)
		ascii_lower_all(key->s, key->len);
	while (len < n && is_divider(m, s[len]))
		len++;
	if (len == n && !m->empty)
		return wrong(m, "the key has no value");
	if (buf_add(value, s + len, n - len) == -1)
		return wrong(m, "the value is too long");
	return 1;
}
