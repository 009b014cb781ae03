/* report - see report.h: the journal's addresses, and the parts put together. */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/date.h"

#define PARTS		3
#define BOUNDARY	80		/* octets of the longest, with NUL */

static const struct {
	const char *name, *subject;
} kinds[] = {
	[REPORT_FAILED] = { "failed",
	    "Undelivered mail: your message did not arrive" },
	[REPORT_DELAYED] = { "delayed",
	    "Delayed mail: your message has not arrived yet" },
	[REPORT_DOUBLE] = { "double",
	    "Undelivered mail: a message without a sender" },
};

const char *
report_kind_name(enum report_kind kind)
{
	return kinds[kind].name;
}

static struct report_rcpt *
find_rcpt(const struct report *r, const char *address, size_t n)
{
	struct report_rcpt *p;

	for (p = r->first; p != NULL; p = p->next)
		if (strncmp(p->address, address, n) == 0 &&
		    p->address[n] == '\0')
			return p;
	return NULL;
}

static struct report_rcpt *
add_rcpt(struct report *r, const char *address, size_t n)
{
	struct report_rcpt *p = calloc(1, sizeof(*p));

	if (p != NULL)
		p->address = strndup(address, n);
	if (p == NULL || p->address == NULL) {
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
	if (e->kind != J_LATER && e->kind != J_NEVER)
		return;
	p->time_us = e->time_us;
	memcpy(p->dsn, e->dsn, sizeof(p->dsn));
	free(p->why);
	p->why = NULL;
	r->reason_of = p;
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
	if (!journal_has_address(e->kind))
		return;
	p = find_rcpt(r, e->address, e->address_n);
	if (p == NULL)
		p = add_rcpt(r, e->address, e->address_n);
	if (p == NULL)
		return;
	if (e->kind == J_TOLD)
		p->told = 1;
	else if (p->state != J_DONE && p->state != J_NEVER)
		take_result(r, p, e);
}

int
report_is_about(const struct report *r, const struct report_rcpt *rcpt)
{
	if (r->kind == REPORT_DELAYED)
		return rcpt->state == J_LATER;
	return rcpt->state == J_NEVER && !rcpt->told;
}

size_t
report_count(const struct report *r)
{
	const struct report_rcpt *p;
	size_t n = 0;

	for (p = r->first; p != NULL; p = p->next)
		n += (size_t)report_is_about(r, p);
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

static void
add_header(struct report *r, struct buf *out, const char *boundary)
{
	char date[DATE_OCTETS], to[REPORT_ADDRESS];

	date_mail(date, r->now_us / 1000000);
	part_address(to, r->to);
	part_addf(r, out, "From: Mail Delivery System <MAILER-DAEMON@%s>\n"
	    "To: %s\n"
	    "Subject: %s\n"
	    "Date: %s\n"
	    "Message-ID: <report-%s@%s>\n"
	    "MIME-Version: 1.0\n"
	    "Auto-Submitted: auto-replied\n",
	    r->name, to, kinds[r->kind].subject, date, r->own_id, r->name);
	part_addf(r, out, "Content-Type: multipart/report;\n"
	    "\treport-type=delivery-status;\n"
	    "\tboundary=\"%s\"\n"
	    "Content-Transfer-Encoding: %s\n"
	    "\n"
	    "This is a report about a message, in MIME format.\n",
	    boundary, encoding(r->eight_bit));
}

static void
add_part(struct report *r, struct buf *out, const char *boundary,
    const char *type, const struct buf *part)
{
	part_addf(r, out, "\n--%s\n"
	    "Content-Type: %s\n"
	    "Content-Transfer-Encoding: %s\n"
	    "\n", boundary, type, encoding(has_eight_bit(part)));
	part_add(r, out, part->s, part->len);
}

int
report_compose(struct report *r, struct buf *out)
{
	static const char *const types[PARTS] = {
		"text/plain; charset=utf-8", "message/delivery-status",
		"text/rfc822-headers",
	};
	struct buf parts[PARTS] = { BUF_MAX(REPORT_MAX), BUF_MAX(REPORT_MAX),
	    BUF_MAX(REPORT_MAX) };
	char boundary[BOUNDARY];
	unsigned i;

	part_text(r, &parts[0]);
	part_status(r, &parts[1]);
	part_header(r, &parts[2]);
	r->eight_bit = 0;
	for (i = 0; i < PARTS; i++)
		r->eight_bit |= has_eight_bit(&parts[i]);
	make_boundary(boundary, r, parts);
	add_header(r, out, boundary);
	for (i = 0; i < PARTS; i++) {
		add_part(r, out, boundary, types[i], &parts[i]);
		buf_free(&parts[i]);
	}
	part_addf(r, out, "\n--%s--\n", boundary);
	return r->failed == 0 ? 0 : (errno = r->failed, -1);
}

void
report_free(struct report *r)
{
	while (r->first != NULL) {
		struct report_rcpt *p = r->first;

		r->first = p->next;
		free(p->why);
		free(p->address);
		free(p);
	}
	r->last = r->reason_of = NULL;
}
