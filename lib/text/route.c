/* route - see route.h */
#include "text/route.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/path.h"

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

/* The octets of s up to the ':' before a port, or n. */
static size_t
host_part(const char *s, size_t n)
{
	const char *close = *s == '[' ? memchr(s, ']', n) : NULL;
	size_t from = close != NULL ? (size_t)(close - s) : 0;
	const char *colon = memchr(s + from, ':', n - from);

	return colon != NULL ? (size_t)(colon - s) : n;
}

static int
is_host(const char *s, size_t n)
{
	size_t i;

	if (n < 2 || *s != '[')
		return domain_is_valid(s, n);
	if (s[n - 1] != ']' || n == 2)
		return 0;
	for (i = 1; i < n - 1; i++)
		if (!ascii_graph(s[i]) || s[i] == '[' || s[i] == ']')
			return 0;
	return 1;
}

/* HOST or HOST:PORT, with a port in any case. */
static const char *
add_host(struct buf *way, const char *s, size_t n, const char *port)
{
	size_t host = n > 0 ? host_part(s, n) : 0;
	uint64_t number;

	if (host == 0 || !is_host(s, host))
		return "this is no host, and no other way for mail";
	if (host < n && (num_u64(s + host + 1, n - host - 1, &number) == -1 ||
	    number == 0 || number > 65535))
		return "this is no port";
	if (buf_add(way, s, host) == -1 || buf_add(way, ":", 1) == -1 ||
	    (host < n ? buf_add(way, s + host + 1, n - host - 1) :
	    buf_adds(way, port)) == -1)
		return "the line is too long";
	return NULL;
}

static int
begins(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && memcmp(s, word, len) == 0;
}

static const char *
add_lmtp(struct buf *way, const char *s, size_t n)
{
	if (buf_adds(way, "lmtp:") == -1)
		return "the line is too long";
	if (n == 0 || *s != '/')
		return add_host(way, s, n, "24");
	return buf_add(way, s, n) == -1 ? "the line is too long" : NULL;
}

static const char *
add_target(struct buf *way, const char *s, size_t n)
{
	if (ascii_is(s, n, "mx"))
		return buf_adds(way, "mx") == -1 ? "too long" : NULL;
	if (begins(s, n, "lmtp:"))
		return add_lmtp(way, s + 5, n - 5);
	if (begins(s, n, "smtp:")) {
		s += 5;
		n -= 5;
	}
	if (buf_adds(way, "smtp:") == -1)
		return "the line is too long";
	return add_host(way, s, n, "25");
}

static int
is_policy(const char *s, size_t n)
{
	static const char *const words[] = {
		"none", "may", "must", "verify", "implicit",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (n == strlen(words[i]) && memcmp(s, words[i], n) == 0)
			return 1;
	return 0;
}

static const char *
add_options(struct buf *way, const char *s, size_t n)
{
	while (n > 0) {
		const char *word = s;
		size_t len = take_word(&s, &n);
		int good = begins(word, len, "tls=") ?
		    is_policy(word + 4, len - 4) :
		    begins(word, len, "login=") && len > 6;

		if (!good)
			return "this is no tls=none|may|must|verify|implicit "
			    "and no login=NAME";
		if (buf_add(way, " ", 1) == -1 ||
		    buf_add(way, word, len) == -1)
			return "the line is too long";
	}
	return NULL;
}

/* "bounce" and "hold", with words for people behind them. */
static const char *
add_words(struct buf *way, const char *s, size_t n)
{
	return buf_add(way, s, n) == -1 ? "the line is too long" : NULL;
}

static const char *
read_entry(const char *s, size_t n, struct buf *key, struct buf *way)
{
	const char *word = s, *all, *why;
	size_t len = take_word(&s, &n), all_n;

	why = add_key(key, word, len);
	if (why != NULL)
		return why;
	if (n == 0)
		return "where its mail goes is missing";
	all = word = s;
	all_n = n;
	len = take_word(&s, &n);
	if (ascii_is(word, len, "bounce") || ascii_is(word, len, "hold"))
		return add_words(way, all, all_n);
	why = add_target(way, word, len);
	return why != NULL ? why : add_options(way, s, n);
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
		t->wrong = "the line is too long";
	return t->wrong == NULL ? 1 : (errno = EINVAL, -1);
}
