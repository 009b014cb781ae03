/* control - what an admin's tools ask and order, by lib/mail/control.h.
 *
 * Whoever is neither root nor the queue's user is hung up on. The orders: orders.c.
 */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
		return control_obey(y->runner, q, y->uid);
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
