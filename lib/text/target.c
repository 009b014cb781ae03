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
static const char *
add_plain(struct buf *b, const char *s, size_t n)
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
	why = add_plain(out, s, n);
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
	return add_plain(out, s, n);
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

/* The octets of an RFC 3463 code of class 4 or 5 at s, or 0. */
static size_t
code_octets(const char *s, size_t n)
{
	size_t i = 0, part, digits;

	if (n == 0 || (*s != '4' && *s != '5'))
		return 0;
	for (part = 0; part < 3; part++) {
		for (digits = 0; i < n && s[i] >= '0' && s[i] <= '9'; digits++)
			i++;
		if (digits == 0 || digits > 3 || (part == 0 && digits > 1))
			return 0;
		if (part < 2 && (i == n || s[i++] != '.'))
			return 0;
	}
	return i;
}

static size_t
skip_divider(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (is_blank(s[i]) || s[i] == ':'))
		i++;
	return i;
}

static int
is_reply_code(const char *s, size_t n)
{
	return n >= 3 && (*s == '4' || *s == '5') && s[1] >= '0' &&
	    s[1] <= '9' && s[2] >= '0' && s[2] <= '9' && (n == 3 ||
	    is_blank(s[3]));
}

/* sendmail's words for a code. */
static const struct {
	const char *word, *code;
} code_words[] = {
	{ "nouser", "5.1.1" }, { "nohost", "5.1.2" },
	{ "unavailable", "5.3.0" }, { "tempfail", "4.3.0" },
	{ "protocol", "5.5.0" }, { "usage", "5.5.2" }, { "config", "5.3.5" },
};

/* The code at the beginning of *s, and *s behind it; NULL: there is none. */
static const char *
take_code(const char **s, size_t *n, char own[12])
{
	size_t len = code_octets(*s, *n), i;
	const char *code = NULL;

	if (len > 0) {
		memcpy(own, *s, len);
		own[len] = '\0';
		code = own;
	} else if (is_reply_code(*s, *n))
		return **s == '4' ? "4.3.0" : memcmp(*s, "550", 3) == 0 ?
		    "5.1.1" : "5.3.0";
	for (i = 0; code == NULL && i < sizeof(code_words) /
	    sizeof(*code_words); i++)
		if (begins(*s, *n, code_words[i].word)) {
			len = strlen(code_words[i].word);
			code = code_words[i].code;
		}
	if (code == NULL || (len < *n && !is_blank((*s)[len]) &&
	    (*s)[len] != ':'))
		return NULL;
	*s += len;
	*n -= len;
	return code;
}

static const char *
add_error(struct buf *out, const char *s, size_t n)
{
	const char *code;
	char own[12];
	size_t skip;

	s += sizeof(ERROR) - 1;
	n -= sizeof(ERROR) - 1;
	trim(&s, &n);
	code = take_code(&s, &n, own);
	if (code == NULL)
		return "behind error: stand a code (5.7.1, 550, nouser) and "
		    "words";
	skip = skip_divider(s, n);
	s += skip;
	n -= skip;
	if (is_reply_code(s, n)) {
		s += 3;
		n -= 3;
		trim(&s, &n);
	}
	if (n > 200)
		return "more than 200 octets of words";
	if (buf_addf(out, ERROR "%s ", code) == -1)
		return too_long;
	return n > 0 ? add_plain(out, s, n) :
	    buf_adds(out, "user unknown") == -1 ? too_long : NULL;
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
		return add_error(out, s, n);
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
	const char *why = add_plain(&b, s, n), *in = b.s;
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

void
target_error(const char *s, size_t n, char code[12], const char **text,
    size_t *text_n)
{
	size_t len;

	s += sizeof(ERROR) - 1;
	n -= sizeof(ERROR) - 1;
	len = code_octets(s, n);
	if (len == 0 || len > 11) {
		strcpy(code, "5.3.0");
		*text = s;
		*text_n = n;
		return;
	}
	memcpy(code, s, len);
	code[len] = '\0';
	*text = s + len + (len < n);
	*text_n = n - len - (len < n);
}
