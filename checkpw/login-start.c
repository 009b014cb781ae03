/* login-start - the two children: their descriptors, environment and users. */
#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"

#define QUESTION	3	/* the checkpassword interface's */
#define HANDOVER	4
#define HIGH		10	/* what must not be overwritten stands above */

static void
become_front(const struct login *l, int fd)
{
	char number[16];
	int at;

	close(l->fd);
	at = fcntl(fd, F_DUPFD, 3);	/* 3, unless TLS's wrapper has it */
	snprintf(number, sizeof(number), "%d", at);
	if (at == -1 || setenv("LOGIN_FD", number, 1) == -1)
		die(EXIT_TEMP, "LOGIN_FD:");
	if (l->root && (setgroups(1, &l->net_gid) == -1 ||
	    setgid(l->net_gid) == -1 || setuid(l->net_uid) == -1))
		die(EXIT_TEMP, "becoming NET_UID:");
	execvp(*l->front, l->front);
	die(errno == ENOENT ? EXIT_PERM : EXIT_TEMP, "%s:", *l->front);
}

void
start_front(struct login *l)
{
	int p[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p) == -1)
		die(EXIT_TEMP, "socketpair:");
	if (p[0] < 3 || p[1] < 3)
		die(EXIT_PERM, "descriptors 0, 1 and 2 must be open");
	l->fd = p[0];
	l->pid = fork();
	if (l->pid == 0)
		become_front(l, p[1]);
	if (l->pid == -1)
		die(EXIT_TEMP, "fork:");
	close(p[1]);
}

/* Move a descriptor out of the way, then to its place. */
static int
above(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);

	if (high == -1)
		die(EXIT_TEMP, "dup:");
	return high;
}

static void
place(int fd, int at)
{
	if (dup2(fd, at) == -1)
		die(EXIT_TEMP, "dup2:");
}

/* The session sees nothing of TLS: its 0 and 1 are the clear side. */
static void
forget_tls(const struct starttls *t)
{
	if (t->ctl != -1) {
		close(t->ctl);
		close(t->in);
		close(t->out);
	}
	unsetenv("UCSPITLS");
	unsetenv("SSLCTLFD");
	unsetenv("SSLREADFD");
	unsetenv("SSLWRITEFD");
}

static void
become_session(const struct login *l, int question, int handover, int tls)
{
	int in = above(tls ? l->tls.in : 0), out = above(tls ? l->tls.out : 1);

	question = above(question);
	handover = above(handover);
	forget_tls(&l->tls);
	place(in, 0);
	place(out, 1);
	place(question, QUESTION);
	place(handover, HANDOVER);
	/* A group of its own, to be killed whole. */
	if (setpgid(0, 0) == -1 || setenv("HANDOVER_FD", "4", 1) == -1)
		die(EXIT_TEMP, "child:");
	execvp(*l->checker, l->checker);
	die(EXIT_TEMP, "%s:", *l->checker);
}

static pid_t
fork_session(const struct login *l, int question, int handover, int tls)
{
	pid_t pid = fork();

	if (pid == 0)
		become_session(l, question, handover, tls);
	if (pid > 0)
		(void)setpgid(pid, pid);	/* or we kill before it does */
	return pid;
}

int
start_session(const struct login *l, struct session *s, struct attempt *a)
{
	int question = check_question(a->user, a->secret, a->secret_n), p[2];
	int e = errno;

	explicit_bzero(a->secret, sizeof(a->secret));
	*s = (struct session){ .handover = -1 };
	if (question == -1)
		return errno = e, -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p) == 0) {
		s->pid = fork_session(l, question, p[1], a->tls);
		s->handover = p[0];
		e = errno;
		close(p[1]);
	} else
		e = errno, s->pid = -1;
	close(question);
	if (s->pid > 0)
		return 0;
	if (s->handover != -1)
		close(s->handover);
	*s = (struct session){ .handover = -1 };
	return errno = e, -1;
}
