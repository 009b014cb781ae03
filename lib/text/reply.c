/* reply - see reply.h */
#include "text/reply.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"

#define CODE	3		/* digits */

void
reply_begin(struct reply *r)
{
	memset(r, 0, sizeof(*r));
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The code that n octets begin with, or -1. */
static int
code_of(const char *s, size_t n)
{
	if (n < CODE || s[0] < '2' || s[0] > '5' || !is_digit(s[1]) ||
	    !is_digit(s[2]) || (n > CODE && s[3] != ' ' && s[3] != '-'))
		return -1;
	return (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
}

/* One to three digits at *i. 1, or 0. */
static int
skip_number(const char *s, size_t n, size_t *i)
{
	size_t from = *i;

	while (*i < n && is_digit(s[*i]) && *i - from < 3)
		(*i)++;
	return *i > from;
}

/* Octets of the enhanced code that s begins with, of the class that the code has;
 * 0: none. */
static size_t
enhanced_of(const char *s, size_t n, char class)
{
	size_t i = 1;

	if (n < 5 || s[0] != class || s[i++] != '.' || !skip_number(s, n, &i) ||
	    i == n || s[i++] != '.' || !skip_number(s, n, &i) ||
	    (i < n && s[i] != ' '))
		return 0;
	return i;
}

static void
add(struct reply *r, const char *s, size_t n)
{
	for (; n > 0 && r->n < sizeof(r->text) - 1; s++, n--)
		r->text[r->n++] = ascii_graph(*s) || *s == ' ' ? *s : '?';
}

/* The line's words, without an enhanced code that the reply has already. */
static void
add_words(struct reply *r, const char *s, size_t n, char class)
{
	size_t code = enhanced_of(s, n, class);

	if (code > 0 && code < sizeof(r->enhanced)) {
		int again = r->lines > 0 && strlen(r->enhanced) == code &&
		    memcmp(r->enhanced, s, code) == 0;

		memcpy(r->enhanced, s, code);
		r->enhanced[code] = '\0';
		if (again) {
			s += code;
			n -= code;
		}
	}
	while (n > 0 && *s == ' ')
		s++, n--;
	if (n > 0) {
		add(r, " ", 1);
		add(r, s, n);
	}
}

int
reply_line(struct reply *r, const char *line, size_t n)
{
	int code = code_of(line, n);

	if (code == -1 || r->lines == REPLY_LINES)
		return errno = EPROTO, -1;
	if (code != r->code) {
		r->enhanced[0] = '\0';
		if (r->lines > 0)
			add(r, " ", 1);
		add(r, line, CODE);
	}
	r->code = code;
	if (n > CODE)
		add_words(r, line + CODE + 1, n - CODE - 1, line[0]);
	r->lines++;
	return n == CODE || line[CODE] == ' ';
}

const char *
reply_dsn(const struct reply *r)
{
	if (r->enhanced[0] != '\0')
		return r->enhanced;
	if (r->code < 300)
		return "2.0.0";
	return r->code >= 400 && r->code < 500 ? "4.0.0" :
	    r->code < 400 ? "5.5.0" : "5.0.0";
}
