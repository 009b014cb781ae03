/* compose - a header made whole. */
#include "sendmail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "text/addrlist.h"
#include "text/encoded.h"
#include "text/header.h"
#include "text/utf8.h"

enum {			/* what a field is */
	F_LIST = 1,	/* addresses */
	F_RCPT = 2,	/* of recipients */
	F_DROP = 4,	/* nobody is to see it */
	F_RESENT = 8,
	F_DATE = 16, F_FROM = 32, F_ID = 64
};

static const struct kind {
	const char *name;
	unsigned is;
} kinds[] = {
	{ "To",			F_LIST | F_RCPT },
	{ "Cc",			F_LIST | F_RCPT },
	{ "Bcc",		F_RCPT | F_DROP },
	{ "From",		F_LIST | F_FROM },
	{ "Sender",		F_LIST },
	{ "Reply-To",		F_LIST },
	{ "Date",		F_DATE },
	{ "Message-ID",		F_ID },
	{ "Return-Path",	F_DROP },
	{ "Resent-To",		F_RESENT | F_LIST | F_RCPT },
	{ "Resent-Cc",		F_RESENT | F_LIST | F_RCPT },
	{ "Resent-Bcc",		F_RESENT | F_RCPT | F_DROP },
	{ "Resent-From",	F_RESENT | F_LIST | F_FROM },
	{ "Resent-Sender",	F_RESENT | F_LIST },
	{ "Resent-Reply-To",	F_RESENT | F_LIST },
	{ "Resent-Date",	F_RESENT | F_DATE },
	{ "Resent-Message-ID",	F_RESENT | F_ID },
};

/* One field with its continuation lines. */
struct field_text {
	const char	*line, *end;	/* all of it; LF included */
	const char	*value;		/* behind the colon */
	unsigned	 is;
};

static void
look_up(struct field_text *f)
{
	size_t i, value_n, n = (size_t)(f->end - f->line);
	const char *colon = memchr(f->line, ':', n);

	f->is = 0;
	f->value = colon != NULL ? colon + 1 : f->end;
	if (colon == NULL)
		return;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (header_value(f->line, (size_t)(colon + 1 - f->line),
		    kinds[i].name, &value_n) != NULL)
			f->is = kinds[i].is;
}

/* The next field from *p on. 1, or 0 at the end. */
static int
next_field(const char **p, const char *end, struct field_text *f)
{
	const char *s = *p;

	if (s == end)
		return 0;
	f->line = s;
	do {
		const char *lf = memchr(s, '\n', (size_t)(end - s));

		s = lf != NULL ? lf + 1 : end;
	} while (s < end && (*s == ' ' || *s == '\t'));
	f->end = *p = s;
	look_up(f);
	return 1;
}

/* What the header has: bits of F_DATE, F_FROM, F_ID, and the same of the Resent-
 * fields with F_RESENT. */
struct seen {
	unsigned usual, resent;
};

static struct seen
look_through(const char *in, const char *end)
{
	struct seen seen = { 0, 0 };
	struct field_text f;

	while (next_field(&in, end, &f))
		if (f.is & F_RESENT)
			seen.resent |= f.is;
		else
			seen.usual |= f.is;
	return seen;
}

static int
with_domain(const struct composer *c, const struct mailbox_text *m,
    char out[ADDRESS_OCTETS + 1])
{
	int n = snprintf(out, ADDRESS_OCTETS + 1, "%s%s%s", m->address,
	    m->qualified ? "" : "@", m->qualified ? "" : c->domain);

	return n > ADDRESS_OCTETS ? (errno = EMSGSIZE, -1) : 0;
}

static int
take_recipients(struct composer *c, const struct field_text *f)
{
	const char *p = f->value;
	char address[ADDRESS_OCTETS + 1];
	struct mailbox_text m;
	int r;

	while ((r = addrlist_next(&p, f->end, &m)) == 1) {
		if (m.address[0] == '\0')
			continue;
		if (with_domain(c, &m, address) == -1) {
			r = -1;
			break;
		}
		if (c->rcpt(c->arg, address) == -1)
			return -1;
	}
	if (r == 0)
		return 0;
	snprintf(c->wrong, sizeof(c->wrong), "%.*s in %.*s",
	    (int)(m.to - m.from > 100 ? 100 : m.to - m.from), m.from,
	    (int)(f->value - f->line > 20 ? 20 : f->value - f->line), f->line);
	return errno = EINVAL, -1;
}

static int
all_recipients(struct composer *c, const char *in, const char *end,
    const struct seen *seen)
{
	unsigned resent = seen->resent & F_RESENT;
	struct field_text f;

	while (next_field(&in, end, &f))
		if (f.is & F_RCPT && (f.is & F_RESENT) == resent &&
		    take_recipients(c, &f) == -1)
			return -1;
	return 0;
}

/* Is it all addresses, as far as we know them? */
static int
is_list(const struct field_text *f)
{
	const char *p = f->value;
	struct mailbox_text m;
	int r;

	while ((r = addrlist_next(&p, f->end, &m)) == 1)
		;
	return r == 0;
}

static int
write_list(const struct composer *c, const struct field_text *f,
    struct buf *out)
{
	const char *p = f->value, *done = f->line;
	struct mailbox_text m;

	while (addrlist_next(&p, f->end, &m) == 1) {
		if (m.qualified)
			continue;
		if (buf_add(out, done, (size_t)(m.end - done)) == -1 ||
		    buf_addf(out, "@%s", c->domain) == -1)
			return -1;
		done = m.end;
	}
	return buf_add(out, done, (size_t)(f->end - done));
}

static int
write_field(const struct composer *c, const struct field_text *f,
    struct buf *out)
{
	if (f->is & F_DROP)
		return 0;
	if (f->is & F_LIST && is_list(f))
		return write_list(c, f, out);
	return buf_add(out, f->line, (size_t)(f->end - f->line));
}

/* Name and address; or the address alone. */
static int
write_from(const struct composer *c, const char *prefix, struct buf *out)
{
	char quoted[QUOTED_OCTETS + 1];

	address_quote(quoted, c->sender);
	if (c->full_name[0] == '\0')
		return buf_addf(out, "%sFrom: %s\n", prefix, quoted);
	if (buf_addf(out, "%sFrom: ", prefix) == -1 ||
	    compose_phrase(c->full_name, out) == -1)
		return -1;
	return buf_addf(out, " <%s>\n", quoted);
}

static int
write_missing(const struct composer *c, unsigned has, const char *prefix,
    struct buf *out)
{
	if (!(has & F_DATE) &&
	    buf_addf(out, "%sDate: %s\n", prefix, c->date) == -1)
		return -1;
	if (!(has & F_FROM) && write_from(c, prefix, out) == -1)
		return -1;
	if (has & F_ID)
		return 0;
	return buf_addf(out, "%sMessage-ID: <%s>\n", prefix, c->message_id);
}

int
compose_header(struct composer *c, const char *in, size_t n, struct buf *out)
{
	const char *end = n > 0 ? in + n : in, *lf;	/* in may be NULL */
	struct field_text f = { .line = in };
	struct seen seen;

	c->wrong[0] = '\0';
	if (n >= 5 && memcmp(in, "From ", 5) == 0) {
		lf = memchr(in, '\n', n);
		in = lf != NULL ? lf + 1 : end;
	}
	seen = look_through(in, end);
	if (c->rcpt != NULL && all_recipients(c, in, end, &seen) == -1)
		return -1;
	if (seen.resent != 0 &&
	    write_missing(c, seen.resent, "Resent-", out) == -1)
		return -1;
	if (write_missing(c, seen.usual, "", out) == -1)
		return -1;
	while (next_field(&in, end, &f))
		if (write_field(c, &f, out) == -1)
			return -1;
	if (out->len > 0 && out->s[out->len - 1] != '\n')
		return buf_add(out, "\n", 1);
	return 0;
}

#define NAME_MAX_OCTETS	200

static int
is_plain_phrase(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] != ' ' && (!ascii_graph(s[i]) ||
		    strchr("()<>[]:;@\\,.\"", s[i]) != NULL))
			return 0;
	return n > 0 && s[0] != ' ' && s[n - 1] != ' ';
}

static int
quote_phrase(const char *s, size_t n, struct buf *out)
{
	size_t i;

	if (buf_add(out, "\"", 1) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if ((s[i] == '"' || s[i] == '\\') &&
		    buf_add(out, "\\", 1) == -1)
			return -1;
		if (buf_add(out, (unsigned char)s[i] > 126 ? "?" : s + i, 1)
		    == -1)
			return -1;
	}
	return buf_add(out, "\"", 1);
}

int
compose_phrase(const char *name, struct buf *out)
{
	char s[NAME_MAX_OCTETS];
	size_t n = 0;
	int high = 0;

	for (; *name != '\0' && n < sizeof(s); name++) {
		high |= (unsigned char)*name > 126;
		s[n++] = (unsigned char)*name < 32 || *name == 127 ? ' ' :
		    *name;
	}
	while (*name != '\0' && n > 0 && ((unsigned char)s[n - 1] & 0x80))
		n--;			/* a character may have been cut */
	if (high && utf8_is_valid(s, n))
		return encoded_words(out, s, n, " ");
	if (is_plain_phrase(s, n))
		return buf_add(out, s, n);
	return quote_phrase(s, n, out);
}
