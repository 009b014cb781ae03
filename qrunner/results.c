/* results - what became of an attempt's jobs: into the journal, and the log. */
#include "runner.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"

/* Nothing that is on another host's disk tells us of it. */
static void
sync_later(struct attempt *a)
{
	if (a->unsynced)
		return;
	a->unsynced = 1;
	a->next_unsynced = a->runner->unsynced;
	a->runner->unsynced = a;
}

/* A file that goes needs no sync. */
void
attempt_sync(struct attempt *a)
{
	struct attempt **at = &a->runner->unsynced;

	while (*at != a)
		at = &(*at)->next_unsynced;
	*at = a->next_unsynced;
	a->unsynced = 0;
	if (!a->gone && fdatasync(a->file) == -1)
		say("id=%s its journal is not synced:", a->message->id);
}

void
attempts_sync(struct runner *r)
{
	while (r->unsynced != NULL)
		attempt_sync(r->unsynced);
}

int
attempt_write(struct attempt *a, const struct buf *lines)
{
	if (queue_write_journal(a->file, lines, &a->torn) == 0)
		return 0;
	say("id=%s its journal cannot be written:", a->message->id);
	return -1;
}

int
attempt_note_start(struct final *f)
{
	struct buf b = BUF_MAX(FINAL_OCTETS + 64);
	int r;

	if (f->attempt->direct == D_TRYING)
		return 0;
	r = journal_line(&b, J_START, clock_wall_us(), NULL, f->address);

	if (r == 0)
		r = attempt_write(f->attempt, &b);
	buf_free(&b);
	return r;
}

/* How the sender is to hear of a delivery by another host: by that host, or by us,
 * who know no more than that it went there. In one write with done. */
static int
add_onward(struct buf *b, const struct final *f, enum journal_kind kind)
{
	int by_us = !f->answer.onward;

	if (f->site == NULL || !f->attempt->wishes.success ||
	    by_us != (kind == J_RELAYED))
		return 0;
	return journal_line(b, kind, clock_wall_us(), NULL, f->address);
}

int
attempt_note_result(struct attempt *a, const struct final *f)
{
	static const enum journal_kind kinds[] = {
		[V_DONE] = J_DONE, [V_LATER] = J_LATER, [V_NEVER] = J_NEVER,
	};
	struct buf b = BUF_MAX(2 * FINAL_OCTETS + WHY_OCTETS + 256);
	int done = f->answer.verdict == V_DONE, r = -1;

	if ((done && add_onward(&b, f, J_RELAYED) == -1) ||
	    journal_line(&b, kinds[f->answer.verdict], clock_wall_us(),
	    f->answer.dsn, f->address) == -1 ||
	    (done && add_onward(&b, f, J_TOLD) == -1) ||
	    (!done && journal_line(&b, J_WHY, 0, NULL, f->answer.why) == -1))
		say("id=%s a result is not noted:", a->message->id);
	else
		r = attempt_write(a, &b);
	buf_free(&b);
	return r;
}

static void
log_result(const struct attempt *a, const struct final *f)
{
	static const char *const words[] = {
		[V_DONE] = "Sent", [V_LATER] = "Deferred", [V_NEVER] = "Failed",
		[V_FORWARD] = "Forwarded",
	};
	int good = f->answer.verdict == V_DONE ||
	    f->answer.verdict == V_FORWARD;
	uint64_t now = clock_wall_us();
	uint64_t delay_ms = now > a->head.time_us ?
	    (now - a->head.time_us) / 1000 : 0;

	say("id=%s to=<%s> relay=%s delay=%u.%03u dsn=%s stat=%s%s%s",
	    a->message->id, f->address, f->site == NULL ? "local" :
	    f->answer.relay[0] != '\0' ? f->answer.relay : "none",
	    (unsigned)(delay_ms / 1000),
	    (unsigned)(delay_ms % 1000), f->answer.dsn,
	    words[f->answer.verdict], good ? "" : " why=",
	    good ? "" : f->answer.why);
}

/* A failure is final when it stands in the journal: that is where the report
 * finds it. */
static void
note_failure(struct attempt *a, struct final *f)
{
	struct known *k;

	if (attempt_note_result(a, f) == -1) {
		answer_set(&f->answer, V_LATER, "4.3.1",
		    "the queue cannot be written");
		return;
	}
	k = attempt_known(a, f->address, strlen(f->address));
	k->final = k->failed = 1;
}

/* A delivery that the sender may want to hear of, likewise. Where that cannot be
 * written, a mailbox is tried again, and its delivery found; another host is not: it
 * would have the message twice, so the report is lost. */
static void
note_success(struct attempt *a, struct final *f)
{
	struct known *k;

	if (attempt_note_result(a, f) == -1) {
		if (!attempt_is_blind(f))
			answer_set(&f->answer, V_LATER, "4.3.1",
			    "the queue cannot be written");
		return;
	}
	k = attempt_known(a, f->address, strlen(f->address));
	k->final = k->done = 1;
	k->told = f->site != NULL && f->answer.onward;
}

void
attempt_note(struct final *f)
{
	struct attempt *a = f->attempt;

	if (f->answer.verdict == V_NEVER)
		note_failure(a, f);
	else if (f->answer.verdict == V_DONE && a->wishes.success)
		note_success(a, f);
	else
		(void)attempt_note_result(a, f);
	if (f->answer.verdict == V_DONE && attempt_is_blind(f))
		sync_later(a);
}

/* Its message's end would say it as well. */
static int
is_last(const struct final *f)
{
	struct attempt *a = f->attempt;

	return f->answer.verdict == V_DONE && a->final_n == 1 &&
	    a->questions == 0 && attempt_untold(a) == 0 && !a->wishes.success;
}

void
attempt_settle(struct final *f)
{
	struct attempt *a = f->attempt;
	uint64_t age_s = attempt_age_s(a);

	if (f->answer.verdict == V_LATER &&
	    age_s >= a->runner->schedule.giveup_s) {
		char why[WHY_OCTETS];

		memcpy(why, f->answer.why, sizeof(why));
		answer_set(&f->answer, V_NEVER, "4.4.7",
		    "given up after %u s: %.400s", (unsigned)age_s, why);
	}
	f->settled = 1;
	if (a->direct != D_TRYING && f->answer.verdict != V_FORWARD &&
	    !is_last(f))		/* that is done when its targets are */
		attempt_note(f);
	log_result(a, f);
}

void
attempt_settled(struct final *f)
{
	struct attempt *a = f->attempt;

	attempt_settle(f);
	a->jobs--;
	if (f->site != NULL)
		site_end(a->runner, f);
	if (f->program)
		program_end(a->runner, f);
	attempt_over(a);
}

int
attempt_is_blind(const struct final *f)
{
	return f->site != NULL || f->program;
}
