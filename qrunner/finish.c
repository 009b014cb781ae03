/* finish - what becomes of a message when nothing of an attempt is out any more.
 *
 * First its sender is told what failed, then it waits for its next try, or goes.
 * The order keeps everything: a failure stands in the journal before its report
 * is made, and the report is on the disk before the journal says so and before the
 * message goes. A crash in between makes a second report, never none.
 */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/dice.h"
#include "sys/log.h"

#define UNLINK_MS	60000	/* before it is tried again */

uint64_t
attempt_age_s(const struct attempt *a)
{
	return (uint64_t)(clock_mono_ms() - a->message->came_ms) / 1000;
}

void
attempt_again(struct runner *r, struct waiting *w, int64_t wait_ms)
{
	if (messages_schedule(&r->messages, w, clock_mono_ms() + wait_ms)
	    == -1) {
		say("id=%s is left for the next scan:", w->id);
		messages_forget(&r->messages, w);
		scan_later(r);
	}
}

void
remove_message(struct runner *r, struct waiting *w)
{
	if (unlinkat(r->msg, w->id, 0) == 0 || errno == ENOENT) {
		say("id=%s stat=Removed", w->id);
		messages_forget(&r->messages, w);
		return;
	}
	say("id=%s cannot be removed:", w->id);
	messages_hold(&r->messages, w, 0);
	attempt_again(r, w, UNLINK_MS);		/* it reads that it is to go */
}

/* All recipients have it, or the sender knows: the file may go, without a sync. */
static void
finish_done(struct attempt *a)
{
	struct runner *r = a->runner;
	struct waiting *w = a->message;
	const struct final *f;

	if (unlinkat(r->msg, w->id, 0) == 0 || errno == ENOENT) {
		a->gone = 1;
		messages_forget(&r->messages, w);
		return;
	}
	say("id=%s is delivered but stays in the queue:", w->id);
	for (f = a->finals; f != NULL; f = f->next)
		if (f->answer.verdict == V_DONE)
			(void)attempt_note_result(a, f);
	attempt_again(r, w, UNLINK_MS);
}

/* A site without which a recipient waits: one that is dead; else one that was
 * when the recipient had its turn, and is not now. */
static struct site *
site_in_the_way(const struct attempt *a)
{
	struct site *revived = NULL;
	const struct final *f;

	for (f = a->finals; f != NULL; f = f->next) {
		if (!f->settled || f->site == NULL ||
		    f->answer.verdict != V_LATER)
			continue;
		if (f->site->failures > 0)
			return f->site;
		if (f->barred)
			revived = f->site;
	}
	return revived;
}

static void
finish_later(struct attempt *a)
{
	struct runner *r = a->runner;
	struct waiting *w = a->message;
	struct site *s = site_in_the_way(a);
	struct buf b = BUF_MAX(128);
	char count[16];
	int64_t wait_ms = 0;

	if (s == NULL || s->failures > 0)
		wait_ms = schedule_wait_ms(&r->schedule, ++w->attempts,
		    dice_roll(&r->dice));
	snprintf(count, sizeof(count), "%u", w->attempts);
	if (journal_line(&b, J_NEXT, clock_wall_us() +
	    (uint64_t)wait_ms * 1000, NULL, count) == 0)
		(void)attempt_write(a, &b);
	buf_free(&b);
	if (s != NULL && s->failures > 0 && !w->held)
		site_wait(r, s, w);
	attempt_again(r, w, wait_ms);
}

static int
is_deferred(const struct attempt *a)
{
	const struct final *f;

	for (f = a->finals; f != NULL; f = f->next)
		if (f->settled && f->answer.verdict == V_LATER)
			return 1;
	return 0;
}

/* One of those that wait is one whose sender wants to hear of that. */
static int
wants_delay(const struct attempt *a)
{
	const struct final *f;

	for (f = a->finals; f != NULL; f = f->next)
		if (f->settled && f->answer.verdict == V_LATER &&
		    wishes_want(&a->wishes, f->known != NULL ?
		    f->known->leads : NULL, NOTIFY_DELAY))
			return 1;
	return 0;
}

/* The sender is to be told that it is late, for the first time. */
static int
is_late(const struct attempt *a)
{
	uint64_t age_s = a->runner->delay_report_s;

	return age_s > 0 && !a->warned && a->sender[0] != '\0' &&
	    attempt_age_s(a) >= age_s && wants_delay(a);
}

/* A report of a kind that has no report of its own when it fails: that ends every
 * loop. Postmaster is not told of late or delivered mail that a sender cannot be
 * told of. */
static int
is_dropped(const struct attempt *a)
{
	static const enum report_kind kinds[] = {
		REPORT_DOUBLE, REPORT_DELAYED, REPORT_SUCCESS,
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(a->report, report_kind_name(kinds[i])) == 0)
			return a->sender[0] == '\0';
	return 0;
}

/* Let the message have a report; at once or, where too many wait, soon. */
static void
report(struct attempt *a, enum report_kind kind)
{
	struct runner *r = a->runner;

	if (attempt_note_leads(a) == -1) {
		attempt_reported(a, NULL);
		return;
	}
	if (r->bouncer.waiting < BOUNCES_WAIT) {
		bouncer_add(a, kind);
		return;
	}
	attempt_again(r, a->message, TROUBLE_MS);
	attempt_free(a);
}

void
attempt_finish(struct attempt *a)
{
	int deferred;

	if (a->removed) {		/* by an admin: nobody is told */
		a->gone = 1;
		if (a->parked_at != NULL)
			a->parked_at->holds--;
		remove_message(a->runner, a->message);
		attempt_free(a);
		return;
	}
	if (a->parked_at != NULL) {
		line_park(a->parked_at, a->message);
		attempt_free(a);
		return;
	}
	forward_check(a);
	deferred = is_deferred(a);
	if (attempt_untold(a) > 0 && is_dropped(a)) {
		say("id=%s from=<> report=%s stat=Dropped: a report that fails "
		    "has none of its own", a->message->id, a->report);
		attempt_note_told(a, REPORT_DOUBLE);
	}
	if (attempt_untold(a) > 0) {
		report(a, a->sender[0] != '\0' ? REPORT_FAILED : REPORT_DOUBLE);
		return;
	}
	if (attempt_unheard(a) > 0) {
		report(a, REPORT_SUCCESS);
		return;
	}
	if (deferred && is_late(a)) {
		report(a, REPORT_DELAYED);
		return;
	}
	if (deferred)
		finish_later(a);
	else
		finish_done(a);
	attempt_free(a);
}

void
attempt_reported(struct attempt *a, const char *id)
{
	if (a->removed) {
		attempt_finish(a);
		return;
	}
	if (id == NULL) {
		finish_later(a);
		attempt_free(a);
		return;
	}
	say("id=%s report=%s kind=%s to=<%s>", a->message->id, id,
	    report_kind_name(a->reporting), a->reporting == REPORT_DOUBLE ?
	    "postmaster" : a->sender);
	if (a->reporting == REPORT_DELAYED)
		attempt_note_warned(a, id);
	else
		attempt_note_told(a, a->reporting);
	attempt_finish(a);
}
