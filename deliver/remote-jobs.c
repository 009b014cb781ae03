/* remote-jobs - jobs in, answers out. An answer leaves as soon as it is
 * certain. */
#include "remote.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"

#define ANSWER_MS	60000	/* the runner takes an answer */
#define GATHER_MS	1	/* a first job waits for its message's others */

static struct slot *
free_slot(struct remote *r)
{
	size_t i;

	for (i = 0; i < IN_HAND; i++)
		if (r->slot[i].state == SLOT_FREE)
			return r->slot + i;
	return NULL;
}

/* Take one job if there is one. 1, 0 (none now, or no place), or -1 (the
 * end). */
static int
take_job(struct remote *r)
{
	struct slot *s = free_slot(r);
	char record[JOB_RECORD];
	ssize_t n;
	int fd;

	if (s == NULL)
		return 0;
	n = unix_recv(JOBS, record, sizeof(record), &fd, MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return -1;
	if (fd == -1 || job_parse(record, (size_t)n, &s->job) == -1)
		die(EXIT_BUG, "to=%s a bad job record", r->nexthop_text);
	s->state = SLOT_HELD;
	s->queue = fd;
	s->turn = r->turn++;
	r->held++;
	return 1;
}

static void
drain(struct remote *r)
{
	int got = r->ended ? -1 : 0;

	while (!r->ended && (got = take_job(r)) == 1)
		;
	r->ended = got == -1;
}

int
take_jobs(struct remote *r, int64_t timeout_ms)
{
	if (r->held > 0 || r->ended) {
		drain(r);
		return 0;
	}
	if (io_wait(JOBS, POLLIN, clock_mono_ms() + timeout_ms) == -1)
		return -1;
	drain(r);
	/* The runner has sent one and is about to send others. */
	if (r->held == 1 && r->far.connected &&
	    io_wait(JOBS, POLLIN, clock_mono_ms() + GATHER_MS) == 0)
		drain(r);
	return 0;
}

static int
same_envelope(const struct remote *r, const struct job *a, const struct job *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->sender, b->sender) == 0 &&
	    hides_sender(r, a) == hides_sender(r, b);
}

/* Who decides which message is next. */
static struct slot *
first_slot(struct remote *r)
{
	struct slot *s, *first = NULL;
	size_t i;

	for (i = 0; i < r->group_n; i++)
		if (r->group[i]->state != SLOT_FREE)
			return r->group[i];
	for (s = r->slot; s < r->slot + IN_HAND; s++)
		if (s->state != SLOT_FREE &&
		    (first == NULL || s->turn < first->turn))
			first = s;
	return first;
}

void
choose_group(struct remote *r)
{
	struct slot *first = first_slot(r), *s;

	r->group_n = 0;
	for (s = r->slot; s < r->slot + IN_HAND; s++)
		if (s->state != SLOT_FREE && same_envelope(r, &s->job,
		    &first->job)) {
			s->state = SLOT_HELD;
			r->group[r->group_n++] = s;
		}
	r->eightbit = -1;
	r->block_n = 0;
}

size_t
group_left(const struct remote *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->group_n; i++)
		n += r->group[i]->state != SLOT_FREE;
	return n;
}

int
alive(const struct remote *r)
{
	return r->at_end || r->held == 0 ? -1 : JOBS;
}

void
leave_if_alone(const struct remote *r)
{
	if (errno == ECANCELED)
		die(EXIT_TEMP, "to=%s the runner has left, dropped=%zu",
		    r->nexthop_text, r->held);
}

void
look_at_runner(const struct remote *r)
{
	if (io_wait_for(-1, 0, alive(r), 0) == -1)
		leave_if_alone(r);
}

/* Nobody hears it: for an administrator whose message comes twice. */
static void
say_unheard(const struct job *j, const struct answer *a)
{
	say("id=%s to=<%s> dsn=%s verdict=%s unheard, the runner has left: %s",
	    j->id, j->to, a->dsn, verdict_name(a->verdict), a->why);
}

static int
send_record(const struct buf *b)
{
	int64_t end = clock_mono_ms() + ANSWER_MS;

	while (unix_send(JOBS, b->s, b->len, -1, MSG_DONTWAIT) == -1)
		if (errno != EAGAIN || io_wait(JOBS, POLLOUT, end) == -1)
			return -1;
	return 0;
}

void
settle(struct remote *r, struct slot *s, const struct answer *a)
{
	struct answer mine = *a;

	mine.number = s->job.number;
	mine.onward = a->verdict == V_DONE && passes_wishes(r, &s->job);
	close(s->queue);
	s->state = SLOT_FREE;
	r->held--;
	r->done += a->verdict == V_DONE;
	r->later += a->verdict == V_LATER;
	r->never += a->verdict == V_NEVER;
	r->record = (struct buf){ .s = r->record_room,
	    .cap = sizeof(r->record_room), .max = sizeof(r->record_room) };
	if (answer_format(&r->record, &mine) == -1)
		die(EXIT_BUG, "an answer that is no record:");
	if (send_record(&r->record) == 0)
		return;
	if (errno != EPIPE && errno != ECONNRESET)
		die(EXIT_TEMP, "to=%s nobody takes the answer:",
		    r->nexthop_text);
	say_unheard(&s->job, a);
	r->unheard = 1;
}

void
settle_group(struct remote *r, const struct answer *a, int taken)
{
	size_t i;

	for (i = 0; i < r->group_n; i++)
		if (r->group[i]->state == SLOT_TAKEN ||
		    (!taken && r->group[i]->state == SLOT_HELD))
			settle(r, r->group[i], a);
}

void
settle_all(struct remote *r, const struct answer *a)
{
	size_t i;

	for (i = 0; i < IN_HAND; i++)
		if (r->slot[i].state != SLOT_FREE)
			settle(r, r->slot + i, a);
}
