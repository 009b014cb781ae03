/* qrunner - the queue's schedule: take each message when it is due, give out its
 * jobs, note the results. See qrunner.8. */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/dice.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"

#define BACKLOG		512
#define DAY_S		86400u
#define STOP_MS		5000	/* for what is under way */

static void
on_signal(void *arg, short revents)
{
	struct runner *r = arg;

	int n;

	(void)revents;
	while ((n = sigfd_next(r->signals)) != 0)
		r->stop |= n == SIGTERM;	/* children: bouncer_tick */
}

static void
take_settings(struct runner *r)
{
	struct schedule *s = &r->schedule;
	const char *factor = env_str("RETRY_FACTOR", "1.5");
	char *end;
	double f = strtod(factor, &end);

	if (*end != '\0' || !(f >= 1 && f <= 100))
		die(EXIT_PERM, "setting RETRY_FACTOR=%s is not a number from 1 "
		    "to 100", factor);
	s->factor_100 = (uint64_t)(f * 100 + 0.5);
	s->first_s = env_u64("RETRY_FIRST_S", 300, 1, 10 * DAY_S);
	s->max_s = env_u64("RETRY_MAX_S", 14400, 1, 10 * DAY_S);
	s->jitter = env_u64("RETRY_JITTER", 10, 0, 50);
	s->giveup_s = env_u64("GIVEUP_S", 5 * DAY_S, 1, 1000 * DAY_S);
	r->delay_report_s = env_u64("DELAY_REPORT_S", 14400, 0, 1000 * DAY_S);
	r->remote_try_s = env_u64("REMOTE_TRY_S", 7200, 1, DAY_S);
	r->direct_ms = 1000 * (int64_t)env_u64("DIRECT_S", 10, 1, 45);
	r->program_timeout_s = env_u64("PROGRAM_TIMEOUT_S", 300, 1, DAY_S);
	r->asker.path = env_str("WHOIS_SOCKET", NULL);
	r->spawning.path = env_str("SPAWNER_SOCKET", NULL);
}

static void
open_queue(struct runner *r)
{
	const char *queue = env_str("QUEUE", NULL);
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

	r->queue = open(queue, flags);
	if (r->queue == -1)
		die(EXIT_TEMP, "queue %s:", queue);
	r->msg = openat(r->queue, QUEUE_MSG, flags);
	if (r->msg == -1)
		die(EXIT_TEMP, "queue folder %s:", QUEUE_MSG);
	r->boot_us = clock_boot_us();
}

/* Two descriptors a message, one a lane and one a writer. */
static void
raise_limits(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < 4096) {
		l.rlim_cur = l.rlim_max < 4096 ? l.rlim_max : 4096;
		(void)setrlimit(RLIMIT_NOFILE, &l);
	}
}

static void
open_sockets(struct runner *r)
{
	static const int signals[] = { SIGTERM, SIGCHLD };
	const char *path = env_str("RUNNER_SOCKET", NULL);

	r->signals = sigfd_open(signals, 2);
	r->listen = unix_listen(path, SOCK_SEQPACKET, 0600, BACKLOG);
	if (r->signals == -1 || r->listen == -1)
		die(EXIT_TEMP, "socket %s:", path);
	if (loop_add(&r->loop, r->listen, POLLIN, writer_connects, r) == -1 ||
	    loop_add(&r->loop, r->signals, POLLIN, on_signal, r) == -1)
		die(EXIT_TEMP, "loop:");
	path = env_str("CONTROL_SOCKET", "");
	if (*path != '\0' && control_open(r, path) == -1)
		die(EXIT_TEMP, "socket %s:", path);
}

static void
begin_due(struct runner *r)
{
	int64_t now = clock_mono_ms();
	struct waiting *w;

	while (r->active < ACTIVE_MAX &&
	    (w = messages_first(&r->messages)) != NULL && w->due_ms <= now)
		attempt_begin(r, w);
}

/* The earlier of two times, of which -1 is never. */
static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == -1 || b == -1)
		return a == -1 ? b : a;
	return a < b ? a : b;
}

/* Sleep until something happens or something is due; nothing is polled for. */
static int
wait_for_work(struct runner *r)
{
	int64_t due = -1;
	const struct waiting *w = messages_first(&r->messages);

	if (w != NULL && r->active < ACTIVE_MAX)
		due = w->due_ms;
	due = earlier(due, r->rescan_ms);
	due = earlier(due, asker_due(r));
	due = earlier(due, lanes_due(r));
	due = earlier(due, sites_due(r));
	due = earlier(due, bouncer_due(r));
	due = earlier(due, direct_due(r));
	return loop_once(&r->loop, clock_left_ms(due));
}

/* A report that was made and not noted would be made twice, a message that another
 * host took would be sent twice. */
static void
leave(struct runner *r)
{
	int64_t end = clock_mono_ms() + STOP_MS, now;

	direct_tick(r, INT64_MAX);
	while ((r->bouncer.running > 0 || sites_busy(r)) &&
	    (now = clock_mono_ms()) < end) {
		bouncer_tick(r, now);
		attempts_sync(r);
		if ((r->bouncer.running > 0 || sites_busy(r)) &&
		    loop_once(&r->loop, clock_left_ms(end)) == -1 &&
		    errno != EINTR)
			break;
	}
	attempts_sync(r);
}

int
main(int argc, char **argv)
{
	static struct runner r = {
		.asker = { .fd = -1 }, .spawning = { .fd = -1 }, .rescan = 1,
		.rescan_ms = -1, .sites_ms = -1,
	};

	progname = "qrunner";
	if (argc != 2 || argv[1][0] != '/')
		die(EXIT_PERM, "usage: qrunner /path/of/bounce");
	signal(SIGPIPE, SIG_IGN);
	r.asker.last = &r.asker.first;
	r.bouncer.program = argv[1];
	r.bouncer.last = &r.bouncer.first;
	r.direct_last = &r.direct_first;
	line_init(&r.crowd);
	line_init(&r.program_crowd);
	take_settings(&r);
	r.dice = dice_seed();
	if (r.dice == 0)
		die(EXIT_TEMP, "getrandom:");
	open_queue(&r);
	raise_limits();
	open_sockets(&r);	/* first: nobody is missed while we scan */
	env_notify_ready();
	while (!r.stop) {
		int64_t now;

		if (r.rescan || (r.rescan_ms != -1 &&
		    clock_mono_ms() >= r.rescan_ms))
			scan_queue(&r);
		begin_due(&r);
		now = clock_mono_ms();
		asker_tick(&r, now);
		lanes_tick(&r, now);
		sites_tick(&r, now);
		bouncer_tick(&r, now);
		direct_tick(&r, now);
		attempts_sync(&r);
		if (wait_for_work(&r) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	}
	leave(&r);
	return EXIT_DONE;
}
