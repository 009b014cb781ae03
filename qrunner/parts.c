/* parts - what stands in the parts of a report for programs, and what all parts
 * share; see report.h */
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
#include "text/utf8.h"
#include "text/xtext.h"

#define WIDTH		72	/* columns of a line that we break */

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

void
part_shown(char out[REPORT_ADDRESS], const char *address)
{
	quote(out, address, 1);
}

void
part_rcpt(char out[ADDRESS_OCTETS + 1], const struct wish *w)
{
	size_t n = w->rcpt_n < ADDRESS_OCTETS ? w->rcpt_n : ADDRESS_OCTETS;

	memcpy(out, w->rcpt, n);
	out[n] = '\0';
}

/* A character of UTF-8 takes one column. */
static size_t
columns(const char *s, size_t n)
{
	size_t i, c = 0;

	for (i = 0; i < n; i++)
		c += ((unsigned char)s[i] & 0xc0) != 0x80;
	return c;
}

void
part_wrapped(struct report *r, struct buf *out, const char *first,
    const char *rest, const char *s)
{
	size_t column = strlen(first);
	const char *between = "";

	part_add(r, out, first, column);
	while (*(s += strspn(s, " ")) != '\0') {
		size_t n = strcspn(s, " "), wide = columns(s, n);

		if (*between != '\0' && column + 1 + wide > WIDTH) {
			part_add(r, out, "\n", 1);
			part_add(r, out, rest, strlen(rest));
			column = strlen(rest);
			between = "";
		}
		part_add(r, out, between, strlen(between));
		part_add(r, out, s, n);
		column += strlen(between) + wide;
		s += n;
		between = " ";
	}
	part_add(r, out, "\n", 1);
}

void
part_reason(char out[REPORT_REASON], const struct report_rcpt *p,
    const char *otherwise, int utf8)
{
	snprintf(out, REPORT_REASON, "%s", p->why != NULL &&
	    p->why[0] != '\0' ? p->why : otherwise);
	tame(out, utf8);
}

const char *
part_code(const struct report *r, const struct report_rcpt *p)
{
	static const char *const none[] = {
		[REPORT_FAILED] = "5.0.0", [REPORT_DELAYED] = "4.0.0",
		[REPORT_DOUBLE] = "5.0.0", [REPORT_SUCCESS] = "2.0.0",
	};
	unsigned a, b, c;
	char end;

	if (sscanf(p->dsn, "%1u.%3u.%3u%c", &a, &b, &c, &end) == 3 &&
	    strspn(p->dsn, "0123456789.") == strlen(p->dsn) &&
	    (p->dsn[0] == none[r->kind][0] ||
	    (a == 4 && none[r->kind][0] == '5')))
		return p->dsn;
	return none[r->kind];
}

/* Words that a host of another kind said begin with its reply code. */
static int
is_smtp(const char *why)
{
	return (why[0] == '4' || why[0] == '5') && strspn(why, "0123456789")
	    == 3 && (why[3] == ' ' || why[3] == '-');
}

/* The address that the sender knows, where his client named it. */
static void
add_original(struct report *r, struct buf *out, const struct wish *w)
{
	const char *semicolon = w == NULL || w->orcpt == NULL ? NULL :
	    memchr(w->orcpt, ';', w->orcpt_n);
	char address[ORCPT_OCTETS + 1];
	int type;

	if (semicolon == NULL)
		return;
	type = (int)(semicolon - w->orcpt);
	if (xtext_decode(address, sizeof(address), semicolon + 1,
	    w->orcpt_n - (size_t)type - 1) == -1)
		return;
	tame(address, 0);
	part_addf(r, out, "Original-Recipient: %.*s; %s\n", type, w->orcpt,
	    address);
}

/* Where the reply begins in "mx.example.org[192.0.2.1] said after RCPT: 550 no", or
 * NULL: these are our own words. */
static const char *
reply_in(const char *why)
{
	const char *p = strstr(why, " said after ");

	if (p != NULL)
		p = strstr(p, ": ");
	return p != NULL && is_smtp(p + 2) ? p + 2 : NULL;
}

/* A host's words are its own, and it is named. source: RFC 3464 2.3.5, 2.3.6 */
static void
add_diagnosis(struct report *r, struct buf *out, const struct report_rcpt *p)
{
	char why[REPORT_REASON];
	const char *reply;
	int n;

	part_reason(why, p, "no reason was noted", 0);
	reply = reply_in(why);
	n = (int)strcspn(why, "[ /");		/* the name; a path has none */
	if (reply != NULL && n > 0)
		part_addf(r, out, "Remote-MTA: dns; %.*s\n", n, why);
	if (reply == NULL && is_smtp(why))
		reply = why;
	part_wrapped(r, out, reply != NULL ? "Diagnostic-Code: smtp; " :
	    "Diagnostic-Code: X-Correo; ", "\t", reply != NULL ? reply : why);
}

static const char *
action(const struct report *r, const struct report_rcpt *p)
{
	if (r->kind == REPORT_SUCCESS)
		return p->relayed ? "relayed" : "delivered";
	return r->kind == REPORT_DELAYED ? "delayed" : "failed";
}

/* One recipient: w is the rcpt line that it is reported for, or NULL. */
static void
add_group(struct report *r, struct buf *out, const struct report_rcpt *p,
    const struct wish *w)
{
	char address[REPORT_ADDRESS], date[DATE_OCTETS];

	part_address(address, p->plain);
	part_add(r, out, "\n", 1);
	add_original(r, out, w);
	part_addf(r, out, "Final-Recipient: rfc822; %s\n"
	    "Action: %s\n"
	    "Status: %s\n", address, action(r, p), part_code(r, p));
	if (r->kind != REPORT_SUCCESS)
		add_diagnosis(r, out, p);
	date_mail(date, p->time_us / 1000000);
	part_addf(r, out, "Last-Attempt-Date: %s\n", date);
	if (r->kind != REPORT_DELAYED)
		return;
	date_mail(date, r->until_us / 1000000);
	part_addf(r, out, "Will-Retry-Until: %s\n", date);
}

/* A group for each name that the client has for it; one at least. */
static void
add_groups(struct report *r, struct buf *out, const struct report_rcpt *p)
{
	const struct lead *l;
	int named = 0;

	for (l = p->leads; l != NULL; l = l->next) {
		const struct wish *w = r->wishes.of + l->rcpt;

		if (w->orcpt == NULL || !wish_has(w, report_event(r)))
			continue;
		add_group(r, out, p, w);
		named = 1;
	}
	if (!named)
		add_group(r, out, p, NULL);
}

/* source: RFC 3461 5.2.7.3, RFC 3464 2.3.3 */
static void
add_expanded(struct report *r, struct buf *out, const struct wish *w)
{
	char rcpt[ADDRESS_OCTETS + 1], address[REPORT_ADDRESS];

	part_rcpt(rcpt, w);
	part_address(address, rcpt);
	part_add(r, out, "\n", 1);
	add_original(r, out, w);
	part_addf(r, out, "Final-Recipient: rfc822; %s\n"
	    "Action: expanded\n"
	    "Status: 2.0.0\n", address);
}

/* What concerns the whole message. */
static void
add_message(struct report *r, struct buf *out)
{
	char date[DATE_OCTETS], envid[ENVID_OCTETS + 1];

	if (r->wishes.envid != NULL && xtext_decode(envid, sizeof(envid),
	    r->wishes.envid, r->wishes.envid_n) != -1) {
		tame(envid, 0);
		part_addf(r, out, "Original-Envelope-Id: %s\n", envid);
	}
	date_mail(date, r->arrived_us / 1000000);
	part_addf(r, out, "Reporting-MTA: dns; %s\n"
	    "Arrival-Date: %s\n", r->name, date);
	if (r->id[0] != '\0')
		part_addf(r, out, "X-Correo-ID: %s\n", r->id);
}

void
part_status(struct report *r, struct buf *out)
{
	const struct report_rcpt *p;
	size_t i;

	add_message(r, out);
	for (p = r->first; p != NULL; p = p->next)
		if (report_is_about(r, p))
			add_groups(r, out, p);
	for (i = 0; i < r->wishes.n; i++)
		if (report_is_expanded(r, r->wishes.of + i))
			add_expanded(r, out, r->wishes.of + i);
}

int
part_fits(const struct report *r)
{
	const char *s = r->header, *end = s + r->header_n;

	if (memchr(s, '\0', r->header_n) != NULL ||
	    memchr(s, '\r', r->header_n) != NULL)
		return 0;
	while (s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));

		if ((lf != NULL ? lf : end) - s > REPORT_LINE)
			return 0;
		s = lf != NULL ? lf + 1 : end;
	}
	return 1;
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

	if (r->full) {
		part_add(r, out, s, r->header_n);
		return;
	}
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
