/* imapstring - see imapstring.h */
#include "text/imapstring.h"

#include <string.h>

#include "base/ascii.h"

/* What to write of n octets. */
struct shape {
	size_t	octets;		/* that are left */
	size_t	quoted;		/* of them, those that need a '\' */
	int	literal;	/* no quoted string may hold them */
};

static void
measure(struct shape *h, const char *s, size_t n)
{
	for (; n > 0; s++, n--) {
		h->octets += *s != '\0';
		h->quoted += *s == '"' || *s == '\\';
		h->literal |= *s == '\r' || *s == '\n' ||
		    (unsigned char)*s > 127;
	}
}

/* Copy to out as h says. Behind it. */
static char *
copy(const struct shape *h, char *out, const char *s, size_t n)
{
	for (; n > 0; s++, n--) {
		if (*s == '\0')
			continue;
		if (!h->literal && (*s == '"' || *s == '\\'))
			*out++ = '\\';
		*out++ = *s;
	}
	return out;
}

/* The next word of a value: 1, *s and *n are what stands behind it; 0: none. */
static int
next_word(const char **s, size_t *n, const char **word, size_t *word_n)
{
	while (*n > 0 && ascii_blank(**s)) {
		++*s;
		--*n;
	}
	*word = *s;
	while (*n > 0 && !ascii_blank(**s)) {
		++*s;
		--*n;
	}
	*word_n = (size_t)(*s - *word);
	return *word_n > 0;
}

/* Begin a string of that shape: its first octets, and room for all. */
static int
begin(struct buf *b, const struct shape *h)
{
	size_t was = b->len;

	if ((h->literal ? buf_addf(b, "{%zu}\r\n", h->octets) :
	    buf_add(b, "\"", 1)) == -1)
		return -1;
	if (buf_room(b, h->octets + h->quoted + 1) == -1) {
		b->len = was;
		return -1;
	}
	return 0;
}

static void
end(struct buf *b, const struct shape *h, char *out)
{
	if (!h->literal)
		*out++ = '"';
	b->len = (size_t)(out - b->s);
}

int
imap_string(struct buf *b, const char *s, size_t n)
{
	struct shape h = { .octets = 0 };

	if (s == NULL)
		return buf_add(b, "NIL", 3);
	measure(&h, s, n);
	if (begin(b, &h) == -1)
		return -1;
	end(b, &h, copy(&h, b->s + b->len, s, n));
	return 0;
}

int
imap_value(struct buf *b, const char *s, size_t n)
{
	struct shape h = { .octets = 0 };
	const char *p = s, *word;
	size_t left = n, word_n;
	char *out;
	int first = 1;

	for (; next_word(&p, &left, &word, &word_n); first = 0) {
		measure(&h, word, word_n);
		h.octets += !first;
	}
	if (begin(b, &h) == -1)
		return -1;
	out = b->s + b->len;
	for (first = 1; next_word(&s, &n, &word, &word_n); first = 0) {
		if (!first)
			*out++ = ' ';
		out = copy(&h, out, word, word_n);
	}
	end(b, &h, out);
	return 0;
}

int
imap_word(struct buf *b, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!ascii_graph(s[i]) || strchr("(){%*\"\\", s[i]) != NULL)
			break;
	if (i < n || n == 0 || ascii_is(s, n, "NIL"))
		return imap_string(b, s, n);
	return buf_add(b, s, n);
}
