/* deliver-local - put one mailbox's waiting messages into it. See
 * deliver-local.8. */
#include "limit.h"
#include "own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/job.h"
#include "mail/maildir.h"
#include "mail/mbox.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"

#define JOBS	0		/* the descriptor that jobs come on */
#define BATCH	32		/* jobs that share one fsync of the folder */
#define IDLE_MS	300000		/* without a job or an end: leave */
#define BUSY_MS	20		/* jobs that come so soon after another ... */
#define GATHER_MS 5		/* ... are worth waiting for so long */

struct lane {
	const char	*mailbox;
	const char	*host, *home;
	int		 mbox;		/* it is a file, */
	int		 strict;	/* the system's one */
	int		 make;		/* make a missing Maildir */
	int		 ended;		/* no more jobs will come */
	int64_t		 last_ms;	/* when the last batch was done */
	int		 busy;		/* that was a moment ago */
	size_t		 n;		/* jobs in hand */
	struct job	 job[BATCH];
	int		 queue[BATCH];	/* the queue files' descriptors */
	struct put	 put[BATCH];
	int		 settled[BATCH];	/* put has the answer already */
	struct buf	 targets[BATCH];	/* lines for a V_FORWARD */
	struct buf	 record;
	struct limit	 limit;
};

/* The Maildir++ folder of the extension, where there is one. 1 if the message is
 * settled so, else 0. */
static int
put_into_ext(struct lane *l, size_t i)
{
	struct put *p = l->put + i;
	struct maildir m;

	if (maildir_open_below(&m, l->mailbox, l->job[i].ext, l->host) == -1)
		return 0;
	limit_put(&l->limit, &m, l->job + i, l->queue[i], p);
	maildir_sync(&m, p);
	maildir_sync_dirs(&m, p, 1);
	limit_end(&l->limit, &m);
	maildir_close(&m);
	return 1;
}

/* What does not go into the Maildir with the others. */
static void
settle_early(struct lane *l, size_t i)
{
	const struct job *j = l->job + i;
	struct put *p = l->put + i;

	p->fd = -1;
	p->answer = (struct answer){ .number = j->number };
	l->targets[i].max = FORWARD_RECORD - JOB_RECORD;
	l->settled[i] = j->own && own_ask(l->home, j, &p->answer,
	    l->targets + i);
	if (l->settled[i])
		return;
	if (l->mbox) {
		mbox_put(l->mailbox, l->strict, j, l->queue[i], &p->answer);
		l->settled[i] = 1;
	} else if (j->ext[0] != '\0')
		l->settled[i] = put_into_ext(l, i);
}

/* Take one job if there is one. 1, 0 (none now), or -1 (the end). */
static int
take_job(struct lane *l, int flags)
{
	char record[JOB_RECORD];
	int fd;
	ssize_t r = unix_recv(JOBS, record, sizeof(record), &fd, flags);

	if (r == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (r <= 0)
		return -1;
	if (fd == -1 || job_parse(record, (size_t)r, &l->job[l->n]) == -1)
		die(EXIT_BUG, "mailbox=%s a bad job record", l->mailbox);
	l->queue[l->n] = fd;
	settle_early(l, l->n++);
	return 1;
}

/* Wait for a first job, then take those that wait already. */
static void
take_batch(struct lane *l)
{
	int r;

	l->n = 0;
	if (io_wait(JOBS, POLLIN, clock_mono_ms() + IDLE_MS) == -1) {
		l->ended = 1;
		return;
	}
	do
		r = take_job(l, MSG_DONTWAIT);
	while (r == 1 && l->n < BATCH && !l->mbox);	/* which may be locked */
	l->ended = r == -1;
}

static void
fail_batch(struct lane *l, int e)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (l->settled[i])
			continue;
		l->put[i].fd = -1;
		l->put[i].answer.number = l->job[i].number;
		maildir_failure(&l->put[i].answer, e, "mailbox");
	}
}

static void
put_from(struct lane *l, struct maildir *m, size_t first)
{
	size_t i;

	for (i = first; i < l->n; i++) {
		if (l->settled[i])
			continue;
		limit_put(&l->limit, m, &l->job[i], l->queue[i], &l->put[i]);
		if ((l->busy || l->n > 1) && l->put[i].fd != -1)
			(void)sync_file_range(l->put[i].fd, 0, 0,
			    SYNC_FILE_RANGE_WRITE);
	}
}

/* Somebody waits for one of the answers. */
static int
is_urgent(const struct lane *l)
{
	size_t i;

	for (i = 0; i < l->n && !l->job[i].direct; i++)
		;
	return i < l->n;
}

/* Under load wait a moment for more: their files, and the queue's that are synced
 * meanwhile, share a commit of the file system's journal. What waits is in the
 * mailbox already, only its answer is late. */
static void
gather(struct lane *l, struct maildir *m)
{
	int64_t until = clock_mono_ms() + GATHER_MS;
	size_t first;

	while (!l->ended && l->n < BATCH &&
	    io_wait(JOBS, POLLIN, until) == 0) {
		first = l->n;
		if (take_job(l, MSG_DONTWAIT) == -1)
			l->ended = 1;
		put_from(l, m, first);
	}
}

/* All writes and links first, with their octets on the way to the disk, then
 * each file's fsync, then one for the folder. */
static void
deliver_batch(struct lane *l)
{
	struct maildir m;
	size_t i = 0;

	while (i < l->n && l->settled[i])
		i++;
	if (i == l->n)
		return;			/* none is for the Maildir */
	if (maildir_open(&m, l->mailbox, l->host, l->make) == -1) {
		fail_batch(l, errno);
		return;
	}
	l->busy = clock_mono_ms() - l->last_ms <= BUSY_MS;
	put_from(l, &m, 0);
	if (l->busy && !is_urgent(l))
		gather(l, &m);
	for (i = 0; i < l->n; i++)
		maildir_sync(&m, &l->put[i]);
	maildir_sync_dirs(&m, l->put, l->n);
	limit_end(&l->limit, &m);
	maildir_close(&m);
	l->last_ms = clock_mono_ms();
}

static int
format_answer(struct lane *l, size_t i)
{
	const struct answer *a = &l->put[i].answer;

	if (answer_format(&l->record, a) == -1)
		return -1;
	return a->verdict != V_FORWARD ? 0 :
	    buf_add(&l->record, l->targets[i].s, l->targets[i].len);
}

static void
answer_batch(struct lane *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		close(l->queue[i]);
		if (format_answer(l, i) == -1)
			die(EXIT_BUG, "an answer that is no record:");
		if (unix_send(JOBS, l->record.s, l->record.len, -1, 0) == -1)
			die(EXIT_TEMP, "mailbox=%s nobody takes the answer:",
			    l->mailbox);
	}
}

static void
take_arguments(struct lane *l, int argc, char **argv)
{
	const char *option = argc == 3 ? argv[1] : "";

	l->make = strcmp(option, "-m") == 0;
	l->strict = strcmp(option, "-s") == 0;
	l->mbox = l->strict || strcmp(option, "-b") == 0;
	if (argc != 2 && !l->make && !l->mbox)
		die(EXIT_PERM, "usage: deliver-local [-b | -m | -s] mailbox");
	l->mailbox = argv[argc - 1];
}

int
main(int argc, char **argv)
{
	static struct lane l;

	progname = "deliver-local";
	take_arguments(&l, argc, argv);
	l.record.max = FORWARD_RECORD;
	l.home = env_str("HOME", "/");
	l.host = env_str("NAME", NULL);
	limit_init(&l.limit, l.mailbox, l.host);
	(void)signal(SIGXFSZ, SIG_IGN);		/* a limit is an errno */
	(void)prctl(PR_SET_DUMPABLE, 0);	/* the user may not look inside */
	while (!l.ended) {
		take_batch(&l);
		if (l.n > 0) {
			deliver_batch(&l);
			answer_batch(&l);
		}
	}
	return EXIT_DONE;
}
