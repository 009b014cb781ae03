/* control - what an admin's tools ask and order, by lib/mail/control.h.
 *
 * Whoever is neither root nor the queue's user is hung up on. What an order
 * changes for longer than this runner lives stands in the message's journal first.
 */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mail/control.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "text/record.h"

#define CLIENTS_MAX	16
#define ANSWER_OCTETS	40000	/* enough for one answer; the rest is room */

/* An answer under way. */
struct reply {
	struct runner	*runner;
	struct buf	 lines;
	int64_t		 now_ms;
	uint64_t	 wall_us;
	uid_t		 uid;		/* who asks */
};

/* A time of ours on the wall's clock. */
static uint64_t
wall_of(const struct reply *y, int64_t ms)
{
	int64_t ahead_us = (ms - y->now_ms) * 1000;

	if (ahead_us < 0 && (uint64_t)-ahead_us > y->wall_us)
		return 0;
	return y->wall_us + (uint64_t)ahead_us;
}

static enum control_state
state_of(const struct waiting *w)
{
	switch (w->place) {
	case W_ACTIVE:
		return CONTROL_TRIED;
	case W_PARKED:
		return CONTROL_PARKED;
	case W_HELD:
		return CONTROL_HELD;
	default:
		return CONTROL_WAITS;
	}
}

static int
add_message(void *arg, const struct waiting *w)
{
	struct reply *y = arg;
	struct control_message m = { .state = state_of(w),
	    .due_us = wall_of(y, w->due_ms), .attempts = w->attempts };

	memcpy(m.id, w->id, sizeof(m.id));
	if (w->site != NULL)
		snprintf(m.site, sizeof(m.site), "%s", w->site->nexthop);
	(void)control_message_format(&y->lines, &m);
	return y->lines.len >= ANSWER_OCTETS;
}

static enum control_end
list(struct reply *y, const char *from)
{
	return messages_walk(&y->runner->messages, from[0] != '\0' ? from :
	    NULL, add_message, y) != NULL ? CONTROL_MORE : CONTROL_DONE;
}

static void
add_site(struct reply *y, const struct site *s)
{
	struct control_site c = { .lanes = s->lanes, .limit = s->limit,
	    .failures = s->failures, .messages = s->messages };

	snprintf(c.nexthop, sizeof(c.nexthop), "%s", s->nexthop);
	if (s->failures > 0) {
		c.dead_us = wall_of(y, s->dead_ms);
		c.probe_us = wall_of(y, s->probe_ms);
		memcpy(c.dsn, s->why.dsn, sizeof(c.dsn));
		memcpy(c.why, s->why.why, sizeof(c.why));
	}
	(void)control_site_format(&y->lines, &c);
}

/* They stand in the order of their names: so one goes on behind one that is gone. */
static enum control_end
sites(struct reply *y, const char *from)
{
	const struct site *s;

	for (s = y->runner->sites; s != NULL; s = s->next) {
		if (strcmp(s->nexthop, from) <= 0)
			continue;
		if (y->lines.len >= ANSWER_OCTETS)
			return CONTROL_MORE;
		add_site(y, s);
	}
	return CONTROL_DONE;
}

static enum control_end
show_status(struct reply *y)
{
	const struct runner *r = y->runner;
	const struct waiting *w = messages_first(&r->messages);
	const struct site *s;
	uint64_t all = 0, dead = 0;

	for (s = r->sites; s != NULL; s = s->next) {
		all++;
		dead += s->failures > 0;
	}
	(void)record_add_u64(&y->lines, "messages", r->messages.n);
	(void)record_add_u64(&y->lines, "tried", r->active);
	(void)record_add_u64(&y->lines, "held", r->messages.held);
	(void)record_add_u64(&y->lines, "lanes", r->lanes_live);
	(void)record_add_u64(&y->lines, "sites", all);
	(void)record_add_u64(&y->lines, "dead", dead);
	if (w != NULL)
		(void)record_add_u64(&y->lines, "next", wall_of(y, w->due_ms));
	return CONTROL_DONE;
}

/* The message's attempt, while there is one. */
static struct attempt *
attempt_of(const struct runner *r, const struct waiting *w)
{
	struct attempt *a = w->place == W_ACTIVE ? r->attempts : NULL;

	while (a != NULL && a->message != w)
		a = a->next;
	return a;
}

/* Append a line to the message's journal. 0, or -1 and it is logged. */
static int
note(struct runner *r, const struct waiting *w, enum journal_kind kind,
    const char *value)
{
	struct attempt *a = attempt_of(r, w);
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
		site_probe_now(w->site);
	if (w->place != W_DUE && w->place != W_HELD)
		return;
	site_wait(w, NULL);
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
	if (w->place == W_PARKED) {
		lane_leave(r, w);
		w->due_ms = clock_mono_ms();
	}
	if (w->place != W_ACTIVE) {
		site_wait(w, NULL);
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
	struct attempt *a = attempt_of(r, w);

	if (note(r, w, J_REMOVED, NULL) == -1)
		return CONTROL_FAILED;
	if (a != NULL) {
		a->removed = 1;
		return CONTROL_ACTIVE;
	}
	if (w->place == W_PARKED)
		lane_leave(r, w);
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
 * that, all others follow. */
static enum control_end
flush_many(struct runner *r, const char *what)
{
	int all = strcmp(what, CONTROL_ALL) == 0, known = all;
	struct site *s;

	for (s = r->sites; s != NULL; s = s->next)
		if (all || strcmp(s->nexthop, what) == 0) {
			site_flush(r, s);
			known = 1;
		}
	if (all && make_all_due(&r->messages) == -1)
		return CONTROL_FAILED;
	return known ? CONTROL_DONE : CONTROL_UNKNOWN;
}

static enum control_end
obey(struct reply *y, const struct control_question *q)
{
	static enum control_end (*const orders[])(struct runner *r,
	    struct waiting *w) = {
		[CONTROL_FLUSH] = flush, [CONTROL_HOLD] = hold,
		[CONTROL_RELEASE] = release, [CONTROL_REMOVE] = drop,
		[CONTROL_REQUEUE] = requeue,
	};
	struct runner *r = y->runner;
	struct waiting *w;

	if (!queue_id_is(q->value)) {
		say("order=%s what=%s uid=%u", control_verb_name(q->verb),
		    q->value, (unsigned)y->uid);
		return flush_many(r, q->value);
	}
	w = messages_find(&r->messages, q->value);
	if (w == NULL)
		return CONTROL_UNKNOWN;
	say("id=%s order=%s uid=%u", w->id, control_verb_name(q->verb),
	    (unsigned)y->uid);
	return orders[q->verb](r, w);
}

static enum control_end
answer(struct reply *y, const struct control_question *q)
{
	switch (q->verb) {
	case CONTROL_LIST:
		return list(y, q->value);
	case CONTROL_SITES:
		return sites(y, q->value);
	case CONTROL_STATUS:
		return show_status(y);
	default:
		return obey(y, q);
	}
}

static int
on_question(struct client *c, const char *record, size_t n)
{
	struct runner *r = (struct runner *)(void *)((char *)c->service -
	    offsetof(struct runner, control));
	struct reply y = { .runner = r, .lines = BUF_MAX(RECORD_OCTETS),
	    .now_ms = clock_mono_ms(), .wall_us = clock_wall_us(),
	    .uid = c->uid };
	struct control_question q;

	if (c->uid != 0 && c->uid != geteuid()) {
		say("control: uid=%u is refused", (unsigned)c->uid);
		return -1;
	}
	if (control_question_parse(&q, record, n) == -1)
		return -1;
	if (control_end_format(&y.lines, answer(&y, &q)) == 0)
		client_answer(c, y.lines.s, y.lines.len);
	buf_free(&y.lines);
	return 0;
}

int
control_open(struct runner *r, const char *path)
{
	r->control.client_size = sizeof(struct client);
	r->control.clients_max = CLIENTS_MAX;
	r->control.ask = on_question;
	r->control.loop = &r->loop;
	return service_listen(&r->control, path, 0600);
}
