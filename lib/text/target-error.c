/* target-error - targets that refuse: error:CODE TEXT. See target.h. */
#include "text/target.h"

#include <string.h>

#include "base/ascii.h"

#define ERROR	"error:"

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

static size_t
skip_blanks(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_blank(s[i]))
		i++;
	return i;
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

const char *
target_add_error(struct buf *out, const char *s, size_t n)
{
	const char *code;
	char own[12];
	size_t skip;

	skip = sizeof(ERROR) - 1;
	skip += skip_blanks(s + skip, n - skip);
	s += skip;
	n -= skip;
	code = take_code(&s, &n, own);
	if (code == NULL)
		return "behind error: stand a code (5.7.1, 550, nouser) and "
		    "words";
	skip = skip_divider(s, n);
	s += skip;
	n -= skip;
	if (is_reply_code(s, n)) {
		skip = 3 + skip_blanks(s + 3, n - 3);
		s += skip;
		n -= skip;
	}
	if (n > 200)
		return "more than 200 octets of words";
	if (buf_addf(out, ERROR "%s ", code) == -1)
		return "the entry is too long";
	return n > 0 ? target_plain(out, s, n) :
	    buf_adds(out, "user unknown") == -1 ? "the entry is too long" : NULL;
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
