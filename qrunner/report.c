/* report - see report.h: the journal's addresses, and the parts put together. */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "text/date.h"
#include "text/encoded.h"
#include "text/final.h"
#include "text/qp.h"
#include "text/utf8.h"

#define PARTS		3
#define BOUNDARY	80		/* octets of the longest, with NUL */

const char *
report_kind_name(enum report_kind kind)
{
	static const char *const names[] = {
		[REPORT_FAILED] = "failed", [REPORT_DELAYED] = "delayed",
		[REPORT_DOUBLE] = "double", [REPORT_SUCCESS] = "success",
	};

	return names[kind];
}

int
report_event(const struct report *r)
{
	static const int events[] = {
		[REPORT_FAILED] = NOTIFY_FAILURE,
		[REPORT_DELAYED] = NOTIFY_DELAY,
		[REPORT_DOUBLE] = NOTIFY_FAILURE,
		[REPORT_SUCCESS] = NOTIFY_SUCCESS,
	};

	return events[r->kind];
}

int
report_facts(struct report *r, const char *facts, size_t n)
{
	return wishes_read(&r->wishes, facts, n);
}

static struct report_rcpt *
find_rcpt(const struct report *r, const char *address, size_t n)
{
	return lookup_find(&r->rcpt_by, address, n);
}

static struct report_rcpt *
add_rcpt(struct report *r, const char *address, size_t n)
{
	struct report_rcpt *p = calloc(1, sizeof(*p));
	struct final_text f;

	final_split(address, n, &f);
	if (p != NULL) {
		p->address = strndup(address, n);
		p->plain = strndup(f.address, f.n);
	}
	if (p == NULL || p->address == NULL || p->plain == NULL ||
	    lookup_add(&r->rcpt_by, p->address, strlen(p->address), p) == -1) {
		if (p != NULL) {
			free(p->address);
			free(p->plain);
		}
		free(p);
		r->failed = ENOMEM;
		return NULL;
	}
	if (r->last != NULL)
		r->last->next = p;
	else
		r->first = p;
	r->last = p;
	return p;
}

static void
take_reason(struct report *r, const struct journal_entry *e)
{
	if (r->reason_of == NULL)
		return;
	free(r->reason_of->why);
	r->reason_of->why = strndup(e->address, e->address_n);
	if (r->reason_of->why == NULL)
		r->failed = ENOMEM;
	r->reason_of = NULL;
}

static void
take_result(struct report *r, struct report_rcpt *p,
    const struct journal_entry *e)
{
	p->state = e->kind;
	if (e->kind == J_START)
		return;
	p->time_us = e->time_us;
	memcpy(p->dsn, e->dsn, sizeof(p->dsn));
	free(p->why);
	p->why = NULL;
	r->reason_of = e->kind == J_DONE ? NULL : p;
}

/* The number of a rcpt line, counted from 0; or -1. */
static ssize_t
rcpt_number(const struct report *r, const char *digits, size_t n)
{
	uint64_t number;

	if (num_u64(digits, n, &number) == -1 || number == 0 ||
	    number > r->wishes.n)
		return -1;
	return (ssize_t)number - 1;
}

static void
take_lead(struct report *r, struct report_rcpt *p,
    const struct journal_entry *e)
{
	ssize_t i = rcpt_number(r, e->dsn, strlen(e->dsn));

	if (i != -1 && wishes_lead(&r->wishes, &p->leads, (size_t)i) == NULL)
		r->failed = errno;
}

static void
take_expanded(struct report *r, const struct journal_entry *e)
{
	ssize_t i = rcpt_number(r, e->address, e->address_n);

	if (i != -1)
		r->wishes.of[i].expanded = 1;
}

void
report_entry(void *arg, const struct journal_entry *e)
{
	struct report *r = arg;
	struct report_rcpt *p;

	if (e->kind == J_WHY) {
		take_reason(r, e);
		return;
	}
	r->reason_of = NULL;
	if (e->kind == J_EXPANDED)
		take_expanded(r, e);
	if (!journal_has_address(e->kind) && e->kind != J_RELAYED &&
	    e->kind != J_BEHIND)
		return;
	p = find_rcpt(r, e->address, e->address_n);
	if (p == NULL)
		p = add_rcpt(r, e->address, e->address_n);
	if (p == NULL)
		return;
	if (e->kind == J_TOLD)
		p->told = 1;
	else if (e->kind == J_RELAYED)
		p->relayed = 1;
	else if (e->kind == J_BEHIND)
		take_lead(r, p, e);
	else if (p->state != J_DONE && p->state != J_NEVER)
		take_result(r, p, e);
}

int
report_is_about(const struct report *r, const struct report_rcpt *rcpt)
{
	static const enum journal_kind states[] = {
		[REPORT_FAILED] = J_NEVER, [REPORT_DELAYED] = J_LATER,
		[REPORT_DOUBLE] = J_NEVER, [REPORT_SUCCESS] = J_DONE,
	};

	return rcpt->state == states[r->kind] && (!rcpt->told ||
	    r->kind == REPORT_DELAYED) &&
	    wishes_want(&r->wishes, rcpt->leads, report_event(r));
}

int
report_is_expanded(const struct report *r, const struct wish *w)
{
	return r->kind == REPORT_SUCCESS && wish_is_expanded(w);
}

size_t
report_count(const struct report *r)
{
	const struct report_rcpt *p;
	size_t n = 0, i;

	for (p = r->first; p != NULL; p = p->next)
		n += (size_t)report_is_about(r, p);
	for (i = 0; i < r->wishes.n; i++)
		n += (size_t)report_is_expanded(r, r->wishes.of + i);
	return n;
}

static int
has_eight_bit(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if ((unsigned char)b->s[i] > 127)
			return 1;
	return 0;
}

static const char *
encoding(int eight_bit)
{
	return eight_bit ? "8bit" : "7bit";
}

/* A line between the parts that occurs in none of them. */
static void
make_boundary(char out[BOUNDARY], const struct report *r,
    const struct buf *parts)
{
	unsigned n = 0, i;

	do {
		snprintf(out, BOUNDARY, "report-%.40s-%u", r->own_id, n++);
		for (i = 0; i < PARTS; i++)
			if (parts[i].len > 0 && memmem(parts[i].s,
			    parts[i].len, out, strlen(out)) != NULL)
				break;
	} while (i < PARTS);
}

/* Some of what a report of success is about lies in no mailbox of ours. */
static int
is_passed(const struct report *r)
{
	const struct report_rcpt *p;
	size_t i;

	for (p = r->first; p != NULL; p = p->next)
		if (p->relayed && report_is_about(r, p))
			return 1;
	for (i = 0; i < r->wishes.n; i++)
		if (report_is_expanded(r, r->wishes.of + i))
			return 1;
	return 0;
}

static void
add_subject(struct report *r, struct buf *out)
{
	const char *const subjects[] = {
		[REPORT_FAILED] = r->words->failed_subject,
		[REPORT_DELAYED] = r->words->delayed_subject,
		[REPORT_DOUBLE] = r->words->double_subject,
		[REPORT_SUCCESS] = is_passed(r) ? r->words->passed_subject :
		    r->words->delivered_subject,
	};
	const char *s = subjects[r->kind];
	struct buf b = BUF_MAX(REPORT_LINE);

	if (buf_adds(&b, s) == 0 && has_eight_bit(&b)) {
		b.len = 0;
		if (encoded_words(&b, s, strlen(s), "\n ") == -1)
			r->failed = errno;
	}
	part_addf(r, out, "Subject: %.*s\n", (int)b.len, b.s);
	buf_free(&b);
}

static void
add_header(struct report *r, struct buf *out, const char *boundary)
{
	char date[DATE_OCTETS], to[REPORT_ADDRESS];

	date_mail(date, r->now_us / 1000000);
	part_address(to, r->to);
	part_addf(r, out, "From: %s <MAILER-DAEMON@%s>\n"
	    "To: %s\n", r->words->from, r->name, to);
	add_subject(r, out);
	part_addf(r, out, "Date: %s\n"
	    "Message-ID: <report-%s@%s>\n"
	    "MIME-Version: 1.0\n"
	    "Auto-Submitted: auto-replied\n",
	    date, r->own_id, r->name);
	part_addf(r, out, "Content-Type: multipart/report;\n"
	    "\treport-type=delivery-status;\n"
	    "\tboundary=\"%s\"\n"
	    "Content-Transfer-Encoding: %s\n"
	    "\n"
	    "%s\n", boundary, encoding(r->eight_bit), r->words->mime);
}

static void
add_part(struct report *r, struct buf *out, const char *boundary,
    const char *type, const char *about, const char *coded,
    const struct buf *part)
{
	part_addf(r, out, "\n--%s\n"
	    "Content-Type: %s\n"
	    "Content-Description: %s\n"
	    "Content-Transfer-Encoding: %s\n"
	    "\n", boundary, type, about, coded);
	part_add(r, out, part->s, part->len);
}

/* The text for people goes through every server: ASCII, or written with it. Whether
 * it had to be. */
static int
add_text(struct report *r, struct buf *out)
{
	struct buf text = BUF_MAX(REPORT_MAX);
	int coded;

	part_text(r, &text);
	coded = has_eight_bit(&text);
	if (!coded)
		part_add(r, out, text.s, text.len);
	else if (qp_encode(out, text.s, text.len) == -1)
		r->failed = errno;
	buf_free(&text);
	return coded;
}

/* RFC 6522 gives a header no charset, but mail programs show one that is UTF-8
 * right with it, and wrong without. */
static const char *
last_type(const struct report *r, const struct buf *part)
{
	if (r->full)
		return "message/rfc822";
	return has_eight_bit(part) && utf8_is_valid(part->s, part->len) ?
	    "text/rfc822-headers; charset=utf-8" : "text/rfc822-headers";
}

int
report_compose(struct report *r, struct buf *out)
{
	struct buf parts[PARTS] = { BUF_MAX(REPORT_MAX), BUF_MAX(REPORT_MAX),
	    BUF_MAX(REPORT_MAX) };
	char boundary[BOUNDARY];
	int coded;
	unsigned i;

	r->full = r->full && part_fits(r);
	coded = add_text(r, &parts[0]);
	part_status(r, &parts[1]);
	part_header(r, &parts[2]);
	r->eight_bit = has_eight_bit(&parts[2]);
	make_boundary(boundary, r, parts);
	add_header(r, out, boundary);
	add_part(r, out, boundary, "text/plain; charset=utf-8",
	    "What happened", coded ? "quoted-printable" : "7bit", &parts[0]);
	add_part(r, out, boundary, "message/delivery-status",
	    "Details for programs", "7bit", &parts[1]);
	add_part(r, out, boundary, last_type(r, &parts[2]), r->full ?
	    "The message" : "The message's header", encoding(r->eight_bit),
	    &parts[2]);
	for (i = 0; i < PARTS; i++)
		buf_free(&parts[i]);
	part_addf(r, out, "\n--%s--\n", boundary);
	return r->failed == 0 ? 0 : (errno = r->failed, -1);
}

void
report_free(struct report *r)
{
	while (r->first != NULL) {
		struct report_rcpt *p = r->first;

		r->first = p->next;
		leads_free(p->leads);
		free(p->why);
		free(p->address);
		free(p->plain);
		free(p);
	}
	lookup_free(&r->rcpt_by);
	wishes_free(&r->wishes);
	r->last = r->reason_of = NULL;
}
