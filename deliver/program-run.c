/* program-run - one message to one command, by a deadline. See program.h. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail/exitcode.h"
#include "mail/maildir.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/sigfd.h"

#define PIECE_OCTETS	32768

struct run {
	const struct program *program;
	struct letter	*letter;
	pid_t		 pid;
	int		 in, out;	/* our ends of its pipes, or -1 */
	int		 status;
	int		 over;		/* status is set */
	int		 failed;	/* errno of reading the message, or 0 */
	int64_t		 deadline_ms;
	struct said	 said;
	size_t		 n, done;	/* octets in room, and of them written */
	char		 room[LETTER_PREFIX + PIECE_OCTETS];
};

static void
close_end(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* 0, or -1 with errno and nothing open. */
static int
start(struct run *r)
{
	int in[2], out[2], e;

	if (pipe2(in, O_CLOEXEC) == -1)
		return -1;
	if (pipe2(out, O_CLOEXEC) == 0) {
		r->pid = fork();
		if (r->pid == 0)
			program_execute(r->program, r->letter, in[0], out[1]);
		e = errno;
		close(in[0]);
		close(out[1]);
		r->in = in[1];
		r->out = out[0];
		if (r->pid != -1 && fcntl(r->in, F_SETFL, O_NONBLOCK) == 0 &&
		    fcntl(r->out, F_SETFL, O_NONBLOCK) == 0) {
			(void)setpgid(r->pid, r->pid);	/* whoever is first */
			return 0;
		}
		close_end(&r->in);
		close_end(&r->out);
	} else {
		e = errno;
		close(in[0]);
		close(in[1]);
	}
	return errno = e, -1;
}

/* Give it what it takes. A command need not read all. */
static void
feed(struct run *r)
{
	ssize_t n;

	if (r->done == r->n) {
		n = letter_next(r->letter, r->room, sizeof(r->room));
		if (n == -1) {		/* half a message is none */
			r->failed = errno;
			(void)kill(-r->pid, SIGKILL);
		}
		if (n <= 0) {
			close_end(&r->in);
			return;
		}
		r->n = (size_t)n;
		r->done = 0;
	}
	n = write(r->in, r->room + r->done, r->n - r->done);
	if (n > 0)
		r->done += (size_t)n;
	else if (n == -1 && errno != EAGAIN && errno != EINTR)
		close_end(&r->in);
}

/* Read what it has written, so that it never waits for us. */
static void
hear(struct run *r)
{
	char room[16384];
	ssize_t n = read(r->out, room, sizeof(room));
	size_t more;

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		close_end(&r->out);
	if (n <= 0)
		return;
	more = sizeof(r->said.text) - r->said.n;
	if (more > (size_t)n)
		more = (size_t)n;
	memcpy(r->said.text + r->said.n, room, more);
	r->said.n += more;
}

static void
look_for_end(struct run *r)
{
	while (sigfd_next(r->program->signals) != 0)
		;
	if (!r->over && waitpid(r->pid, &r->status, WNOHANG) == r->pid)
		r->over = 1;
}

/* One round. 0, or -1: the time is over. */
static int
serve(struct run *r)
{
	struct pollfd p[] = {
		{ .fd = r->program->signals, .events = POLLIN },
		{ .fd = r->in, .events = POLLOUT },
		{ .fd = r->out, .events = POLLIN },
	};
	int left = clock_left_ms(r->deadline_ms);

	if (left == 0)
		return -1;
	if (poll(p, 3, left) == -1 && errno != EINTR)
		return -1;
	if (p[1].revents != 0)
		feed(r);
	if (p[2].revents != 0)
		hear(r);
	look_for_end(r);
	return 0;
}

/* The command's end is the delivery's: what it left behind in its process group is
 * killed, and who left the group keeps the pipe without us. The last words are in
 * it already. */
static void
finish(struct run *r)
{
	(void)kill(-r->pid, SIGKILL);
	close_end(&r->in);
	if (r->out != -1)
		hear(r);
	close_end(&r->out);
	while (!r->over && waitpid(r->pid, &r->status, 0) == -1)
		if (errno != EINTR)
			break;
	look_for_end(r);
}

static void
set_answer(const struct run *r, struct answer *a, int in_time)
{
	if (!in_time)
		answer_set(a, V_LATER, "4.3.0", "the program takes longer than "
		    "%d s and was killed",
		    (int)(r->program->timeout_ms / 1000));
	else if (r->failed)
		maildir_failure(a, r->failed, "reading the message");
	else
		exitcode_verdict(a, r->status, r->said.text, r->said.n);
}

void
program_run(const struct program *p, struct letter *l, struct answer *a)
{
	static struct run r;
	int in_time = 1;

	memset(&r, 0, sizeof(r));
	r.program = p;
	r.letter = l;
	r.in = r.out = -1;
	r.deadline_ms = clock_mono_ms() + p->timeout_ms;
	if (start(&r) == -1) {
		maildir_failure(a, errno, "starting the program");
		return;
	}
	while (!r.over && in_time)
		in_time = serve(&r) == 0;
	finish(&r);
	if (r.said.n > 0)
		say("id=%s to=<%s> said=%.*s", l->job->id, l->job->to,
		    (int)r.said.n, r.said.text);
	set_answer(&r, a, in_time);
}
