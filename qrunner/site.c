/* site - another host as a destination of mail: how many deliver-remotes it may
 * have at a time, and whether it is tried at all.
 *
 * What goes well lets it have more. A host that takes no mail from one of them while
 * others get on has as many as it wants; else it is dead: then nothing goes there but
 * one message now and then, each time another, and the others wait without a
 * connection. When the host has said anything, they are called as there is room.
 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "sys/clock.h"
#include "sys/dice.h"
#include "sys/log.h"

/* Look after the sites then, if not before. */
static void
wake(struct runner *r, int64_t when_ms)
{
	if (r->sites_ms == -1 || when_ms < r->sites_ms)
		r->sites_ms = when_ms;
}

static struct site *
new_site(struct runner *r, struct site **bucket, const char *nexthop)
{
	size_t n = strlen(nexthop) + 1;
	struct site *s = calloc(1, sizeof(*s) + n), **at = &r->sites;

	if (s == NULL)
		return NULL;
	memcpy(s->nexthop, nexthop, n);
	line_init(&s->line);
	s->limit = SITE_FIRST;
	s->growth = 1;
	s->waiting_last = &s->waiting;
	s->next_hash = *bucket;
	*bucket = s;
	while (*at != NULL && strcmp((*at)->nexthop, nexthop) < 0)
		at = &(*at)->next;
	s->next = *at;
	*at = s;
	wake(r, clock_mono_ms() + SITE_FORGET_MS);
	return s;
}

static struct site **
bucket_of(struct runner *r, const char *nexthop)
{
	return r->site_bucket + ascii_fnv(nexthop, strlen(nexthop)) %
	    SITE_BUCKETS;
}

struct site *
site_of(struct runner *r, const char *nexthop)
{
	struct site **bucket = bucket_of(r, nexthop), *s = *bucket;

	while (s != NULL && strcmp(s->nexthop, nexthop) != 0)
		s = s->next_hash;
	if (s == NULL)
		s = new_site(r, bucket, nexthop);
	if (s != NULL)
		s->used_ms = clock_mono_ms();
	return s;
}

void
site_hold(struct site *s, struct final *f)
{
	f->site = s;
	s->finals++;
}

void
site_release(struct final *f)
{
	if (f->site != NULL)
		f->site->finals--;
	f->site = NULL;
}

/* A dead site is open to all recipients of the message that tries it. */
int
site_bars(struct site *s, struct final *f)
{
	if (s->failures == 0 || s->prober == f->attempt ||
	    (s->prober == NULL && clock_mono_ms() >= s->probe_ms))
		return 0;
	f->barred = 1;
	f->answer = s->why;
	return 1;
}

struct line *
site_full(struct runner *r, struct site *s, const struct final *f)
{
	if (f->attempt->site_jobs == 0 && r->sites_active >= SITES_ACTIVE)
		return &r->crowd;
	return s->line.queued >= LINE_QUEUE && !line_ends_with(&s->line, f) ?
	    &s->line : NULL;
}

void
site_begin(struct runner *r, struct site *s, const struct final *f)
{
	if (f->attempt->site_jobs++ == 0)
		r->sites_active++;
	if (s->failures > 0)
		s->prober = f->attempt;
}

void
site_end(struct runner *r, const struct final *f)
{
	if (--f->attempt->site_jobs == 0)
		r->sites_active--;
}

/* Not before that time may a message try it. */
static void
wait_until(struct runner *r, struct site *s, int64_t when_ms)
{
	s->prober = NULL;
	s->probe_ms = s->call_ms = when_ms;
	wake(r, when_ms);
}

void
site_lost(struct runner *r, const struct final *f)
{
	if (f->site->prober == f->attempt)
		wait_until(r, f->site, clock_mono_ms() + TROUBLE_MS);
}

int
site_has_room(const struct runner *r, const struct site *s)
{
	return s->lanes < s->limit && r->sites_live < SITES_LANES &&
	    r->hungry == 0;
}

/* One lane is left to each site, and those that have none come first. */
int
site_is_crowded(const struct runner *r, const struct site *s)
{
	return s->lanes > 1 && (s->lanes > s->limit ||
	    (r->hungry > 0 && r->sites_live >= SITES_LANES));
}

static void
revive(struct site *s)
{
	say("site=%s takes mail again, tries=%u", s->nexthop, s->failures);
	s->failures = 0;
	s->prober = NULL;
	s->limit = SITE_FIRST;
	s->growth = 1;
	s->good = 0;
}

static void
bury(struct runner *r, struct site *s, const struct answer *a)
{
	int64_t wait_ms = schedule_wait_ms(&r->schedule, ++s->failures,
	    dice_roll(&r->dice));

	if (s->failures == 1)
		s->dead_ms = clock_mono_ms();
	if (wait_ms > SITE_PROBE_MAX_S * 1000)
		wait_ms = SITE_PROBE_MAX_S * 1000;
	wait_until(r, s, clock_mono_ms() + wait_ms);
	s->why = *a;
	s->why.relay[0] = '\0';		/* of those that were not tried */
	say("site=%s is dead, tries=%u next=%u why=%s", s->nexthop,
	    s->failures, (unsigned)(wait_ms / 1000), a->why);
	line_defer(r, &s->line, &s->why);
}

/* Another deliver-remote gets on with the host. */
static int
others_work(const struct lane *l)
{
	const struct lane *o;

	for (o = l->runner->lanes; o != NULL; o = o->next)
		if (o->site == l->site && o != l && o->reached && !o->retired)
			return 1;
	return 0;
}

/* The host has room for no more connections than there are without the lane's.
 * It is asked again, but seldom: who insists may be shut out. */
static void
retire(struct lane *l)
{
	struct site *s = l->site;

	l->retired = 1;
	s->lanes--;
	s->limit = s->lanes;
	s->growth = SITE_SLOWLY;
	s->good = 0;
	say("site=%s takes no more connections than %u", s->nexthop, s->limit);
}

static int
is_down(struct lane *l, struct final *f)
{
	struct site *s = l->site;

	l->reached = 0;
	if (s->failures == 0 && others_work(l)) {
		if (!l->retired)
			retire(l);
		return ++f->tries < JOB_TRIES;
	}
	/* Others that were out when it died say the same. */
	if (s->failures == 0 || s->prober == f->attempt)
		bury(l->runner, s, &f->answer);
	return 0;
}

int
site_answered(struct lane *l, struct final *f)
{
	const struct answer *a = &f->answer;
	struct site *s = l->site;

	s->used_ms = clock_mono_ms();
	if (a->down && a->verdict == V_LATER)
		return is_down(l, f);
	if (a->relay[0] != '\0')
		l->reached = 1;
	else if (a->verdict == V_LATER) {	/* it was not even tried */
		site_lost(l->runner, f);
		return 0;
	}
	if (s->failures > 0)
		revive(s);
	if (++s->good >= s->growth * s->limit && s->limit < SITE_MOST) {
		s->limit++;
		s->good = 0;
	}
	return 0;
}

void
site_wait(struct runner *r, struct site *s, struct waiting *w)
{
	messages_await(w, s);
	wake(r, s->call_ms);
}

void
site_call(struct runner *r, struct site *s)
{
	struct line *l = &s->line;

	while (s->failures == 0 && l->parked == NULL && s->waiting != NULL &&
	    l->queued + l->called < LINE_QUEUE) {
		struct waiting *w = s->waiting;

		messages_await(w, NULL);
		line_call(r, l, w);
	}
}

void
site_probe_now(struct runner *r, struct site *s)
{
	if (s->failures > 0 && s->prober == NULL)
		wait_until(r, s, clock_mono_ms());
}

/* The first message that waits is called to try it. */
static void
call_prober(struct runner *r, struct site *s, int64_t now_ms)
{
	struct waiting *w = s->waiting;

	s->used_ms = now_ms;
	s->call_ms = now_ms + SITE_CALL_MS;
	attempt_again(r, w, 0);
}

static int
is_unused(const struct site *s, int64_t now_ms)
{
	return s->lanes == 0 && s->finals == 0 && s->waiting == NULL &&
	    line_is_empty(&s->line) && now_ms - s->used_ms >= SITE_FORGET_MS;
}

static void
forget(struct runner *r, struct site *s)
{
	struct site **at = bucket_of(r, s->nexthop);

	while (*at != s)
		at = &(*at)->next_hash;
	*at = s->next_hash;
	free(s);
}

static void
look_after(struct runner *r, struct site *s, int64_t now_ms)
{
	int64_t forget_ms = s->used_ms + SITE_FORGET_MS;

	if (s->failures > 0 && s->prober == NULL && s->waiting != NULL) {
		if (now_ms >= s->call_ms)
			call_prober(r, s, now_ms);
		wake(r, s->call_ms);
	}
	/* While it is in use it is not looked at more often than that. */
	wake(r, forget_ms > now_ms ? forget_ms : now_ms + SITE_FORGET_MS);
}

void
sites_tick(struct runner *r, int64_t now_ms)
{
	struct site **at = &r->sites, *s;

	if (r->sites_ms == -1 || now_ms < r->sites_ms)
		return;
	r->sites_ms = -1;
	while ((s = *at) != NULL) {
		if (is_unused(s, now_ms)) {
			*at = s->next;
			forget(r, s);
			continue;
		}
		look_after(r, s, now_ms);
		at = &s->next;
	}
}

int64_t
sites_due(const struct runner *r)
{
	return r->sites_ms;
}
