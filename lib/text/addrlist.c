/* addrlist - see addrlist.h */
#include "text/addrlist.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"

/* One place of the list, while it is read. */
struct reader {
	const char	*p, *stop;
	char		*spec;		/* local@domain, unquoted */
	size_t		 n;		/* octets in spec */
	size_t		 at;		/* where '@' stands in spec; n: nowhere yet */
	int		 has_at;
	int		 words;		/* 1: the last token was a word */
	int		 phrase;	/* two words side by side: a name */
	int		 odd;		/* what no address has */
	int		 too_long;		/* too long for any */
	int		 tokens;
	const char	*end;		/* behind the last token */
};

static void
start_spec(struct reader *r)
{
	r->n = 0;
	r->has_at = r->words = r->phrase = r->odd = r->too_long = r->tokens = 0;
}

static void
put(struct reader *r, char c)
{
	if (r->n == ADDRESS_OCTETS) {
		r->too_long = 1;
		return;
	}
	/* The rest of a name may have any octet, an address may not. */
	if ((unsigned char)c < 32 || (unsigned char)c > 126)
		r->odd = 1;
	r->spec[r->n++] = c;
}

/* A comment, with those in it. Unended, it goes to the end. */
static void
skip_comment(struct reader *r)
{
	size_t depth = 0;

	for (; r->p < r->stop; r->p++) {
		if (*r->p == '\\' && r->p + 1 < r->stop)
			r->p++;
		else if (*r->p == '(')
			depth++;
		else if (*r->p == ')' && --depth == 0) {
			r->p++;
			return;
		}
	}
	r->odd = 1;
}

static void
begin_word(struct reader *r)
{
	r->phrase |= r->words;
	r->words = 1;
	r->tokens = 1;
}

static void
take_quoted(struct reader *r)
{
	begin_word(r);
	r->odd |= r->has_at;		/* no domain is quoted */
	for (r->p++; r->p < r->stop && *r->p != '"'; r->p++) {
		if (*r->p == '\\' && r->p + 1 < r->stop)
			r->p++;
		put(r, *r->p);
	}
	if (r->p == r->stop)
		r->odd = 1;
	else
		r->p++;
	r->end = r->p;
}

/* "[...]", the domain of an address. */
static void
take_literal(struct reader *r)
{
	begin_word(r);
	r->odd |= !r->has_at;
	while (r->p < r->stop && *r->p != ']')
		put(r, *r->p++);
	if (r->p == r->stop)
		r->odd = 1;
	else
		put(r, *r->p++);
	r->end = r->p;
}

static int
is_atom(char c)
{
	return !ascii_blank(c) && strchr("()<>[]:;@\\,.\"", c) == NULL;
}

static void
take_atom(struct reader *r)
{
	begin_word(r);
	while (r->p < r->stop && (is_atom(*r->p) || *r->p == '\0'))
		put(r, *r->p++);
	r->end = r->p;
}

static void
take_mark(struct reader *r)
{
	char c = *r->p++;

	if (c == '@') {
		r->odd |= r->has_at;
		r->has_at = 1;
		r->at = r->n;
	} else if (c != '.')
		r->odd = 1;
	put(r, c);
	r->words = 0;
	r->tokens = 1;
	r->end = r->p;
}

/* One token that is none of the list's own marks. */
static void
take_token(struct reader *r)
{
	if (ascii_blank(*r->p))
		r->p++;
	else if (*r->p == '(')
		skip_comment(r);
	else if (*r->p == '"')
		take_quoted(r);
	else if (*r->p == '[')
		take_literal(r);
	else if (is_atom(*r->p) || *r->p == '\0')
		take_atom(r);
	else
		take_mark(r);
}

/* <address> or <@route:address>. 0; or -1 when it does not end. */
static int
take_angle(struct reader *r)
{
	int begun = 0, route = 0;

	start_spec(r);
	r->end = ++r->p;
	while (r->p < r->stop && *r->p != '>') {
		if (!begun && *r->p == '@')
			route = 1;
		begun |= !ascii_blank(*r->p) && *r->p != '(';
		if (*r->p == ':' && route) {
			start_spec(r);
			r->p++;
			route = 0;
		} else if (*r->p == ',' && route) {
			start_spec(r);
			r->p++;
		} else
			take_token(r);
	}
	if (r->p == r->stop)
		return -1;
	r->p++;
	r->odd |= begun && !r->tokens;	/* a route to nobody is not <> */
	return 0;
}

static int
check_spec(const struct reader *r)
{
	size_t local = r->has_at ? r->at : r->n;

	if (r->too_long || local > LOCAL_OCTETS)
		return errno = EMSGSIZE, -1;
	if (r->odd || r->phrase || local == 0)
		return errno = EINVAL, -1;
	if (r->has_at)
		return domain_is_valid(r->spec + local + 1, r->n - local - 1) ?
		    0 : (errno = EINVAL, -1);
	/* "a@b" in quotes and no domain: which one is meant? */
	return memchr(r->spec, '@', r->n) == NULL ? 0 : (errno = EINVAL, -1);
}

/* Read up to the ',' or ';' behind this place. What it was. */
enum place { NOTHING, BARE, ANGLE, WRONG };

static enum place
read_place(struct reader *r, struct reader *angle)
{
	enum place is = NOTHING;

	start_spec(r);
	while (r->p < r->stop && *r->p != ',' && *r->p != ';') {
		if (*r->p == ':' && is == NOTHING) {
			start_spec(r);		/* a group's name */
			r->p++;
		} else if (*r->p == '<') {
			angle->p = r->p;
			is = take_angle(angle) == -1 || is != NOTHING ? WRONG :
			    ANGLE;
			r->p = angle->p;
			r->tokens = 0;
		} else
			take_token(r);
	}
	if (is == ANGLE && r->tokens)
		return WRONG;		/* words behind it */
	if (is == NOTHING && (r->tokens || r->odd))
		return BARE;
	return is;
}

int
addrlist_next(const char **p, const char *stop, struct mailbox_text *m)
{
	char room[ADDRESS_OCTETS];
	struct reader r = { .p = *p, .stop = stop, .spec = room };
	struct reader angle = { .stop = stop, .spec = m->address };
	enum place is = NOTHING;
	struct reader *got;
	int ok;

	while (is == NOTHING) {
		while (r.p < stop && (ascii_blank(*r.p) || *r.p == ',' ||
		    *r.p == ';'))
			r.p++;
		m->from = r.p;
		if (r.p == stop) {
			*p = stop;
			return 0;
		}
		is = read_place(&r, &angle);
	}
	*p = m->to = r.p;
	got = is == ANGLE ? &angle : &r;
	m->end = got->end;
	m->qualified = got->has_at;
	if (is == WRONG)
		return errno = EINVAL, -1;
	if (is == ANGLE && !got->tokens && !got->odd) {
		m->address[0] = '\0';
		m->qualified = 1;
		return 1;
	}
	ok = check_spec(got);
	if (ok == -1)
		return -1;
	memmove(m->address, got->spec, got->n);
	m->address[got->n] = '\0';
	return 1;
}
