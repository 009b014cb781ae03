/* prose - what people read in a report, in their language; see report.h, words.h */
#include "report.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text/date.h"

#define EXPIRED		"4.4.7"	/* RFC 3463 3.5: delivery time expired */
#define INDENT		"        "
#define SENTENCE	2048	/* octets of the longest paragraph, with NUL */

static void
paragraph(struct report *r, struct buf *out, const char *indent,
    const char *text, const char *const *args, size_t n)
{
	char line[SENTENCE];

	words_put(line, sizeof(line), text, args, n);
	part_wrapped(r, out, indent, indent, line);
}

static void
sentence(struct report *r, struct buf *out, const char *indent,
    const char *text)
{
	paragraph(r, out, indent, text, NULL, 0);
}

/* The rcpt line that leads to p, if it is the only one that can. */
static const struct wish *
only_lead(const struct report *r, const struct report_rcpt *p)
{
	if (p->leads != NULL)
		return p->leads->next == NULL ? r->wishes.of + p->leads->rcpt :
		    NULL;
	return r->wishes.n == 1 ? r->wishes.of : NULL;
}

/* The address that the sender wrote, if one can tell: *behind is then 1, for the
 * final address stands behind it. */
static void
written(const struct report *r, const struct report_rcpt *p,
    char out[REPORT_ADDRESS], int *behind)
{
	const struct wish *w = only_lead(r, p);
	char address[ADDRESS_OCTETS + 1] = "";

	if (w != NULL)
		part_rcpt(address, w);
	*behind = address[0] != '\0' && strcasecmp(address, p->plain) != 0;
	part_shown(out, *behind ? address : p->plain);
}

static void
duration(const struct report *r, char out[80], uint64_t seconds)
{
	const struct words *w = r->words;
	const struct { unsigned seconds; const char *name; } units[] = {
		{ 86400, w->days }, { 3600, w->hours }, { 60, w->minutes },
		{ 1, w->seconds },
	};
	char number[24];
	const char *args[] = { number };
	size_t i = 0;

	while (i < 3 && seconds < 2 * units[i].seconds)
		i++;
	snprintf(number, sizeof(number), "%u",
	    (unsigned)(seconds / units[i].seconds));
	words_put(out, 80, units[i].name, args, 1);
}

static void
date(const struct report *r, char out[160], uint64_t us)
{
	char day[24], year[24], clock[24];
	const char *args[5];
	struct date d;

	date_split(&d, us / 1000000);
	snprintf(day, sizeof(day), "%u", d.day);
	snprintf(year, sizeof(year), "%u", d.year);
	snprintf(clock, sizeof(clock), "%02u:%02u", d.hour, d.minute);
	args[0] = r->words->weekday[d.weekday];
	args[1] = day;
	args[2] = r->words->month[d.month];
	args[3] = year;
	args[4] = clock;
	words_put(out, 160, r->words->date, args, 5);
}

static const struct report_rcpt *
first_about(const struct report *r)
{
	const struct report_rcpt *p = r->first;

	while (p != NULL && !report_is_about(r, p))
		p = p->next;
	return p;
}

static const struct wish *
first_expanded(const struct report *r)
{
	const struct wish *w = r->wishes.of;

	while (!report_is_expanded(r, w))
		w++;
	return w;
}

/* Whom it is about: the only one, or how many. What happened there. */
static const char *
subject(const struct report *r, char to[REPORT_ADDRESS], size_t n)
{
	const struct report_rcpt *p = first_about(r);
	const struct words *w = r->words;
	char number[24], address[ADDRESS_OCTETS + 1];
	const char *args[] = { number };
	int behind;

	if (n != 1) {
		snprintf(number, sizeof(number), "%zu", n);
		words_put(to, REPORT_ADDRESS, w->addresses, args, 1);
		return w->several;
	}
	if (p == NULL) {
		part_rcpt(address, first_expanded(r));
		part_shown(to, address);
		return w->expanded;
	}
	written(r, p, to, &behind);
	return p->relayed ? w->relayed : w->delivered;
}

static void
add_first_sentence(struct report *r, struct buf *out)
{
	const struct words *w = r->words;
	char to[REPORT_ADDRESS], until[160];
	const char *args[] = { to, until };
	const char *happened = subject(r, to, report_count(r));
	const char *const firsts[] = {
		[REPORT_FAILED] = w->failed, [REPORT_DELAYED] = w->delayed,
		[REPORT_DOUBLE] = w->doubled, [REPORT_SUCCESS] = happened,
	};

	date(r, until, r->until_us);
	paragraph(r, out, "", firsts[r->kind], args, 2);
}

/* What can be said of a code in other words, or NULL. source: RFC 3463 3, RFC 7505 */
static const char *
meaning(const struct report *r, const char *code)
{
	static const struct { const char *code; enum reason_kind why; }
	    known[] = {
		{ "5.1.1", WHY_NO_ADDRESS }, { "5.1.2", WHY_NO_MAIL },
		{ "5.1.3", WHY_BAD_ADDRESS }, { "5.1.10", WHY_NO_MAIL },
		{ "5.2.1", WHY_CLOSED }, { "4.2.2", WHY_FULL },
		{ "5.2.2", WHY_FULL }, { "5.2.3", WHY_TOO_BIG },
		{ "5.3.4", WHY_TOO_BIG }, { "4.4.1", WHY_SILENT },
		{ "4.4.2", WHY_CUT }, { "4.4.3", WHY_NOT_FOUND },
		{ "4.4.4", WHY_NOT_FOUND }, { "5.4.4", WHY_NOT_FOUND },
		{ "5.4.6", WHY_LOOP }, { "5.7.1", WHY_NOT_ALLOWED },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(code, known[i].code) == 0)
			return r->words->why[known[i].why];
	return NULL;
}

/* Why, for people and in the server's own words. */
static void
add_reason(struct report *r, struct buf *out, const struct report_rcpt *p)
{
	const char *code = part_code(r, p), *means = meaning(r, code);
	uint64_t age_us = p->time_us > r->arrived_us ?
	    p->time_us - r->arrived_us : 0;
	char why[REPORT_REASON], time[80];
	const char *args[] = { why, code }, *times[] = { time };

	if (r->kind != REPORT_DELAYED && strcmp(p->dsn, EXPIRED) == 0) {
		duration(r, time, age_us / 1000000);
		paragraph(r, out, INDENT, r->words->expired, times, 1);
	}
	if (means != NULL)
		sentence(r, out, INDENT, means);
	part_reason(why, p, r->words->no_reason, 1);
	paragraph(r, out, INDENT, p->why != NULL && p->why[0] != '\0' ?
	    r->words->said : "$1 ($2)", args, 2);
}

/* One address. */
static void
add_listed(struct report *r, struct buf *out, const struct report_rcpt *p)
{
	char address[REPORT_ADDRESS], alias[REPORT_ADDRESS];
	const char *args[] = { alias };
	int behind;

	part_shown(address, p->plain);
	written(r, p, alias, &behind);
	part_addf(r, out, "\n    %s\n", address);
	if (behind)
		paragraph(r, out, INDENT, r->words->behind, args, 1);
	if (r->kind == REPORT_SUCCESS)
		sentence(r, out, INDENT, p->relayed ? r->words->passed_on :
		    r->words->in_mailbox);
	else
		add_reason(r, out, p);
}

static void
add_alias(struct report *r, struct buf *out, const struct wish *w)
{
	char address[ADDRESS_OCTETS + 1], alias[REPORT_ADDRESS];

	part_rcpt(address, w);
	part_shown(alias, address);
	part_addf(r, out, "\n    %s\n", alias);
	sentence(r, out, INDENT, r->words->to_members);
}

static void
add_last_sentences(struct report *r, struct buf *out)
{
	const struct words *w = r->words;
	const char *args[] = { r->name, r->domain, r->id };

	if (r->kind == REPORT_FAILED)
		sentence(r, out, "", w->no_more);
	if (r->kind == REPORT_SUCCESS)
		sentence(r, out, "", w->receipt);
	if (r->kind == REPORT_FAILED || r->kind == REPORT_SUCCESS)
		part_add(r, out, "\n", 1);
	paragraph(r, out, "", r->id[0] != '\0' ? w->help_id : w->help, args, 3);
	sentence(r, out, "", r->full ? w->with_message : w->with_header);
}

void
part_text(struct report *r, struct buf *out)
{
	const struct report_rcpt *p;
	char more[24];
	const char *args[] = { more };
	size_t n = 0, i;

	add_first_sentence(r, out);
	for (p = r->first; p != NULL; p = p->next)
		if (report_is_about(r, p) && n++ < REPORT_LISTED)
			add_listed(r, out, p);
	for (i = 0; i < r->wishes.n; i++)
		if (report_is_expanded(r, r->wishes.of + i) &&
		    n++ < REPORT_LISTED)
			add_alias(r, out, r->wishes.of + i);
	if (n > REPORT_LISTED) {
		snprintf(more, sizeof(more), "%zu", n - REPORT_LISTED);
		part_add(r, out, "\n", 1);
		paragraph(r, out, "    ", r->words->more, args, 1);
	}
	part_add(r, out, "\n", 1);
	add_last_sentences(r, out);
}
