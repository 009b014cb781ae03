/* parts - what stands in the three parts of a report; see report.h */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "text/date.h"
#include "text/header.h"
#include "text/path.h"
#include "text/record.h"
#include "text/utf8.h"

#define WIDTH		72	/* columns of a line that we break */
#define EXPIRED		"4.4.7"	/* RFC 3463 3.5: delivery time expired */

void
part_add(struct report *r, struct buf *out, const char *s, size_t n)
{
	if (r->failed == 0 && buf_add(out, s, n) == -1)
		r->failed = errno;
}

void
part_addf(struct report *r, struct buf *out, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	part_add(r, out, line, strlen(line));
}

/* No control octets; and no octets over 127, unless it is UTF-8 where that may
 * be. */
static void
tame(char *s, int utf8)
{
	int any = utf8 && utf8_is_valid(s, strlen(s));

	for (; *s != '\0'; s++)
		if (!ascii_graph(*s) && *s != ' ' &&
		    !(any && (unsigned char)*s > 127))
			*s = '?';
}

/* Behind a quoted local part nothing that means something in a header. */
static void
tame_domain(char *s)
{
	if (*s == '"') {
		for (s++; *s != '\0' && *s != '"'; s++)
			if (*s == '\\' && s[1] != '\0')
				s++;
		if (*s == '"')
			s++;
	}
	for (; *s != '\0'; s++)
		if (*s == ' ' || strchr("()<>,;\\\"", *s) != NULL)
			*s = '?';
}

static void
quote(char out[REPORT_ADDRESS], const char *address, int utf8)
{
	_Static_assert(QUOTED_OCTETS < REPORT_ADDRESS, "room for an address");
	address_quote(out, address);
	tame(out, utf8);
	tame_domain(out);
}

void
part_address(char out[REPORT_ADDRESS], const char *address)
{
	quote(out, address, 0);
}

/* Add the words of s in lines of about WIDTH columns: first stands before the
 * first one, rest before the others. */
static void
add_wrapped(struct report *r, struct buf *out, const char *first,
    const char *rest, const char *s)
{
	size_t column = strlen(first);
	const char *between = "";

	part_add(r, out, first, column);
	while (*(s += strspn(s, " ")) != '\0') {
		size_t n = strcspn(s, " ");

		if (*between != '\0' && column + 1 + n > WIDTH) {
			part_add(r, out, "\n", 1);
			part_add(r, out, rest, strlen(rest));
			column = strlen(rest);
			between = "";
		}
		part_add(r, out, between, strlen(between));
		part_add(r, out, s, n);
		column += strlen(between) + n;
		s += n;
		between = " ";
	}
	part_add(r, out, "\n", 1);
}

static void __attribute__((format(printf, 4, 5)))
paragraph(struct report *r, struct buf *out, const char *indent,
    const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_wrapped(r, out, indent, indent, text);
}

static const char *
reason(char out[600], const struct report_rcpt *p, int utf8)
{
	snprintf(out, 600, "%s", p->why != NULL && p->why[0] != '\0' ?
	    p->why : "no reason was noted");
	tame(out, utf8);
	return out;
}

/* The address's code if it is one that fits, else one that says nothing. */
static const char *
status(const struct report *r, const struct report_rcpt *p)
{
	unsigned a, b, c;
	char end;

	if (sscanf(p->dsn, "%1u.%3u.%3u%c", &a, &b, &c, &end) == 3 &&
	    strspn(p->dsn, "0123456789.") == strlen(p->dsn) &&
	    (a == 4 || (a == 5 && r->kind != REPORT_DELAYED)))
		return p->dsn;
	return r->kind == REPORT_DELAYED ? "4.0.0" : "5.0.0";
}

/* How many recipients the message has, as its sender named them; *only is the
 * last one, *known 1 if address is among them. */
static size_t
named(const struct report *r, const char *address, struct field *only,
    int *known)
{
	const char *p = r->facts, *end = p + r->facts_n;
	struct field f;
	size_t n = 0;

	*known = 0;
	while (record_next(&p, end, &f) == 1)
		if (field_is(&f, "rcpt")) {
			*known |= ascii_is(f.value, f.n, address);
			*only = f;
			n++;
		}
	return n;
}

/* The address that the sender wrote, if one can tell: *behind is then 1, for the
 * final address stands behind it. */
static void
written(const struct report *r, const struct report_rcpt *p,
    char out[REPORT_ADDRESS], int *behind)
{
	char address[ADDRESS_OCTETS + 1];
	struct field only;
	int known;

	*behind = named(r, p->address, &only, &known) == 1 && !known &&
	    field_copy(&only, address, sizeof(address)) == 0;
	quote(out, *behind ? address : p->address, 1);
}

static const char *
duration(char out[40], uint64_t seconds)
{
	static const struct {
		unsigned seconds;
		const char *name;
	} units[] = {
		{ 86400, "days" }, { 3600, "hours" }, { 60, "minutes" },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (seconds >= 2 * units[i].seconds) {
			snprintf(out, 40, "%u %s", (unsigned)(seconds /
			    units[i].seconds), units[i].name);
			return out;
		}
	snprintf(out, 40, "%u seconds", (unsigned)seconds);
	return out;
}

static void
add_first_sentence(struct report *r, struct buf *out)
{
	const struct report_rcpt *p = r->first;
	char to[REPORT_ADDRESS + 20], until[DATE_OCTETS];
	size_t n = report_count(r);
	int behind;

	while (p != NULL && !report_is_about(r, p))
		p = p->next;
	snprintf(to, sizeof(to), "%zu addresses", n);
	if (n == 1)
		written(r, p, to, &behind);
	if (r->kind == REPORT_DOUBLE)
		paragraph(r, out, "", "A message that names no sender (often a "
		    "report like this one) could not be delivered to %s.", to);
	else if (r->kind == REPORT_FAILED)
		paragraph(r, out, "", "Your message to %s could not be "
		    "delivered.", to);
	else {
		date_mail(until, r->until_us / 1000000);
		paragraph(r, out, "", "Your message to %s has not been "
		    "delivered yet. You need not do anything: the server goes "
		    "on trying until %s.", to, until);
	}
}

/* One address, and why, in the server's own words. */
static void
add_listed(struct report *r, struct buf *out, const struct report_rcpt *p)
{
	char address[REPORT_ADDRESS], alias[REPORT_ADDRESS], why[600], time[40];
	uint64_t age_us = p->time_us > r->arrived_us ?
	    p->time_us - r->arrived_us : 0;
	int behind;

	quote(address, p->address, 1);
	written(r, p, alias, &behind);
	if (behind)
		part_addf(r, out, "\n    %s\n        (where mail to %s goes)\n",
		    address, alias);
	else
		part_addf(r, out, "\n    %s\n", address);
	if (r->kind != REPORT_DELAYED && strcmp(p->dsn, EXPIRED) == 0)
		paragraph(r, out, "        ", "It was tried again and again "
		    "for %s. Now it is given up.", duration(time,
		    age_us / 1000000));
	paragraph(r, out, "        ", "%s (%s)", reason(why, p, 1),
	    status(r, p));
}

static void
add_last_sentences(struct report *r, struct buf *out)
{
	if (r->kind == REPORT_FAILED)
		paragraph(r, out, "", "Nothing more is tried there. This does "
		    "not concern the message's other recipients, if it has "
		    "any.");
	part_add(r, out, "\n", r->kind == REPORT_FAILED);
	paragraph(r, out, "", "This was written by the mail server %s. Who can "
	    "help: postmaster@%s%s%s. Below are details for programs, and the "
	    "message's header.", r->name, r->domain,
	    r->id[0] != '\0' ? ", who finds the message by its id " : "",
	    r->id);
}

void
part_text(struct report *r, struct buf *out)
{
	const struct report_rcpt *p;
	size_t n = 0;

	add_first_sentence(r, out);
	for (p = r->first; p != NULL; p = p->next)
		if (report_is_about(r, p) && n++ < REPORT_LISTED)
			add_listed(r, out, p);
	if (n > REPORT_LISTED)
		part_addf(r, out, "\n    and %zu more: see the next part\n",
		    n - REPORT_LISTED);
	part_add(r, out, "\n", 1);
	add_last_sentences(r, out);
}

/* Words that a host of another kind said begin with its reply code. */
static int
is_smtp(const char *why)
{
	return (why[0] == '4' || why[0] == '5') && strspn(why, "0123456789")
	    == 3 && (why[3] == ' ' || why[3] == '-');
}

static void
add_group(struct report *r, struct buf *out, const struct report_rcpt *p)
{
	char address[REPORT_ADDRESS], why[600], date[DATE_OCTETS];

	part_address(address, p->address);
	part_addf(r, out, "\nFinal-Recipient: rfc822; %s\n"
	    "Action: %s\n"
	    "Status: %s\n", address, r->kind == REPORT_DELAYED ? "delayed" :
	    "failed", status(r, p));
	reason(why, p, 0);
	add_wrapped(r, out, is_smtp(why) ? "Diagnostic-Code: smtp; " :
	    "Diagnostic-Code: X-Correo; ", "\t", why);
	date_mail(date, p->time_us / 1000000);
	part_addf(r, out, "Last-Attempt-Date: %s\n", date);
	if (r->kind != REPORT_DELAYED)
		return;
	date_mail(date, r->until_us / 1000000);
	part_addf(r, out, "Will-Retry-Until: %s\n", date);
}

void
part_status(struct report *r, struct buf *out)
{
	const struct report_rcpt *p;
	char date[DATE_OCTETS];

	date_mail(date, r->arrived_us / 1000000);
	part_addf(r, out, "Reporting-MTA: dns; %s\n"
	    "Arrival-Date: %s\n", r->name, date);
	if (r->id[0] != '\0')
		part_addf(r, out, "X-Correo-ID: %s\n", r->id);
	for (p = r->first; p != NULL; p = p->next)
		if (report_is_about(r, p))
			add_group(r, out, p);
}

/* A line of the message's header: what would break a line of ours is shown as
 * '?'. */
static void
add_header_line(struct report *r, struct buf *out, const char *s, size_t n)
{
	size_t at = out->len, i;

	if (n > 0 && s[n - 1] == '\r')
		n--;
	part_add(r, out, s, n < REPORT_LINE ? n : REPORT_LINE);
	for (i = at; i < out->len; i++)
		if (((unsigned char)out->s[i] < 32 && out->s[i] != '\t') ||
		    out->s[i] == 127)
			out->s[i] = '?';
	part_add(r, out, "\n", 1);
}

void
part_header(struct report *r, struct buf *out)
{
	const char *s = r->header, *end = s + r->header_n, *lf;

	if (end - s > REPORT_HEADER)
		end = s + REPORT_HEADER;
	for (; (lf = memchr(s, '\n', (size_t)(end - s))) != NULL; s = lf + 1) {
		size_t n = (size_t)(lf - s);

		if (out->len > 0 && (*s == ' ' || *s == '\t'))
			;
		else if (!header_is_field(s, n))
			break;
		add_header_line(r, out, s, n);
	}
}
