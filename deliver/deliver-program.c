/* deliver-program - give messages to one user's command, one after the other. See
 * deliver-program.8. */
#include "own.h"
#include "program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/maildir.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"

#define JOBS	0		/* the descriptor that jobs come on */
#define IDLE_MS	300000		/* without a job or an end: leave */

/* The next job and its queue file's descriptor; -1 when there are no more. */
static int
take_job(struct job *j)
{
	char record[JOB_RECORD];
	ssize_t r;
	int fd;

	if (io_wait(JOBS, POLLIN, clock_mono_ms() + IDLE_MS) == -1)
		return -1;
	r = unix_recv(JOBS, record, sizeof(record), &fd, 0);
	if (r <= 0)
		return -1;
	if (fd == -1 || job_parse(record, (size_t)r, j) == -1)
		die(EXIT_BUG, "a bad job record");
	return fd;
}

/* The system's own command may be what a user has in place of a mailbox: his files
 * come first. */
static void
do_job(const struct program *p, const struct job *j, int queue,
    struct answer *a, struct buf *targets)
{
	struct letter l;

	a->number = j->number;
	targets->len = 0;
	if (j->own && own_ask(p->home, j, a, targets))
		return;
	if (letter_begin(&l, j, queue) == 0 && letter_check(&l) == 0)
		program_run(p, &l, a);
	else if (errno == ELOOP)
		letter_looped(a, j);
	else
		maildir_failure(a, errno, "reading the message");
}

static void
send_answer(const struct answer *a, const struct buf *targets)
{
	struct buf b = BUF_MAX(FORWARD_RECORD);

	if (answer_format(&b, a) == -1 || (a->verdict == V_FORWARD &&
	    buf_add(&b, targets->s, targets->len) == -1))
		die(EXIT_BUG, "an answer that is no record:");
	if (unix_send(JOBS, b.s, b.len, -1, 0) == -1)
		die(EXIT_TEMP, "nobody takes the answer:");
	buf_free(&b);
}

/* The folder of our own program. */
static const char *
folder_of(const char *argv0)
{
	const char *slash = strrchr(argv0, '/'), *folder;

	folder = slash != NULL ? strndup(argv0, (size_t)(slash - argv0)) : NULL;
	return folder != NULL ? folder : "/usr/sbin";
}

static void
read_settings(struct program *p)
{
	static const int signals[] = { SIGCHLD };

	p->home = env_str("HOME", NULL);
	p->user = env_str("USER", "");
	p->timeout_ms = (int64_t)env_u64("PROGRAM_TIMEOUT_S", 300, 1, 86400) *
	    1000;
	p->processes = env_u64("PROGRAM_PROCESSES", 500, 1, UINT32_MAX);
	p->file_octets = env_u64("PROGRAM_FILE_MAX", 1u << 30, 1, INT64_MAX);
	p->memory_octets = env_u64("PROGRAM_MEMORY_MAX", 1u << 30, 1,
	    INT64_MAX);
	p->signals = sigfd_open(signals, 1);
	if (p->signals == -1 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		die(EXIT_TEMP, "signals:");
}

int
main(int argc, char **argv)
{
	struct buf targets = BUF_MAX(FORWARD_RECORD - JOB_RECORD);
	struct program p = { .command = argv[1] };
	struct answer a;
	struct job j;
	int queue;

	progname = "deliver-program";
	if (argc != 2)
		die(EXIT_PERM, "usage: deliver-program command");
	(void)prctl(PR_SET_DUMPABLE, 0);	/* the user may not look inside */
	p.folder = folder_of(argv[0]);
	read_settings(&p);
	while ((queue = take_job(&j)) != -1) {
		memset(&a, 0, sizeof(a));
		do_job(&p, &j, queue, &a, &targets);
		close(queue);
		send_answer(&a, &targets);
	}
	return EXIT_DONE;
}
