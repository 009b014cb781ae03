/* deliver-local - put one mailbox's waiting messages into it. See
 * deliver-local.8. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/job.h"
#include "mail/maildir.h"
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
	const char	*host;
	int		 make;		/* make a missing Maildir */
	int		 ended;		/* no more jobs will come */
	int64_t		 last_ms;	/* when the last batch was done */
	int		 busy;		/* that was a moment ago */
	size_t		 n;		/* jobs in hand */
	struct job	 job[BATCH];
	int		 queue[BATCH];	/* the queue files' descriptors */
	struct put	 put[BATCH];
	struct buf	 record;
};

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
	l->queue[l->n++] = fd;
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
	while (r == 1 && l->n < BATCH);
	l->ended = r == -1;
}

static void
fail_batch(struct lane *l, int e)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
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
		maildir_put(m, &l->job[i], l->queue[i], &l->put[i]);
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
	size_t i;

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
	maildir_close(&m);
	l->last_ms = clock_mono_ms();
}

static void
answer_batch(struct lane *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		close(l->queue[i]);
		if (answer_format(&l->record, &l->put[i].answer) == -1)
			die(EXIT_BUG, "an answer that is no record:");
		if (unix_send(JOBS, l->record.s, l->record.len, -1, 0) == -1)
			die(EXIT_TEMP, "mailbox=%s nobody takes the answer:",
			    l->mailbox);
	}
}

int
main(int argc, char **argv)
{
	static struct lane l;

	progname = "deliver-local";
	if (argc == 3 && strcmp(argv[1], "-m") == 0) {
		l.make = 1;
		argv++;
		argc--;
	}
	if (argc != 2)
		die(EXIT_PERM, "usage: deliver-local [-m] mailbox");
	l.mailbox = argv[1];
	l.record.max = JOB_RECORD;
	l.host = env_str("NAME", NULL);
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
