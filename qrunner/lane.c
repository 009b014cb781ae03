/* lane - one delivery program, from the moment in which a job needs it to its end.
 *
 * A mailbox or a program of a user has one lane, so one that hangs holds up nobody
 * else; another host has as many as its site allows, and they serve the same line. The spawner starts the
 * program and passes its socket; jobs go there directly. A lane that has nothing to
 * do lingers for a while, then its program sees the end and leaves.
 */
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/unixsock.h"

/* Virtual users may share a uid, and have the same command. */
static int
is_same(const struct destination *a, const struct destination *b)
{
	return a->uid == b->uid && strcmp(a->mailbox, b->mailbox) == 0 &&
	    strcmp(a->mbox, b->mbox) == 0 &&
	    strcmp(a->program, b->program) == 0 &&
	    strcmp(a->home, b->home) == 0;
}

static struct lane *
find_lane(struct runner *r, const struct destination *d)
{
	struct lane *l;

	for (l = r->lanes; l != NULL; l = l->next)
		if (l->site == NULL && is_same(&l->to, d))
			return l;
	return NULL;
}

/* Behind all others: who waits longest gets the next place. */
static struct lane *
new_lane(struct runner *r, const struct destination *d, struct site *s)
{
	struct lane *l = calloc(1, sizeof(*l)), **at = &r->lanes;

	if (l == NULL)
		return NULL;
	l->runner = r;
	l->site = s;
	l->to = *d;
	l->fd = -1;
	line_init(&l->own);
	l->line = s != NULL ? &s->line : &l->own;
	l->sent_last = &l->sent;
	l->since_ms = clock_mono_ms();
	while (*at != NULL)
		at = &(*at)->next;
	*at = l;
	if (s != NULL)
		s->lanes++;
	return l;
}

static void
free_lane(struct lane *l)
{
	if (l->site != NULL && !l->retired)
		l->site->lanes--;
	free(l);
}

void
lane_count(struct lane *l, int by)
{
	l->runner->lanes_live += (size_t)by;
	if (l->site != NULL)
		l->runner->sites_live += (size_t)by;
	if (program_is(&l->to))
		l->runner->programs_live += (size_t)by;
}

const char *
lane_name(const struct lane *l)
{
	return l->site != NULL ? l->site->nexthop :
	    destination_name(&l->to);
}

/* It has a job in hand, or wants a program, and nothing comes of it. */
static int
is_slow(const struct lane *l)
{
	return l->failures > 0 || ((l->sent_n > 0 || l->starting != 0) &&
	    clock_mono_ms() - l->since_ms > LANE_SLOW_MS);
}

static int
add_to_mailbox(struct runner *r, const struct destination *d, struct final *f,
    struct line **full)
{
	struct lane *l = find_lane(r, d);

	if (l == NULL)
		l = new_lane(r, d, NULL);
	if (l == NULL)
		return -1;
	if (program_is(d))
		*full = program_full(r, &l->own, f);
	else if (l->own.queued >= LINE_QUEUE)
		*full = &l->own;
	if (*full != NULL)
		return -1;
	f->attempt->slow |= is_slow(l);
	if (program_is(d))
		program_begin(r, f);
	line_add(&l->own, f, 0);
	return 0;
}

static int
add_to_site(struct runner *r, const struct destination *d, struct final *f,
    struct line **full)
{
	struct site *s = site_of(r, d->nexthop);

	if (s == NULL)
		return -1;
	site_hold(s, f);
	if (site_bars(s, f))
		return errno = EHOSTDOWN, -1;
	if (s->lanes == 0 && new_lane(r, d, s) == NULL)
		return -1;
	*full = site_full(r, s, f);
	if (*full != NULL)
		return -1;
	line_add(&s->line, f, 1);
	site_begin(r, s, f);
	return 0;
}

int
lane_add(struct runner *r, const struct destination *d, struct final *f,
    struct line **full)
{
	*full = NULL;
	return d->nexthop[0] == '\0' ? add_to_mailbox(r, d, f, full) :
	    add_to_site(r, d, f, full);
}

static void
defer_waiting(struct lane *l, const char *words)
{
	struct answer why = { .number = 0 };

	answer_set(&why, V_LATER, "4.3.0", "%s", words);
	line_defer(l->runner, l->line, &why);
}

void
lane_started(struct lane *l, int fd, uint64_t pid, const char *why)
{
	l->starting = 0;
	if (fd == -1) {
		lane_count(l, -1);
		/* Where others of the site get on, it will do with them. */
		if (why != NULL && (l->site == NULL || l->site->busy == 0)) {
			defer_waiting(l, why);
			return;
		}
		l->failures++;
		l->again_ms = clock_mono_ms() + AGAIN_MS;
		return;
	}
	l->fd = fd;
	l->pid = pid;
	l->failures = 0;
	l->since_ms = clock_mono_ms();
	if (loop_add(&l->runner->loop, fd, POLLIN, hand_answer, l) == -1) {
		close(fd);
		l->fd = -1;
		lane_count(l, -1);
		defer_waiting(l, "no memory");
		return;
	}
	hand_pump(l);
}

/* It waits for a program. */
static int
is_wanting(const struct lane *l)
{
	return l->fd == -1 && l->line->first != NULL && l->starting == 0 &&
	    !l->retired;
}

/* There is a place for one. */
static int
has_place(const struct lane *l)
{
	const struct runner *r = l->runner;

	return r->lanes_live < LANES_MAX &&
	    (l->site == NULL || r->sites_live < SITES_LANES) &&
	    (!program_is(&l->to) || r->programs_live < PROGRAMS_LANES);
}

static int64_t
answer_ms(const struct lane *l)
{
	const struct runner *r = l->runner;

	if (program_is(&l->to))
		return PROGRAM_MARGIN_MS + (int64_t)r->program_timeout_s * 1000;
	return l->site != NULL ? SITE_ANSWER_MS +
	    (int64_t)r->remote_try_s * 1000 : LANE_ANSWER_MS;
}

static void
get_program(struct lane *l)
{
	if (l->failures > AGAIN_MAX) {
		l->failures = 0;
		defer_waiting(l, "no delivery program can be started");
	} else {
		lane_count(l, 1);
		spawning_start(l);
	}
}

/* Messages for which there is room now. */
static void
call_messages(struct lane *l)
{
	struct line *q = l->line;
	size_t n = q->queued + q->called;
	size_t most = program_is(&l->to) ? PROGRAM_QUEUE : LINE_QUEUE;

	if (n >= most / 2)
		return;
	line_call_parked(l->runner, q, most - n);
	if (l->site != NULL)
		site_call(l->runner, l->site);
}

static void
tick(struct lane *l, int64_t now)
{
	struct site *s = l->site;

	if (l->sent_n > 0 && now - l->since_ms > answer_ms(l))
		hand_kill(l);
	if (is_wanting(l) && has_place(l) && now >= l->again_ms)
		get_program(l);
	hand_pump(l);
	if (s != NULL && s->line.first != NULL && s->busy >= s->lanes &&
	    site_has_room(l->runner, s))
		(void)new_lane(l->runner, &l->to, s);	/* ticks after this one */
	call_messages(l);
}

/* When the lane may go: -1: not yet; 0: now. */
static int64_t
end_ms(const struct lane *l)
{
	const struct runner *r = l->runner;
	const struct site *s = l->site;

	if (l->sent_n > 0 || l->starting != 0)
		return -1;
	if (l->retired || (s != NULL && site_is_crowded(r, s)))
		return 0;		/* others serve its line */
	if (!line_is_empty(l->line) || (s != NULL && s->failures == 0 &&
	    s->waiting != NULL))
		return -1;
	/* Where others wait for a place, nobody lingers. */
	if (program_is(&l->to) && r->programs_live >= PROGRAMS_LANES)
		return 0;
	if (r->hungry > 0 && (s != NULL || r->lanes_live >= LANES_MAX))
		return 0;
	return l->since_ms + (s != NULL ? SITE_LINGER_MS : LANE_LINGER_MS);
}

static void
end_idle(struct runner *r, int64_t now_ms)
{
	struct lane **at = &r->lanes, *l;

	while ((l = *at) != NULL) {
		int64_t end = end_ms(l);

		if (end == -1 || now_ms < end) {
			at = &l->next;
			continue;
		}
		hand_end(l);
		*at = l->next;
		free_lane(l);
	}
}

void
lanes_tick(struct runner *r, int64_t now_ms)
{
	size_t open = r->sites_active + r->crowd.called, hungry = 0;
	struct lane *l;

	end_idle(r, now_ms);
	for (l = r->lanes; l != NULL; l = l->next) {
		tick(l, now_ms);
		hungry += is_wanting(l) && !has_place(l) &&
		    !program_is(&l->to);
	}
	r->hungry = hungry;
	if (open < SITES_ACTIVE)
		line_call_parked(r, &r->crowd, SITES_ACTIVE - open);
	programs_tick(r);
}

int64_t
lanes_due(const struct runner *r)
{
	int64_t due = -1, d;
	const struct lane *l;

	for (l = r->lanes; l != NULL; l = l->next) {
		if (l->sent_n > 0)
			d = l->since_ms + answer_ms(l) + 1;
		else if (is_wanting(l) && has_place(l))
			d = l->again_ms;
		else
			d = end_ms(l);
		if (d != -1 && (due == -1 || d < due))
			due = d;
	}
	return due;
}

int
sites_busy(const struct runner *r)
{
	const struct lane *l = r->lanes;

	while (l != NULL && ((l->site == NULL && !program_is(&l->to)) ||
	    l->sent_n == 0))
		l = l->next;
	return l != NULL;
}
