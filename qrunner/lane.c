/* lane - one delivery program and the jobs that wait for it.
 *
 * A mailbox has one lane, so one that hangs holds up nobody else; another host has
 * as many as its site allows. The spawner starts the program and passes its socket;
 * jobs go there directly. A lane that has nothing to do lingers for a while, then
 * its program sees the end and leaves.
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

static void pump(struct lane *l);

static struct lane *
find_lane(struct runner *r, const struct destination *d)
{
	struct lane *l;

	for (l = r->lanes; l != NULL; l = l->next)
		if (l->site == NULL && l->to.uid == d->uid &&
		    strcmp(l->to.mailbox, d->mailbox) == 0)
			return l;
	return NULL;
}

/* Another job of this message waits in the lane. */
static int
has_message(const struct lane *l, const struct attempt *a)
{
	const struct final *f;

	for (f = l->first; f != NULL; f = f->next_in_lane)
		if (f->attempt == a)
			return 1;
	return 0;
}

/* The site's lane for the message: the one that has other recipients of it, for
 * they go in one transaction; else the one with the fewest jobs, unless there may
 * be another. */
static struct lane *
find_site_lane(struct runner *r, const struct site *s,
    const struct attempt *a)
{
	struct lane *l, *best = NULL;

	for (l = r->lanes; l != NULL; l = l->next) {
		if (l->site != s)
			continue;
		if (has_message(l, a))
			return l;
		if (best == NULL || l->queued + l->sent_n <
		    best->queued + best->sent_n)
			best = l;
	}
	if (best != NULL && best->queued + best->sent_n > 0 &&
	    site_has_room(r, s))
		return NULL;
	return best;
}

static struct lane *
new_lane(struct runner *r, const struct destination *d, struct site *s)
{
	struct lane *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->runner = r;
	l->site = s;
	l->to = *d;
	l->fd = -1;
	l->last = &l->first;
	l->sent_last = &l->sent;
	l->parked_last = &l->parked;
	l->since_ms = clock_mono_ms();
	l->next = r->lanes;
	r->lanes = l;
	if (s != NULL)
		s->lanes++;
	return l;
}

/* Its program is there, or asked for. */
static void
count_live(struct lane *l, int by)
{
	l->runner->lanes_live += (size_t)by;
	if (l->site != NULL)
		l->runner->sites_live += (size_t)by;
}

/* Who the lane is, for the log. */
static const char *
lane_name(const struct lane *l)
{
	return l->site != NULL ? l->site->nexthop : l->to.mailbox;
}

static void
append(struct final ***last, struct final *f)
{
	f->next_in_lane = NULL;
	**last = f;
	*last = &f->next_in_lane;
}

static struct final *
take_first(struct final **first, struct final ***last)
{
	struct final *f = *first;

	*first = f->next_in_lane;
	if (*first == NULL)
		*last = first;
	return f;
}

int
lane_add(struct runner *r, const struct destination *d, struct final *f,
    struct lane **full)
{
	struct site *site = NULL;
	struct lane *l;

	*full = NULL;
	if (d->nexthop[0] != '\0') {
		site = site_of(r, d->nexthop);
		if (site == NULL)
			return -1;
		f->attempt->dead = site;
		if (site_is_dead(site, &f->answer))
			return errno = EHOSTDOWN, -1;
		l = find_site_lane(r, site, f->attempt);
	} else
		l = find_lane(r, d);
	if (l == NULL)
		l = new_lane(r, d, site);
	if (l == NULL)
		return -1;
	if (l->queued >= LANE_QUEUE) {
		*full = l;
		return -1;
	}
	append(&l->last, f);
	l->queued++;
	return 0;
}

void
lane_park(struct lane *l, struct waiting *w)
{
	l->holds--;
	w->next_parked = NULL;
	w->place = W_PARKED;
	*l->parked_last = w;
	l->parked_last = &w->next_parked;
}

void
lane_leave(struct runner *r, struct waiting *w)
{
	struct waiting **at;
	struct lane *l;

	for (l = r->lanes; l != NULL; l = l->next)
		for (at = &l->parked; *at != NULL; at = &(*at)->next_parked) {
			if (*at != w)
				continue;
			*at = w->next_parked;
			if (*at == NULL)
				l->parked_last = at;
			w->place = W_NEW;
			return;
		}
}

/* There is room again: as many messages as fit may try now. */
static void
unpark(struct lane *l)
{
	size_t n = l->queued;

	for (; l->parked != NULL && n < LANE_QUEUE; n++) {
		struct waiting *w = l->parked;

		l->parked = w->next_parked;
		if (l->parked == NULL)
			l->parked_last = &l->parked;
		if (messages_schedule(&l->runner->messages, w,
		    clock_mono_ms()) == -1) {
			messages_forget(&l->runner->messages, w);
			scan_later(l->runner);
		}
	}
}

/* The connection to the lane's deliver-local ends. */
static void
hang_up(struct lane *l)
{
	if (l->fd == -1)
		return;
	loop_remove(&l->runner->loop, l->fd);
	close(l->fd);
	l->fd = -1;
	l->pid = 0;
	count_live(l, -1);
}

static void
defer_job(struct lane *l, struct final *f, const char *why)
{
	if (l->site != NULL)
		site_lost(l->site);
	answer_set(&f->answer, V_LATER, "4.3.0", "%s", why);
	attempt_settled(f);
}

void
lane_defer(struct lane *l, const struct answer *why)
{
	struct final *f = l->first, *next;

	l->first = NULL;
	l->last = &l->first;
	l->queued = 0;
	for (; f != NULL; f = next) {
		next = f->next_in_lane;
		f->answer = *why;
		attempt_settled(f);
	}
	unpark(l);
}

static void
defer_waiting(struct lane *l, const char *words)
{
	struct answer why;

	if (l->site != NULL)
		site_lost(l->site);
	answer_set(&why, V_LATER, "4.3.0", "%s", words);
	lane_defer(l, &why);
}

/* The deliver-local is gone: what it had in hand is in doubt, so it is tried
 * again at once, looking first for what may be there. */
static void
lane_died(struct lane *l)
{
	struct final *f = l->sent, *next, **last = l->last;
	struct final *again = NULL, **again_last = &again;
	struct final *given_up = NULL, **given_up_last = &given_up;

	hang_up(l);
	l->sent = NULL;
	l->sent_last = &l->sent;
	l->sent_n = 0;
	for (; f != NULL; f = next) {
		next = f->next_in_lane;
		f->replay = 1;
		if (++f->tries < JOB_TRIES) {
			append(&again_last, f);
			l->queued++;
		} else
			append(&given_up_last, f);
	}
	if (again != NULL) {		/* before those that wait */
		*again_last = l->first;
		if (l->first == NULL)
			last = again_last;
		l->first = again;
		l->last = last;
	}
	for (f = given_up; f != NULL; f = next) {
		next = f->next_in_lane;
		defer_job(l, f, "the delivery program was killed");
	}
}

/* Take the job with this number out of those that are sent. */
static struct final *
take_sent(struct lane *l, uint64_t number)
{
	struct final **at = &l->sent, *f;

	while (*at != NULL && (*at)->number != number)
		at = &(*at)->next_in_lane;
	f = *at;
	if (f == NULL)
		return NULL;
	*at = f->next_in_lane;
	if (*at == NULL)
		l->sent_last = at;
	l->sent_n--;
	return f;
}

static void
on_answer(void *arg, short revents)
{
	struct lane *l = arg;
	char record[JOB_RECORD];
	struct answer a;
	struct final *f;
	ssize_t n;

	(void)revents;
	while (l->fd != -1) {
		n = unix_recv(l->fd, record, sizeof(record), NULL,
		    MSG_DONTWAIT);
		if (n == -1 && errno == EAGAIN)
			break;
		f = n <= 0 || answer_parse(record, (size_t)n, &a) == -1 ?
		    NULL : take_sent(l, a.number);
		if (f == NULL) {
			if (n > 0)
				say("to=%s a bad answer", lane_name(l));
			lane_died(l);
			return;
		}
		l->since_ms = clock_mono_ms();
		f->answer = a;
		if (l->site != NULL)
			site_answered(l->runner, l->site, &a);
		attempt_settled(f);
	}
	pump(l);
}

/* 0; -1 when the socket takes no more now, or the lane died. */
static int
send_job(struct lane *l, struct final *f)
{
	const struct attempt *a = f->attempt;
	struct buf b = BUF_MAX(JOB_RECORD);
	struct job j = {
		.number = ++l->runner->jobs,
		.replay = f->replay,
		.time_us = a->head.time_us,
		.at = (uint64_t)a->head.message,
		.size = a->head.size,
		.wire = a->head.wire,
	};
	int r = -1;

	memcpy(j.id, a->message->id, sizeof(j.id));
	memcpy(j.sender, a->sender, sizeof(j.sender));
	strncpy(j.to, f->address, sizeof(j.to) - 1);
	attempt_wishes(f, &j);
	f->number = j.number;
	if (job_format(&b, &j) == 0)
		r = unix_send(l->fd, b.s, b.len, a->reader, MSG_DONTWAIT);
	buf_free(&b);
	return r;
}

/* The recipients of a message at one host go together: not before all are known. */
static int
is_ready(const struct lane *l)
{
	return l->fd != -1 && l->first != NULL && l->sent_n < LANE_WINDOW &&
	    (l->site == NULL || l->first->attempt->questions == 0);
}

/* Send jobs as long as the program may have more in hand. */
static void
pump(struct lane *l)
{
	while (is_ready(l)) {
		struct final *f = take_first(&l->first, &l->last);

		l->queued--;
		if (attempt_note_start(f) == -1) {
			defer_job(l, f, "the queue cannot be written");
			continue;
		}
		append(&l->sent_last, f);
		l->sent_n++;
		if (send_job(l, f) == -1) {
			if (errno != EAGAIN || l->sent_n == 1)
				lane_died(l);
			else {		/* when answers come it goes on */
				take_sent(l, f->number);
				f->next_in_lane = l->first;
				if (l->first == NULL)
					l->last = &f->next_in_lane;
				l->first = f;
				l->queued++;
			}
			break;
		}
		if (l->sent_n == 1)
			l->since_ms = clock_mono_ms();
	}
}

void
lane_started(struct lane *l, int fd, uint64_t pid, const char *why)
{
	l->starting = 0;
	if (fd == -1) {
		count_live(l, -1);
		if (why != NULL) {
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
	if (loop_add(&l->runner->loop, fd, POLLIN, on_answer, l) == -1) {
		close(fd);
		l->fd = -1;
		count_live(l, -1);
		defer_waiting(l, "no memory");
		return;
	}
	pump(l);
}

/* A deliver-local that answers nothing is ended by the spawner; it may run as
 * another uid. */
static void
end_hanging(struct lane *l)
{
	say("to=%s pid=%u answers nothing and is killed", lane_name(l),
	    (unsigned)l->pid);
	spawning_kill(l->runner, l->pid);
	while (l->sent != NULL) {
		struct final *f = take_first(&l->sent, &l->sent_last);

		l->sent_n--;
		defer_job(l, f, "the delivery hangs");
	}
	hang_up(l);
}

/* It waits for a program, and there is a place for one. */
static int
is_starving(const struct lane *l)
{
	const struct runner *r = l->runner;

	return l->fd == -1 && l->first != NULL && l->starting == 0 &&
	    r->lanes_live < LANES_MAX &&
	    (l->site == NULL || r->sites_live < SITES_LANES);
}

static int64_t
answer_ms(const struct lane *l)
{
	return l->site != NULL ? SITE_ANSWER_MS : LANE_ANSWER_MS;
}

static void
tick(struct lane *l, int64_t now)
{
	if (l->sent_n > 0 && now - l->since_ms > answer_ms(l))
		end_hanging(l);
	if (is_starving(l) && now >= l->again_ms) {
		if (l->failures > AGAIN_MAX) {
			l->failures = 0;
			defer_waiting(l, "no delivery program can be started");
		} else {
			count_live(l, 1);
			spawning_start(l);
		}
	}
	pump(l);
	if (l->queued < LANE_QUEUE / 2)
		unpark(l);
}

static int
is_idle(const struct lane *l)
{
	return l->first == NULL && l->sent_n == 0 && l->parked == NULL &&
	    l->holds == 0 && l->starting == 0;
}

static int64_t
linger_ms(const struct lane *l)
{
	return l->site != NULL ? SITE_LINGER_MS : LANE_LINGER_MS;
}

/* End the lanes that have idled long enough. */
static void
end_idle(struct runner *r, int64_t now_ms)
{
	/* Where all places are taken, nobody lingers. */
	int crowded = r->lanes_live >= LANES_MAX ||
	    r->sites_live >= SITES_LANES;
	struct lane **at = &r->lanes, *l;

	while ((l = *at) != NULL) {
		if (!is_idle(l) || (!crowded &&
		    now_ms - l->since_ms < linger_ms(l))) {
			at = &l->next;
			continue;
		}
		hang_up(l);
		if (l->site != NULL)
			l->site->lanes--;
		*at = l->next;
		free(l);
	}
}

void
lanes_tick(struct runner *r, int64_t now_ms)
{
	struct lane *l;

	end_idle(r, now_ms);
	for (l = r->lanes; l != NULL; l = l->next)
		tick(l, now_ms);
}

int64_t
lanes_due(const struct runner *r)
{
	int64_t due = -1, d;
	const struct lane *l;

	for (l = r->lanes; l != NULL; l = l->next) {
		if (l->sent_n > 0)
			d = l->since_ms + answer_ms(l) + 1;
		else if (is_starving(l))
			d = l->again_ms;
		else if (is_idle(l))
			d = l->since_ms + linger_ms(l);
		else
			continue;
		if (due == -1 || d < due)
			due = d;
	}
	return due;
}
