/* telling - what a message's sender is to be told, and what he knows.
 *
 * He knows what the journal says that he knows. Before a report is made, the journal
 * says which rcpt lines lead where, for that is how bounce finds his wishes.
 */
#include "runner.h"

#include <stdio.h>
#include <string.h>

#include "base/exits.h"
#include "base/num.h"
#include "sys/clock.h"
#include "sys/log.h"

#define LINES_OCTETS	(64u << 20)	/* as much as a journal may have */

/* The sender is to hear that the address failed for good, and has not. */
static int
is_untold(const struct attempt *a, const struct known *k)
{
	return k->failed && !k->told &&
	    wishes_want(&a->wishes, k->leads, NOTIFY_FAILURE);
}

/* The same of a success; nobody is told where there is no sender. */
static int
is_unheard(const struct attempt *a, const struct known *k)
{
	return k->done && !k->told && a->sender[0] != '\0' &&
	    wishes_want(&a->wishes, k->leads, NOTIFY_SUCCESS);
}

struct lead *
attempt_lead(struct attempt *a, struct known *k, size_t rcpt)
{
	struct lead *l = wishes_lead(&a->wishes, &k->leads, rcpt);

	if (l == NULL)
		die(EXIT_TEMP, "no memory for a recipient");
	return l;
}

void
attempt_note_rcpt(struct attempt *a, const struct journal_entry *e)
{
	const char *digits = e->kind == J_BEHIND ? e->dsn : e->address;
	size_t n = e->kind == J_BEHIND ? strlen(e->dsn) : e->address_n;
	struct known *k;
	uint64_t number;

	if (num_u64(digits, n, &number) == -1 || number == 0 ||
	    number > a->wishes.n || !a->wishes.any)
		return;
	if (e->kind == J_EXPANDED) {
		a->wishes.of[number - 1].expanded = 1;
		return;
	}
	k = attempt_known(a, e->address, e->address_n);
	attempt_lead(a, k, number - 1)->noted = 1;
}

size_t
attempt_untold(const struct attempt *a)
{
	const struct known *k;
	size_t n = 0;

	for (k = a->known; k != NULL; k = k->next)
		n += (size_t)is_untold(a, k);
	return n;
}

size_t
attempt_unheard(const struct attempt *a)
{
	const struct known *k;
	size_t n = 0, i;

	if (!a->wishes.success || a->sender[0] == '\0')
		return 0;
	for (k = a->known; k != NULL; k = k->next)
		n += (size_t)is_unheard(a, k);
	for (i = 0; i < a->wishes.n; i++)
		n += (size_t)wish_is_expanded(a->wishes.of + i);
	return n;
}

/* Add a line to b; a failure is logged, and costs a second report at most. */
static void
add(const struct attempt *a, struct buf *b, enum journal_kind kind,
    const char *address)
{
	if (journal_line(b, kind, clock_wall_us(), NULL, address) == -1)
		say("id=%s a report is not noted:", a->message->id);
}

static void
add_expanded(struct attempt *a, struct buf *b)
{
	char number[24];
	size_t i;

	for (i = 0; i < a->wishes.n; i++)
		if (wish_is_expanded(a->wishes.of + i)) {
			snprintf(number, sizeof(number), "%zu", i + 1);
			add(a, b, J_EXPANDED, number);
		}
}

static void
mark_expanded(struct attempt *a)
{
	size_t i;

	for (i = 0; i < a->wishes.n; i++)
		a->wishes.of[i].expanded |= wish_is_expanded(a->wishes.of + i);
}

void
attempt_note_told(struct attempt *a, enum report_kind kind)
{
	struct buf b = BUF_MAX(LINES_OCTETS);
	struct known *k;

	for (k = a->known; k != NULL; k = k->next) {
		if (kind == REPORT_SUCCESS ? !is_unheard(a, k) :
		    !is_untold(a, k))
			continue;
		k->told = 1;
		add(a, &b, J_TOLD, k->address);
	}
	if (kind == REPORT_SUCCESS) {
		add_expanded(a, &b);
		mark_expanded(a);
	}
	(void)attempt_write(a, &b);
	buf_free(&b);
}

void
attempt_note_warned(struct attempt *a, const char *id)
{
	struct buf b = BUF_MAX(128);

	a->warned = 1;
	add(a, &b, J_WARNED, id);
	(void)attempt_write(a, &b);
	buf_free(&b);
}

int
attempt_note_leads(struct attempt *a)
{
	struct buf b = BUF_MAX(LINES_OCTETS);
	uint64_t now = clock_wall_us();
	struct known *k;
	struct lead *l;
	char number[24];
	int r = 0;

	for (k = a->known; k != NULL && r == 0; k = k->next)
		for (l = k->leads; l != NULL && r == 0; l = l->next) {
			if (l->noted)
				continue;
			snprintf(number, sizeof(number), "%zu", l->rcpt + 1);
			r = journal_line(&b, J_BEHIND, now, number,
			    k->address);
			l->noted = 1;
		}
	if (r == 0 && b.len > 0)
		r = attempt_write(a, &b);
	buf_free(&b);
	return r;
}

void
attempt_wishes(const struct final *f, struct job *j)
{
	const struct wishes *w = &f->attempt->wishes;
	const struct lead *leads = f->known != NULL ? f->known->leads : NULL;

	/* They fit: wishes_read takes no others. The job was all zero. */
	if (w->ret != NULL)
		memcpy(j->ret, w->ret, sizeof(j->ret));
	if (w->envid != NULL)
		memcpy(j->envid, w->envid, w->envid_n);
	notify_text(j->notify, wishes_notify(w, leads));
	wishes_orcpt(w, leads, j->orcpt);
}
