/* imapline - see imapline.h */
#include "text/imapline.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/date.h"

#define LITERAL	24	/* octets of the longest "~{n+}" */

static int
wrong(void)
{
	return errno = EINVAL, -1;
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ATOM-CHAR. What is over 127 is none. */
static int
is_atom(char c)
{
	return ascii_graph(c) && strchr("(){%*\"\\]", c) == NULL;
}

static int
is_astring(char c)
{
	return is_atom(c) || c == ']';
}

static int
is_tag(char c)
{
	return is_astring(c) && c != '+';
}

static int
is_pattern(char c)
{
	return is_astring(c) || c == '%' || c == '*';
}

/* One octet or more of which is says yes. */
static int
run_of(struct imap_in *in, int (*is)(char), struct imap_text *t)
{
	t->s = in->p;
	while (in->p < in->end && is(*in->p))
		in->p++;
	t->n = (size_t)(in->p - t->s);
	return t->n > 0 ? 0 : wrong();
}

int
imap_is(const struct imap_text *t, const char *word)
{
	return t->s != NULL && ascii_is(t->s, t->n, word);
}

int
imap_char(struct imap_in *in, char c)
{
	if (in->p == in->end || *in->p != c)
		return wrong();
	in->p++;
	return 0;
}

int
imap_end(const struct imap_in *in)
{
	return in->p == in->end ? 0 : wrong();
}

int
imap_tag(struct imap_in *in, struct imap_text *t)
{
	return run_of(in, is_tag, t);
}

int
imap_atom(struct imap_in *in, struct imap_text *t)
{
	return run_of(in, is_atom, t);
}

int
imap_flag(struct imap_in *in, struct imap_text *t)
{
	char *was = in->p;

	if (in->p < in->end && *in->p == '\\')
		in->p++;
	if (run_of(in, is_atom, t) == -1) {
		in->p = was;
		return -1;
	}
	t->n += (size_t)(t->s - was);
	t->s = was;
	return 0;
}

/* "..."; in->p stands at the quote. */
static int
quoted(struct imap_in *in, struct imap_text *t)
{
	char *p = in->p + 1, *o;

	for (; p < in->end && *p != '"'; p++) {
		if (*p == '\0' || *p == '\r' || *p == '\n')
			return wrong();
		if (*p == '\\' && (++p == in->end || (*p != '"' && *p != '\\')))
			return wrong();
	}
	if (p == in->end)
		return wrong();
	t->s = o = in->p + 1;
	in->p = p + 1;
	for (p = o; *p != '"'; *o++ = *p++)
		if (*p == '\\')
			p++;
	t->n = (size_t)(o - t->s);
	return 0;
}

/* "{n}" and so on that ends at end, which began at from or behind it: where; or
 * NULL. The digits are from *digits to *stop. */
static const char *
announcement(const char *from, const char *end, struct imap_literal *l,
    const char **digits, const char **stop)
{
	const char *p = end;

	if (p == from || *--p != '}')
		return NULL;
	l->plus = p > from && p[-1] == '+';
	p -= l->plus;
	*stop = p;
	while (p > from && is_digit(p[-1]))
		p--;
	*digits = p;
	if (p == *stop || p == from || *--p != '{')
		return NULL;
	l->binary = p > from && p[-1] == '~';
	return p - l->binary;
}

int
imap_announced(const char *line, size_t n, struct imap_literal *l)
{
	const char *digits, *stop;

	if (announcement(line, line + n, l, &digits, &stop) == NULL)
		return 0;
	if (num_u64(digits, (size_t)(stop - digits), &l->octets) == -1 ||
	    l->octets > INT64_MAX)
		return errno = ERANGE, -1;
	return 1;
}

/* A literal: "{n}" CRLF and n octets. */
static int
literal(struct imap_in *in, struct imap_text *t)
{
	size_t left = (size_t)(in->end - in->p);
	char *close = memchr(in->p, '}', left < LITERAL ? left : LITERAL), *body;
	const char *digits, *stop;
	struct imap_literal l;
	uint64_t n;

	if (close == NULL || announcement(in->p, close + 1, &l, &digits,
	    &stop) != in->p || num_u64(digits, (size_t)(stop - digits), &n) == -1)
		return wrong();
	body = close + 1;
	if (body < in->end && *body == '\r')
		body++;
	if (body == in->end || *body++ != '\n' || n > (size_t)(in->end - body) ||
	    (!l.binary && memchr(body, '\0', n) != NULL))
		return wrong();
	t->s = body;
	t->n = n;
	in->p = body + n;
	return 0;
}

int
imap_str(struct imap_in *in, struct imap_text *t)
{
	if (in->p == in->end)
		return wrong();
	return *in->p == '"' ? quoted(in, t) : literal(in, t);
}

/* A string, or octets of which is says yes; '~' may begin either. */
static int
string_or(struct imap_in *in, int (*is)(char), struct imap_text *t)
{
	if (imap_str(in, t) == 0)
		return 0;
	return run_of(in, is, t);
}

int
imap_astring(struct imap_in *in, struct imap_text *t)
{
	return string_or(in, is_astring, t);
}

int
imap_pattern(struct imap_in *in, struct imap_text *t)
{
	return string_or(in, is_pattern, t);
}

int
imap_nstr(struct imap_in *in, struct imap_text *t)
{
	char *was = in->p;

	if (imap_str(in, t) == 0)
		return 0;
	if (imap_atom(in, t) == -1 || !imap_is(t, "NIL")) {
		in->p = was;
		return wrong();
	}
	t->s = NULL;
	t->n = 0;
	return 0;
}

int
imap_number64(struct imap_in *in, uint64_t *v)
{
	char *was = in->p;
	struct imap_text t;

	if (run_of(in, is_digit, &t) == 0 && num_u64(t.s, t.n, v) == 0 &&
	    *v <= INT64_MAX)
		return 0;
	in->p = was;
	return wrong();
}

int
imap_number(struct imap_in *in, uint32_t *v)
{
	char *was = in->p;
	uint64_t big;

	if (imap_number64(in, &big) == -1)
		return -1;
	if (big > UINT32_MAX) {
		in->p = was;
		return wrong();
	}
	*v = (uint32_t)big;
	return 0;
}

/* Just so many digits at least and at most. */
static int
digits(struct imap_in *in, size_t least, size_t most, unsigned *v)
{
	struct imap_text t;
	uint64_t big;

	if (run_of(in, is_digit, &t) == -1 || t.n < least || t.n > most ||
	    num_u64(t.s, t.n, &big) == -1)
		return -1;
	*v = (unsigned)big;
	return 0;
}

/* "1-Feb-1994" */
static int
day(struct imap_in *in, struct date *d)
{
	int month;

	if (digits(in, 1, 2, &d->day) == -1 || imap_char(in, '-') == -1 ||
	    in->end - in->p < 3 || (month = date_month(in->p)) == -1)
		return -1;
	in->p += 3;
	d->month = (unsigned)month;
	if (imap_char(in, '-') == -1)
		return -1;
	return digits(in, 4, 4, &d->year);
}

int
imap_date(struct imap_in *in, int64_t *days)
{
	char *was = in->p;
	struct date d = { .year = 0 };
	int quote = imap_char(in, '"') == 0;
	int64_t seconds;

	if (day(in, &d) == -1 || (quote && imap_char(in, '"') == -1) ||
	    date_join(&d, &seconds) == -1) {
		in->p = was;
		return wrong();
	}
	*days = seconds / 86400;	/* it is midnight */
	return 0;
}

/* "21:52:25 -0800" */
static int
day_time(struct imap_in *in, struct date *d, int *zone)
{
	unsigned v;
	int west;

	if (digits(in, 2, 2, &d->hour) == -1 || imap_char(in, ':') == -1 ||
	    digits(in, 2, 2, &d->minute) == -1 || imap_char(in, ':') == -1 ||
	    digits(in, 2, 2, &d->second) == -1 || imap_char(in, ' ') == -1)
		return -1;
	west = imap_char(in, '-') == 0;
	if ((!west && imap_char(in, '+') == -1) || digits(in, 4, 4, &v) == -1 ||
	    v % 100 > 59 || v > 2359)
		return -1;
	*zone = (int)(v / 100 * 60 + v % 100);
	if (west)
		*zone = -*zone;
	return 0;
}

int
imap_date_time(struct imap_in *in, int64_t *seconds, int *zone)
{
	char *was = in->p;
	struct date d = { .year = 0 };

	if (imap_char(in, '"') == 0) {
		imap_char(in, ' ');	/* before a day of one digit */
		if (day(in, &d) == 0 && imap_char(in, ' ') == 0 &&
		    day_time(in, &d, zone) == 0 && imap_char(in, '"') == 0 &&
		    date_join(&d, seconds) == 0) {
			*seconds -= (int64_t)*zone * 60;
			return 0;
		}
	}
	in->p = was;
	return wrong();
}
