/* orders - hold, release, remove, requeue and flush messages.
 *
 * What an order changes for longer than this runner lives stands in the message's
 * journal first. A message that is being tried is never taken from its deliveries.
 */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"

/* The message's attempt, while there is one. */
static struct attempt *
attempt_of(const struct waiting *w)
{
	return w->place == W_ACTIVE ? w->attempt : NULL;
}

/* Append a line to the message's journal. 0, or -1 and it is logged. */
static int
note(struct runner *r, const struct waiting *w, enum journal_kind kind,
    const char *value)
{
	struct attempt *a = attempt_of(w);
	struct buf b = BUF_MAX(128);
	int fd = -1, torn, done;

	done = journal_line(&b, kind, clock_wall_us(), NULL, value);
	if (done == 0 && a != NULL)
		done = attempt_write(a, &b);
	else if (done == 0) {
		fd = openat(r->msg, w->id, O_RDWR | O_APPEND | O_NOFOLLOW |
		    O_CLOEXEC);
		torn = fd == -1 ? -1 : queue_is_torn(fd);
		done = torn == -1 ? -1 : queue_write_journal(fd, &b, &torn);
		if (done == -1)
			say("id=%s its journal cannot be written:", w->id);
	}
	if (fd != -1)
		close(fd);
	buf_free(&b);
	return done;
}

/* It is due now, and the site that it waits for is tried by it. */
static void
make_due(struct runner *r, struct waiting *w)
{
	if (w->site != NULL)
		site_probe_now(r, w->site);
	if (w->place != W_DUE && w->place != W_HELD)
		return;
	messages_await(w, NULL);
	attempt_again(r, w, 0);
}

static enum control_end
end_of(const struct waiting *w)
{
	return w->place == W_ACTIVE ? CONTROL_ACTIVE : CONTROL_DONE;
}

static enum control_end
flush(struct runner *r, struct waiting *w)
{
	if (w->held)
		return CONTROL_BARRED;
	make_due(r, w);
	return end_of(w);
}

static enum control_end
requeue(struct runner *r, struct waiting *w)
{
	if (note(r, w, J_NEXT, "0") == -1)
		return CONTROL_FAILED;
	w->attempts = 0;
	make_due(r, w);
	return end_of(w);
}

static enum control_end
hold(struct runner *r, struct waiting *w)
{
	if (!w->held && note(r, w, J_HELD, NULL) == -1)
		return CONTROL_FAILED;
	messages_hold(&r->messages, w, 1);
	if (w->place == W_PARKED)
		w->due_ms = clock_mono_ms();
	if (w->place != W_ACTIVE) {
		messages_leave(w);
		messages_await(w, NULL);
		(void)messages_schedule(&r->messages, w, w->due_ms);
	}
	return end_of(w);
}

static enum control_end
release(struct runner *r, struct waiting *w)
{
	if (w->held && note(r, w, J_RELEASED, NULL) == -1)
		return CONTROL_FAILED;
	messages_hold(&r->messages, w, 0);
	if (w->place == W_HELD) {
		int64_t wait_ms = w->due_ms - clock_mono_ms();

		attempt_again(r, w, wait_ms > 0 ? wait_ms : 0);
	}
	return CONTROL_DONE;
}

/* What is delivered stays delivered, and nobody gets a report. */
static enum control_end
drop(struct runner *r, struct waiting *w)
{
	struct attempt *a = attempt_of(w);

	if (note(r, w, J_REMOVED, NULL) == -1)
		return CONTROL_FAILED;
	if (a != NULL) {
		a->removed = 1;
		return CONTROL_ACTIVE;
	}
	remove_message(r, w);
	return CONTROL_DONE;
}

static int
make_all_due(struct messages *m)
{
	int64_t now = clock_mono_ms();
	struct waiting *w;
	size_t i;

	for (i = 0; i < m->buckets; i++)
		for (w = m->bucket[i]; w != NULL; w = w->next)
			if (w->place == W_DUE && w->site == NULL &&
			    messages_schedule(m, w, now) == -1)
				return -1;
	return 0;
}

/* All, or a site's. A dead site is tried by one of its messages; when it takes
 * that, all others follow. They are under way where it lives. */
static enum control_end
flush_many(struct runner *r, const char *what)
{
	int all = strcmp(what, CONTROL_ALL) == 0, known = all;
	struct site *s;

	for (s = r->sites; s != NULL; s = s->next)
		if (all || strcmp(s->nexthop, what) == 0) {
			site_probe_now(r, s);
			known = 1;
		}
	if (all && make_all_due(&r->messages) == -1)
		return CONTROL_FAILED;
	return known ? CONTROL_DONE : CONTROL_UNKNOWN;
}

enum control_end
control_obey(struct runner *r, const struct control_question *q, uid_t uid)
{
	static enum control_end (*const orders[])(struct runner *r,
	    struct waiting *w) = {
		[CONTROL_FLUSH] = flush, [CONTROL_HOLD] = hold,
		[CONTROL_RELEASE] = release, [CONTROL_REMOVE] = drop,
		[CONTROL_REQUEUE] = requeue,
	};
	const char *verb = control_verb_name(q->verb);
	struct waiting *w;

	if (!queue_id_is(q->value)) {
		say("order=%s what=%s uid=%u", verb, q->value, (unsigned)uid);
		return flush_many(r, q->value);
	}
	w = messages_find(&r->messages, q->value);
	if (w == NULL)
		return CONTROL_UNKNOWN;
	say("id=%s order=%s uid=%u", w->id, verb, (unsigned)uid);
	return orders[q->verb](r, w);
}
