/* site - another host as a destination of mail: how many deliver-remotes it may
 * have at a time, and whether it is tried at all.
 *
 * What goes well lets it have more, a failure of the host itself (RFC 3463's X.4.X)
 * halves that and makes it dead: then nothing goes there but one message now and
 * then, and the others wait without a connection each. When one has been taken, all
 * that wait for the site are due at once.
 */
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/log.h"

struct site *
site_of(struct runner *r, const char *nexthop)
{
	size_t n = strlen(nexthop) + 1;
	struct site **at = &r->sites, *s;
	int order = 1;

	/* In the order of their names, as control.c shows them. */
	while (*at != NULL && (order = strcmp((*at)->nexthop, nexthop)) < 0)
		at = &(*at)->next;
	s = *at;
	if (s == NULL || order != 0) {
		s = calloc(1, sizeof(*s) + n);
		if (s == NULL)
			return NULL;
		memcpy(s->nexthop, nexthop, n);
		s->limit = SITE_FIRST;
		s->next = *at;
		*at = s;
	}
	s->used_ms = clock_mono_ms();
	return s;
}

int
site_is_dead(struct site *s, struct answer *why)
{
	if (s->failures == 0)
		return 0;
	if (s->probe != PROBE_OUT && clock_mono_ms() >= s->probe_ms) {
		s->probe = PROBE_OUT;	/* this one finds out */
		return 0;
	}
	*why = s->why;
	return 1;
}

void
site_lost(struct site *s)
{
	if (s->probe == PROBE_OUT) {
		s->probe = PROBE_NONE;
		s->probe_ms = clock_mono_ms() + TROUBLE_MS;
	}
}

int
site_has_room(const struct runner *r, const struct site *s)
{
	return s->lanes < s->limit && r->sites_live < SITES_LANES;
}

/* RFC 3463 3.5: network and routing status, the host's own trouble. */
static int
is_of_host(const struct answer *a)
{
	return a->verdict == V_LATER && strncmp(a->dsn, "4.4.", 4) == 0;
}

/* Make so many of the messages that wait for s due. */
static void
make_due(struct runner *r, const struct site *s, size_t most)
{
	struct waiting *w, *next;

	for (w = s->waiting; w != NULL && most > 0; w = next) {
		next = w->site_next;
		if (w->place != W_DUE)
			continue;
		site_wait(w, NULL);
		attempt_again(r, w, 0);
		most--;
	}
}

static void
revive(struct runner *r, struct site *s)
{
	say("site=%s takes mail again, messages=%zu", s->nexthop, s->messages);
	s->failures = 0;
	s->probe = PROBE_NONE;
	s->limit = SITE_FIRST;
	make_due(r, s, SIZE_MAX);
}

void
site_probe_now(struct site *s)
{
	if (s->probe == PROBE_OUT)
		return;
	s->probe = PROBE_NONE;
	s->probe_ms = clock_mono_ms();
}

void
site_flush(struct runner *r, struct site *s)
{
	if (s->failures > 0)
		site_probe_now(s);	/* sites_tick calls one of them */
	else
		make_due(r, s, SIZE_MAX);
}

static void
bury(struct runner *r, struct site *s, const struct answer *a)
{
	struct lane *l, *next;
	int64_t wait_ms = schedule_wait_ms(&r->schedule, ++s->failures);

	if (s->failures == 1)
		s->dead_ms = clock_mono_ms();
	if (wait_ms > SITE_PROBE_MAX_S * 1000)
		wait_ms = SITE_PROBE_MAX_S * 1000;
	s->probe = PROBE_NONE;
	s->probe_ms = clock_mono_ms() + wait_ms;
	s->why = *a;
	say("site=%s is dead, tries=%u next=%u why=%s", s->nexthop,
	    s->failures, (unsigned)(wait_ms / 1000), a->why);
	for (l = r->lanes; l != NULL; l = next) {
		next = l->next;
		if (l->site == s)
			lane_defer(l, a);
	}
}

void
site_answered(struct runner *r, struct site *s, const struct answer *a)
{
	s->used_ms = clock_mono_ms();
	if (is_of_host(a)) {
		s->limit = s->limit > 1 ? s->limit / 2 : 1;
		s->good = 0;
		/* Others that were out when it died say the same. */
		if (s->failures == 0 || s->probe == PROBE_OUT)
			bury(r, s, a);
		return;
	}
	if (s->failures > 0)
		revive(r, s);
	if (++s->good >= s->limit && s->limit < SITE_MOST) {
		s->limit++;
		s->good = 0;
	}
}

/* A dead site that may have its next try, by one of the messages that wait. */
static int
is_due(const struct site *s)
{
	return s->failures > 0 && s->probe == PROBE_NONE && s->messages > 0;
}

void
sites_tick(struct runner *r, int64_t now_ms)
{
	struct site **at = &r->sites, *s;

	while ((s = *at) != NULL) {
		if (is_due(s) && now_ms >= s->probe_ms) {
			s->probe = PROBE_CALLED;
			make_due(r, s, 1);
		}
		if (s->lanes > 0 || s->messages > 0 ||
		    now_ms - s->used_ms < SITE_FORGET_MS) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
	}
}

int64_t
sites_due(const struct runner *r)
{
	const struct site *s;
	int64_t due = -1;

	for (s = r->sites; s != NULL; s = s->next)
		if (is_due(s) && (due == -1 || s->probe_ms < due))
			due = s->probe_ms;
	return due;
}
