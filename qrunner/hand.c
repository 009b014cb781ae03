/* hand - the jobs that a lane's program has in hand: sent, answered, lost. */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/unixsock.h"

void
hand_end(struct lane *l)
{
	if (l->fd == -1)
		return;
	loop_remove(&l->runner->loop, l->fd);
	close(l->fd);
	l->fd = -1;
	l->pid = 0;
	l->reached = 0;
	lane_count(l, -1);
}

static void
add_sent(struct lane *l, struct final *f)
{
	f->next_in_line = NULL;
	*l->sent_last = f;
	l->sent_last = &f->next_in_line;
	l->newest = f->attempt;
	if (l->sent_n++ == 0) {
		l->since_ms = clock_mono_ms();
		if (l->site != NULL)
			l->site->busy++;
	}
}

/* Take out the one at *at. */
static struct final *
take_sent(struct lane *l, struct final **at)
{
	struct final *f = *at;

	*at = f->next_in_line;
	if (*at == NULL)
		l->sent_last = at;
	if (--l->sent_n == 0) {
		l->newest = NULL;
		if (l->site != NULL)
			l->site->busy--;
	}
	return f;
}

/* The one with this number, or NULL. */
static struct final *
find_sent(struct lane *l, uint64_t number)
{
	struct final **at = &l->sent;

	while (*at != NULL && (*at)->number != number)
		at = &(*at)->next_in_line;
	return *at != NULL ? take_sent(l, at) : NULL;
}

static void
defer_job(struct lane *l, struct final *f, const char *why)
{
	if (l->site != NULL)
		site_lost(l->runner, f);
	answer_set(&f->answer, V_LATER, "4.3.0", "%s", why);
	attempt_settled(f);
}

/* The program is gone, and what it had in hand is in doubt. A mailbox's is
 * tried again at once, looking first for what may be there. Nobody can look
 * into another host or behind a program: its mail waits. */
static void
lane_died(struct lane *l)
{
	struct final *again = NULL, *f;

	if (l->site != NULL && !l->reached)
		l->again_ms = clock_mono_ms() + AGAIN_MS;
	hand_end(l);
	while (l->sent != NULL) {
		f = take_sent(l, &l->sent);
		f->replay = 1;
		if (attempt_is_blind(f) || ++f->tries >= JOB_TRIES)
			defer_job(l, f, "the delivery program was killed");
		else {
			f->next_in_line = again;
			again = f;
		}
	}
	while (again != NULL) {		/* the last one first: order stays */
		f = again;
		again = f->next_in_line;
		line_put_back(l->line, f);
	}
}

void
hand_answer(void *arg, short revents)
{
	struct lane *l = arg;
	char record[FORWARD_RECORD];
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
		    NULL : find_sent(l, a.number);
		if (f == NULL) {
			if (n > 0)
				say("to=%s a bad answer", lane_name(l));
			lane_died(l);
			return;
		}
		l->since_ms = clock_mono_ms();
		f->answer = a;
		if (a.verdict == V_FORWARD)
			forward_answered(f, record, (size_t)n);
		else if (l->site != NULL && site_answered(l, f))
			line_put_back(l->line, f);
		else
			attempt_settled(f);
	}
	hand_pump(l);
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
		.direct = a->direct == D_TRYING,
		.own = f->own,
		.quota = f->quota,
		.time_us = a->head.time_us,
		.at = (uint64_t)a->head.message,
		.size = a->head.size,
		.wire = a->head.wire,
	};
	int r = -1;

	memcpy(j.id, a->message->id, sizeof(j.id));
	memcpy(j.ext, f->ext, sizeof(j.ext));
	snprintf(j.sender, sizeof(j.sender), "%s", f->sender != NULL ?
	    f->sender : a->sender);
	strncpy(j.to, f->address, sizeof(j.to) - 1);
	attempt_wishes(f, &j);
	f->number = j.number;
	if (job_format(&b, &j) == 0)
		r = unix_send(l->fd, b.s, b.len, a->reader, MSG_DONTWAIT);
	buf_free(&b);
	return r;
}

/* One message at a time, with all its recipients there, when all are known; and
 * the next one, so that the host need not wait for us, if more wait than others
 * take. */
static int
may_have(const struct lane *l, const struct final *f)
{
	const struct site *s = l->site;

	if (l->retired || f->attempt->questions > 0)
		return 0;
	if (l->sent_n == 0)
		return !site_is_crowded(l->runner, s);
	if (f->attempt == l->newest)
		return l->sent_n < SITE_WINDOW;
	return l->sent->attempt == l->newest && s->line.queued > s->lanes &&
	    !site_is_crowded(l->runner, s);
}

static int
is_ready(const struct lane *l)
{
	const struct final *f = l->line->first;

	if (l->fd == -1 || f == NULL || l->runner->stop)
		return 0;
	return l->site != NULL ? may_have(l, f) :
	    l->sent_n < (program_is(&l->to) ? 1 : LANE_WINDOW);
}

/* Send jobs as long as the program may have more in hand. */
void
hand_pump(struct lane *l)
{
	while (is_ready(l)) {
		struct final *f = line_take(l->line);

		if (!f->begun && attempt_note_start(f) == -1) {
			defer_job(l, f, "the queue cannot be written");
			continue;
		}
		f->begun = 1;
		add_sent(l, f);
		if (send_job(l, f) == 0)
			continue;
		/* Too much is on its way: when answers come it goes on. */
		if (errno == ETOOMANYREFS || (errno == EAGAIN && l->sent_n > 1))
			line_put_back(l->line, find_sent(l, f->number));
		else
			lane_died(l);
		break;
	}
}

void
hand_kill(struct lane *l)
{
	say("to=%s pid=%u answers nothing and is killed", lane_name(l),
	    (unsigned)l->pid);
	spawning_kill(l->runner, l->pid);
	while (l->sent != NULL)
		defer_job(l, take_sent(l, &l->sent), "the delivery hangs");
	hand_end(l);
}
