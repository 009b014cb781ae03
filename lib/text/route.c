/* route - see route.h */
#include "text/route.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "text/nexthop.h"
#include "text/path.h"

static const char too_long[] = "the line is too long";

/* Take the word at *s; both move behind it and the blanks after it. */
static size_t
take_word(const char **s, size_t *n)
{
	size_t len = 0, skip;

	while (len < *n && (*s)[len] != ' ' && (*s)[len] != '\t')
		len++;
	for (skip = len; skip < *n && ((*s)[skip] == ' ' ||
	    (*s)[skip] == '\t'); skip++)
		;
	*s += skip;
	*n -= skip;
	return len;
}

static const char *
add_key(struct buf *key, const char *s, size_t n)
{
	size_t dot = n > 1 && *s == '.';

	if (!(n == 1 && *s == '*') && !domain_is_valid(s + dot, n - dot))
		return "the first word is no domain, .domain or *";
	if (buf_add(key, s, n) == -1)
		return "the domain is too long";
	ascii_lower_all(key->s, key->len);
	return NULL;
}

static int
begins(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && ascii_is(s, len, word);
}

/* "mx" is a domain's own, here any. */
static int
is_nexthop(const char *s, size_t n)
{
	struct buf b = BUF_MAX(2 * ROUTE_OCTETS);
	int own = n == 2 || (n > 2 && s[2] == ' ');
	struct nexthop h;
	int good;

	good = (!own || (buf_adds(&b, "mx:example.org") == 0)) &&
	    buf_add(&b, s + 2 * own, n - 2 * (size_t)own) == 0 &&
	    nexthop_parse(&h, b.s, b.len) == 0;
	buf_free(&b);
	return good;
}

static const char *
add_way(struct buf *way, const char *s, size_t n)
{
	const char *word = s;
	size_t len = take_word(&s, &n);

	if (ascii_is(word, len, "mx")) {
		word = "mx";
	} else if (!begins(word, len, "smtp:") && !begins(word, len, "lmtp:") &&
	    buf_adds(way, "smtp:") == -1)
		return too_long;
	if (buf_add(way, word, len) == -1)
		return too_long;
	if (!is_nexthop(way->s, way->len))
		return "this is no way for mail: mx, HOST, [HOST], each with "
		    ":PORT or not, lmtp:/PATH, lmtp:[HOST], bounce or hold";
	while (n > 0) {
		word = s;
		len = take_word(&s, &n);
		if (buf_add(way, " ", 1) == -1 ||
		    buf_add(way, word, len) == -1)
			return too_long;
	}
	return is_nexthop(way->s, way->len) ? NULL : "behind the way stand "
	    "tls=none, may, must, verify or implicit, and login=NAME (with "
	    "TLS), each once";
}

/* "bounce" and "hold", with words for people behind them. */
static const char *
add_words(struct buf *way, const char *verb, const char *s, size_t n)
{
	return buf_adds(way, verb) == -1 || (n > 0 &&
	    (buf_add(way, " ", 1) == -1 || buf_add(way, s, n) == -1)) ?
	    too_long : NULL;
}

static const char *
read_entry(const char *s, size_t n, struct buf *key, struct buf *way)
{
	const char *word = s, *why, *rest;
	size_t len = take_word(&s, &n), rest_n;

	why = add_key(key, word, len);
	if (why != NULL)
		return why;
	if (n == 0)
		return "where its mail goes is missing";
	word = rest = s;
	rest_n = n;
	len = take_word(&rest, &rest_n);
	if (ascii_is(word, len, "bounce"))
		return add_words(way, "bounce", rest, rest_n);
	if (ascii_is(word, len, "hold"))
		return add_words(way, "hold", rest, rest_n);
	return add_way(way, s, n);
}

static int
has_control(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] != '\t' && ((unsigned char)s[i] < ' ' || s[i] == 127))
			return 1;
	return 0;
}

int
route_next(struct table_text *t, struct buf *key, struct buf *way)
{
	const char *s;
	size_t n;

	key->len = way->len = 0;
	if (!table_line(t, &s, &n))
		return 0;
	if (has_control(s, n))
		t->wrong = "a control octet";
	else if (*s == ' ' || *s == '\t')
		t->wrong = "the line begins with a blank";
	else
		t->wrong = read_entry(s, n, key, way);
	if (t->wrong == NULL && way->len >= ROUTE_OCTETS)
		t->wrong = too_long;
	return t->wrong == NULL ? 1 : (errno = EINVAL, -1);
}
