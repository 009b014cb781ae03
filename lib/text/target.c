/* target - see target.h */
#include "text/target.h"

#include <string.h>

#include "base/ascii.h"
#include "text/path.h"

#define INCLUDE	":include:"
#define OWNER	"@owner:"
#define ERROR	"error:"

static const char too_long[] = "the entry is too long";

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int
begins(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && ascii_is(s, len, word);
}

static void
trim(const char **s, size_t *n)
{
	while (*n > 0 && is_blank(**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n > 0 && is_blank((*s)[*n - 1]))
		(*n)--;
}

enum target_kind
target_kind(const char *s, size_t n)
{
	if (n > 0 && *s == '|')
		return TARGET_PROGRAM;
	if (n > 0 && *s == '/')
		return TARGET_FILE;
	if (begins(s, n, INCLUDE))
		return TARGET_LIST;
	if (begins(s, n, ERROR))
		return TARGET_ERROR;
	return begins(s, n, OWNER) ? TARGET_OWNER : TARGET_ADDRESS;
}

const char *
target_address(struct buf *b, const char *s, size_t n)
{
	struct buf path = BUF_MAX(ADDRESS_OCTETS + 2);
	struct buf out = BUF_MAX(ADDRESS_OCTETS);
	const char *why = NULL;

	if (buf_add(&path, "<", 1) == -1 || buf_add(&path, s, n) == -1 ||
	    buf_add(&path, ">", 1) == -1)
		why = "the address is too long";
	else if (path_parse(path.s, path.len, &out) != (ssize_t)path.len ||
	    out.len == 0)
		why = "this is no address";
	else {
		ascii_lower_all(out.s, out.len);
		if (buf_add(b, out.s, out.len) == -1)
			why = too_long;
	}
	buf_free(&path);
	buf_free(&out);
	return why;
}

/* Where the quoted string that begins at s ends: behind its quote; 0: nowhere. */
static size_t
quoted_end(const char *s, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '"')
			return i + 1;
	}
	return 0;
}

/* The octets of the first target: up to a comma or a line's end outside of quotes;
 * an error's words may have both but for the latter. n + 1: a quote has no end. */
static size_t
target_octets(const char *s, size_t n)
{
	size_t i = 0, end;
	const char *lf;

	while (i < n && is_blank(s[i]))
		i++;
	if (begins(s + i, n - i, ERROR)) {
		lf = memchr(s + i, '\n', n - i);
		return lf != NULL ? (size_t)(lf - s) : n;
	}
	while (i < n && s[i] != ',' && s[i] != '\n') {
		if (s[i] == '"') {
			end = quoted_end(s + i, n - i);
			if (end == 0)
				return n + 1;
			i += end;
		} else
			i += s[i] == '\\' && i + 1 < n ? 2 : 1;
	}
	return i;
}

/* Append what stands within the quotes of all of s, else s as it is; a tab is a
 * blank there, and the end of a line too. */
const char *
target_plain(struct buf *b, const char *s, size_t n)
{
	int quoted = n > 1 && *s == '"' && quoted_end(s, n) == n;
	size_t i;

	for (i = (size_t)quoted; i < n - (size_t)quoted; i++) {
		char c = s[i];

		/* "\bob" is meant as \bob. */
		if (quoted && c == '\\' && i + 2 < n && (i > 1 ||
		    s[2] == '\\' || s[2] == '"'))
			c = s[++i];
		if (is_blank(c))
			c = ' ';
		if ((unsigned char)c < ' ' || c == 127)
			return "a control octet";
		if (buf_add(b, &c, 1) == -1)
			return too_long;
	}
	return NULL;
}

/* "|command" or "/path", which may stand in quotes as a whole or behind the bar. */
static const char *
add_special(struct buf *out, const char *s, size_t n)
{
	const char *why;
	size_t at = out->len;

	if (buf_add(out, s, 1) == -1)
		return too_long;
	s++;
	n--;
	if (out->s[at] == '|')
		trim(&s, &n);
	why = target_plain(out, s, n);
	if (why == NULL && out->len == at + 1 && out->s[at] == '|')
		return "the program is missing";
	if (why == NULL && out->len - at > ADDRESS_OCTETS - 4)
		return "a program or a file of more than 316 octets";
	return why;
}

static const char *
add_include(struct buf *out, const char *s, size_t n)
{
	s += sizeof(INCLUDE) - 1;
	n -= sizeof(INCLUDE) - 1;
	trim(&s, &n);
	if (n == 0 || *s != '/')
		return "the list's file is no full path";
	if (buf_adds(out, INCLUDE) == -1)
		return too_long;
	return target_plain(out, s, n);
}

static int
is_name_octet(char c)
{
	return ascii_graph(c) && c != ',' && c != ':' && c != '"' && c != '|';
}

static const char *
add_owner(struct buf *out, const char *s, size_t n)
{
	size_t i, colons = 0;

	for (i = sizeof(OWNER) - 1; i < n; i++) {
		if (s[i] == ':')
			colons++;
		else if (!is_name_octet(s[i]))
			return "the owner is not @owner:user or "
			    "@owner:user:group";
	}
	if (n == sizeof(OWNER) - 1 || colons > 1 || s[n - 1] == ':' ||
	    s[sizeof(OWNER) - 1] == ':')
		return "the owner is not @owner:user or @owner:user:group";
	if (begins(s + sizeof(OWNER) - 1, n - sizeof(OWNER) + 1, "root:") ||
	    ascii_is(s + sizeof(OWNER) - 1, n - sizeof(OWNER) + 1, "root"))
		return "root runs no program of an alias";
	return buf_adds(out, OWNER) == -1 || buf_add(out,
	    s + sizeof(OWNER) - 1, n - sizeof(OWNER) + 1) == -1 ? too_long :
	    NULL;
}

static const char *
add_target(struct buf *out, const char *s, size_t n)
{
	int back = *s == '\\';

	switch (target_kind(s, n)) {
	case TARGET_PROGRAM:
	case TARGET_FILE:
		return add_special(out, s, n);
	case TARGET_LIST:
		return add_include(out, s, n);
	case TARGET_ERROR:
		return target_add_error(out, s, n);
	case TARGET_OWNER:
		return add_owner(out, s, n);
	default:
		if (back && buf_add(out, "\\", 1) == -1)
			return too_long;
		return target_address(out, s + back, n - (size_t)back);
	}
}

/* A target that stands in quotes as a whole, and is not an address. */
static const char *
add_quoted(struct buf *out, const char *s, size_t n)
{
	struct buf b = BUF_MAX(4096);
	const char *why = target_plain(&b, s, n), *in = b.s;
	size_t len = b.len;

	trim(&in, &len);
	if (why == NULL && len > 0 && (*in == '\\' ||
	    target_kind(in, len) != TARGET_ADDRESS))
		why = add_target(out, in, len);
	else if (why == NULL)
		why = target_address(out, s, n);
	buf_free(&b);
	return why;
}

const char *
target_list(const char *s, size_t n, struct buf *out)
{
	const char *why = NULL;

	while (n > 0 && why == NULL) {
		size_t len = target_octets(s, n), skip;
		const char *one = s;

		if (len > n)
			return "a quote has no end";
		skip = len < n ? len + 1 : len;
		s += skip;
		n -= skip;
		trim(&one, &len);
		if (len == 0)
			continue;
		why = *one == '"' && quoted_end(one, len) == len ?
		    add_quoted(out, one, len) : add_target(out, one, len);
		if (why == NULL && buf_add(out, "\n", 1) == -1)
			why = too_long;
	}
	return why;
}
