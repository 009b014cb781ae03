/* lane - one mailbox's deliver-local and the jobs that wait for it.
 *
 * The lane is the mailbox: one that hangs holds up nobody else. The spawner
 * starts the deliver-local and passes its socket; jobs go there directly. A lane
 * that has nothing to do lingers for half a second, then its deliver-local sees
 * the end and leaves.
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
		if (l->to.uid == d->uid && strcmp(l->to.mailbox, d->mailbox) == 0)
			return l;
	return NULL;
}

static struct lane *
new_lane(struct runner *r, const struct destination *d)
{
	struct lane *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->runner = r;
	l->to = *d;
	l->fd = -1;
	l->last = &l->first;
	l->sent_last = &l->sent;
	l->parked_last = &l->parked;
	l->since_ms = clock_mono_ms();
	l->next = r->lanes;
	r->lanes = l;
	return l;
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
	struct lane *l = find_lane(r, d);

	*full = NULL;
	if (l == NULL)
		l = new_lane(r, d);
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
	*l->parked_last = w;
	l->parked_last = &w->next_parked;
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
	l->runner->lanes_live--;
}

static void
defer_job(struct final *f, const char *why)
{
	answer_set(&f->answer, V_LATER, "4.3.0", "%s", why);
	attempt_settled(f);
}

static void
defer_waiting(struct lane *l, const char *why)
{
	struct final *f = l->first, *next;

	l->first = NULL;
	l->last = &l->first;
	l->queued = 0;
	for (; f != NULL; f = next) {
		next = f->next_in_lane;
		defer_job(f, why);
	}
	unpark(l);
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
		defer_job(f, "the delivery program was killed");
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
				say("mailbox=%s a bad answer", l->to.mailbox);
			lane_died(l);
			return;
		}
		l->since_ms = clock_mono_ms();
		f->answer = a;
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
	f->number = j.number;
	if (job_format(&b, &j) == 0)
		r = unix_send(l->fd, b.s, b.len, a->reader, MSG_DONTWAIT);
	buf_free(&b);
	return r;
}

/* Send jobs as long as the deliver-local may have more in hand. */
static void
pump(struct lane *l)
{
	while (l->fd != -1 && l->first != NULL && l->sent_n < LANE_WINDOW) {
		struct final *f = take_first(&l->first, &l->last);

		l->queued--;
		if (attempt_note_start(f) == -1) {
			defer_job(f, "the queue cannot be written");
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

static void
lost_spawner(struct runner *r)
{
	struct lane *l;

	if (r->spawning.fd != -1) {
		loop_remove(&r->loop, r->spawning.fd);
		close(r->spawning.fd);
		r->spawning.fd = -1;
	}
	for (l = r->lanes; l != NULL; l = l->next)
		if (l->starting != 0) {
			l->starting = 0;
			r->lanes_live--;
			l->failures++;
			l->again_ms = clock_mono_ms() + AGAIN_MS;
		}
}

static void
lane_started(struct runner *r, const struct spawn_answer *st, int fd)
{
	struct lane *l = r->lanes;

	while (l != NULL && l->starting != st->start)
		l = l->next;
	if (l == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	l->starting = 0;
	if (fd == -1) {
		r->lanes_live--;
		defer_waiting(l, st->why);
		return;
	}
	l->fd = fd;
	l->pid = st->pid;
	l->failures = 0;
	l->since_ms = clock_mono_ms();
	if (loop_add(&r->loop, fd, POLLIN, on_answer, l) == -1) {
		hang_up(l);
		defer_waiting(l, "no memory");
		return;
	}
	pump(l);
}

static void
on_spawner(void *arg, short revents)
{
	struct runner *r = arg;
	char record[1024];
	struct spawn_answer st;
	int fd;
	ssize_t n = unix_recv(r->spawning.fd, record, sizeof(record), &fd,
	    MSG_DONTWAIT);

	(void)revents;
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0 || spawn_answer_parse(record, (size_t)n, &st) == -1) {
		if (n > 0 && fd != -1)
			close(fd);
		lost_spawner(r);
		return;
	}
	lane_started(r, &st, fd);
}

static int
connect_spawner(struct runner *r)
{
	struct spawning *s = &r->spawning;

	if (s->fd != -1)
		return 0;
	s->fd = unix_connect(s->path, SOCK_SEQPACKET);
	if (s->fd == -1)
		return -1;
	if (loop_add(&r->loop, s->fd, POLLIN, on_spawner, r) == 0)
		return 0;
	close(s->fd);
	s->fd = -1;
	return -1;
}

static int
ask_spawner(struct runner *r, const struct spawn_request *q)
{
	struct buf b = BUF_MAX(SPAWN_RECORD);
	int done = connect_spawner(r);

	if (done == 0)
		done = spawn_request_format(&b, q);
	if (done == 0)
		done = unix_send(r->spawning.fd, b.s, b.len, -1, MSG_DONTWAIT);
	buf_free(&b);
	return done;
}

static void
start(struct lane *l)
{
	struct spawn_request q = { .start = ++l->runner->spawning.number,
	    .to = l->to };

	l->starting = q.start;
	l->runner->lanes_live++;
	if (ask_spawner(l->runner, &q) == -1) {
		if (l->failures == 0)
			say("the spawner cannot be reached:");
		lost_spawner(l->runner);
	}
}

/* A deliver-local that answers nothing is ended by the spawner; it may run as
 * another uid. */
static void
end_hanging(struct lane *l)
{
	struct spawn_request q = { .kill = l->pid };

	say("mailbox=%s pid=%u answers nothing and is killed", l->to.mailbox,
	    (unsigned)l->pid);
	if (ask_spawner(l->runner, &q) == -1)
		say("the spawner cannot be reached:");
	while (l->sent != NULL) {
		struct final *f = take_first(&l->sent, &l->sent_last);

		l->sent_n--;
		defer_job(f, "the delivery hangs");
	}
	hang_up(l);
}

/* It waits for a deliver-local. */
static int
is_starving(const struct lane *l)
{
	return l->fd == -1 && l->first != NULL && l->starting == 0;
}

static void
tick(struct lane *l, int64_t now)
{
	if (l->sent_n > 0 && now - l->since_ms > LANE_ANSWER_MS)
		end_hanging(l);
	if (is_starving(l) && now >= l->again_ms &&
	    l->runner->lanes_live < LANES_MAX) {
		if (l->failures > AGAIN_MAX) {
			l->failures = 0;
			defer_waiting(l, "no delivery program can be started");
		} else
			start(l);
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

/* End the lanes that have idled for linger_ms. */
static void
end_idle(struct runner *r, int64_t now_ms, int64_t linger_ms)
{
	struct lane **at = &r->lanes, *l;

	while ((l = *at) != NULL) {
		if (!is_idle(l) || now_ms - l->since_ms < linger_ms) {
			at = &l->next;
			continue;
		}
		hang_up(l);
		*at = l->next;
		free(l);
	}
}

void
lanes_tick(struct runner *r, int64_t now_ms)
{
	struct lane *l;

	/* Where all places are taken, nobody lingers. */
	end_idle(r, now_ms, r->lanes_live < LANES_MAX ? LANE_LINGER_MS : 0);
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
			d = l->since_ms + LANE_ANSWER_MS + 1;
		else if (is_starving(l) && r->lanes_live < LANES_MAX)
			d = l->again_ms;
		else if (is_idle(l))
			d = l->since_ms + LANE_LINGER_MS;
		else
			continue;
		if (due == -1 || d < due)
			due = d;
	}
	return due;
}
