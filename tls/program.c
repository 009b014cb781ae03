/* program - the child: its descriptors, its environment, its user, its end. */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"

/* The program's descriptors. */
struct ends {
	int	ctl, in, out;
};

/* Below 3 stand the connection and the log, and main closes 1. */
static void
pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == -1)
		die(EXIT_TEMP, "socketpair:");
	if (fd[0] < 3 || fd[1] < 3)
		die(EXIT_PERM, "descriptors 0, 1 and 2 must be open");
}

/* Tell the program a descriptor's number, and leave it open for it. */
static void
hand_over(const char *name, int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	if (fcntl(fd, F_SETFD, 0) == -1 || setenv(name, number, 1) == -1)
		die(EXIT_TEMP, "%s:", name);
}

/* The two ends of the clear side have numbers of their own: a program may move
 * the one to 0, close it, and move the other to 1. */
static void
announce(const struct ends *e)
{
	if (setenv("UCSPITLS", "1", 1) == -1)
		die(EXIT_TEMP, "UCSPITLS:");
	hand_over("SSLCTLFD", e->ctl);
	hand_over("SSLREADFD", e->in);
	hand_over("SSLWRITEFD", e->out);
}

/* TLS is there already: nothing to ask for. */
static void
keep_silent(void)
{
	unsetenv("UCSPITLS");
	unsetenv("SSLCTLFD");
	unsetenv("SSLREADFD");
	unsetenv("SSLWRITEFD");
}

static void __attribute__((noreturn))
become_program(const struct session *s, const struct ends *e)
{
	if (s->implicit && (dup2(e->in, 0) == -1 || dup2(e->in, 1) == -1))
		die(EXIT_TEMP, "dup2:");
	if (s->root && !s->keeps_root && (setgroups(1, &s->net_gid) == -1 ||
	    setgid(s->net_gid) == -1 || setuid(s->net_uid) == -1))
		die(EXIT_TEMP, "becoming NET_UID:");
	execvp(*s->program, s->program);
	die(errno == ENOENT ? EXIT_PERM : EXIT_TEMP, "%s:", *s->program);
}

static struct ends
make_ends(struct session *s)
{
	int clear[2], ctl[2] = { -1, -1 }, out = -1;

	pair(clear);
	if (!s->implicit) {
		pair(ctl);
		out = fcntl(clear[1], F_DUPFD_CLOEXEC, 3);
		if (out == -1)
			die(EXIT_TEMP, "dup:");
	}
	s->relay.clear = clear[0];
	s->ctl = ctl[0];
	return (struct ends){ .ctl = ctl[1], .in = clear[1], .out = out };
}

/* A function of its own: the child of a vfork has our memory. */
static pid_t __attribute__((noinline))
spawn(const struct session *s, const struct ends *e)
{
	pid_t pid = vfork();

	if (pid == 0)
		become_program(s, e);
	return pid;
}

static struct session *parent;		/* for the signal */

static void
note_end(pid_t pid, int status)
{
	if (pid == parent->pid)
		parent->code = WIFEXITED(status) ? WEXITSTATUS(status) :
		    EXIT_TEMP;
}

/* What ends while the session lasts for hours is no zombie until its end. */
static void
on_child(int number)
{
	int e = errno, status;
	pid_t pid;

	(void)number;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		note_end(pid, status);
	errno = e;
}

static void
become_parent(struct session *s)
{
	const struct sigaction act = { .sa_handler = on_child,
	    .sa_flags = SA_RESTART | SA_NOCLDSTOP };

	parent = s;
	if (sigaction(SIGCHLD, &act, NULL) == -1)
		die(EXIT_TEMP, "sigaction:");
	on_child(SIGCHLD);		/* it may have left already */
}

void
start_program(struct session *s)
{
	struct ends e = make_ends(s);

	if (s->implicit)
		keep_silent();
	else
		announce(&e);
	signal(SIGCHLD, SIG_DFL);	/* ignored, it would hide the code */
	/* A session that outlives the program becomes our child. */
	if (s->keeps_root && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		die(EXIT_TEMP, "prctl:");
	s->code = EXIT_TEMP;
	s->pid = spawn(s, &e);
	if (s->pid == -1)
		die(EXIT_TEMP, "fork:");
	become_parent(s);
	close(e.in);
	if (!s->implicit) {
		close(e.out);
		close(e.ctl);
	}
}

int
end_of_program(struct session *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, 0)) != -1 || errno == EINTR)
		if (pid != -1)
			note_end(pid, status);
	return s->code;
}
