/* spawner - start a deliver-local as the user, or a deliver-remote, and pass its
 * descriptor on. See spawner.8. It is root, and the only program of the chain that stays so: keep
 * it small. It never sees a message or a stranger's octet. */
#include "execute.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/spawn.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"

#define CHILDREN_MAX	200
#define BACKLOG		16

struct client {
	struct spawner	*spawner;
	int		 fd;
};

struct spawner {
	struct loop	 loop;
	struct programs	 programs;
	int		 listen;
	int		 signals;
	int		 stop;
	pid_t		 child[CHILDREN_MAX];	/* 0: free */
};

/* A free place in the table, or -1. */
static int
free_place(const struct spawner *s)
{
	int i;

	for (i = 0; i < CHILDREN_MAX; i++)
		if (s->child[i] == 0)
			return i;
	return -1;
}

/* Start one; the runner's end of its socket, or -1 with *why. */
static int
start_child(struct spawner *s, struct destination *d, pid_t *pid,
    const char **why)
{
	int pair[2], place = free_place(s);

	*why = "too many deliveries run";
	if (place == -1)
		return -1;
	*why = "no socket or process to be had";
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	*pid = fork();
	if (*pid == 0)
		execute(&s->programs, d, pair[1]);
	close(pair[1]);
	if (*pid == -1) {
		close(pair[0]);
		return -1;
	}
	s->child[place] = *pid;
	return pair[0];
}

static void
kill_child(struct spawner *s, uint64_t pid)
{
	int i;

	for (i = 0; i < CHILDREN_MAX; i++)
		if (s->child[i] > 0 && (uint64_t)s->child[i] == pid)
			kill(s->child[i], SIGKILL);
}

static void
drop_client(struct client *c)
{
	loop_remove(&c->spawner->loop, c->fd);
	close(c->fd);
	free(c);
}

static void
serve_start(struct client *c, struct spawn_request *q)
{
	struct spawner *s = c->spawner;
	struct spawn_answer a = { .start = q->start };
	struct buf b = BUF_MAX(SPAWN_RECORD);
	const char *why = execute_refusal(&s->programs, &q->to);
	pid_t pid = 0;
	int fd = -1;

	if (why == NULL)
		fd = start_child(s, &q->to, &pid, &why);
	if (fd != -1)
		a.pid = (uint64_t)pid;
	else {
		snprintf(a.why, sizeof(a.why), "%s", why);
		say("uid=%u to=%s%s refused: %s", (unsigned)q->to.uid,
		    q->to.mailbox, q->to.nexthop, why);
	}
	if (spawn_answer_format(&b, &a) == -1 ||
	    unix_send(c->fd, b.s, b.len, fd, MSG_DONTWAIT) == -1)
		say("the answer to the runner is lost:");
	if (fd != -1)
		close(fd);
	buf_free(&b);
}

static void
on_request(void *arg, short revents)
{
	struct client *c = arg;
	struct spawn_request q;
	char record[SPAWN_RECORD];
	ssize_t r = unix_recv(c->fd, record, sizeof(record), NULL,
	    MSG_DONTWAIT);

	(void)revents;
	if (r == -1 && errno == EAGAIN)
		return;
	if (r <= 0)
		drop_client(c);
	else if (spawn_request_parse(record, (size_t)r, &q) == -1)
		say("a request that is no record is ignored");
	else if (q.kill != 0)
		kill_child(c->spawner, q.kill);
	else
		serve_start(c, &q);
}

static void
on_connect(void *arg, short revents)
{
	struct spawner *s = arg;
	int fd = unix_accept(s->listen, 0);
	struct client *c;

	(void)revents;
	if (fd == -1)
		return;
	c = malloc(sizeof(*c));
	if (c == NULL || unix_peer_uid(fd) != s->programs.runner ||
	    loop_add(&s->loop, fd, POLLIN, on_request, c) == -1) {
		say("a connection is refused");
		close(fd);
		free(c);
		return;
	}
	c->spawner = s;
	c->fd = fd;
}

static void
reap(struct spawner *s)
{
	pid_t pid;
	int status, i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < CHILDREN_MAX; i++)
			if (s->child[i] == pid)
				s->child[i] = 0;
		if (WIFSIGNALED(status))
			say("delivery pid=%d was killed by signal %d",
			    (int)pid, WTERMSIG(status));
	}
}

static void
on_signal(void *arg, short revents)
{
	struct spawner *s = arg;
	int n;

	(void)revents;
	while ((n = sigfd_next(s->signals)) != 0)
		if (n == SIGTERM)
			s->stop = 1;
	reap(s);
}

static void
open_sockets(struct spawner *s, const char *path)
{
	static const int signals[] = { SIGTERM, SIGCHLD };

	s->signals = sigfd_open(signals, 2);
	/* Its folder is root's, or whoever owned it could lead root astray. */
	s->listen = unix_listen(path, SOCK_SEQPACKET, 0666, BACKLOG);
	if (s->listen == -1 || s->signals == -1)
		die(EXIT_TEMP, "socket %s:", path);
	if (loop_add(&s->loop, s->listen, POLLIN, on_connect, s) == -1 ||
	    loop_add(&s->loop, s->signals, POLLIN, on_signal, s) == -1)
		die(EXIT_TEMP, "loop:");
}

int
main(int argc, char **argv)
{
	static struct spawner s;
	struct programs *p = &s.programs;

	progname = "spawner";
	if (argc < 2 || argc > 3 || argv[1][0] != '/' ||
	    (argc == 3 && argv[2][0] != '/'))
		die(EXIT_PERM, "usage: spawner /path/of/deliver-local "
		    "[/path/of/deliver-remote]");
	p->local = argv[1];
	p->remote = argv[2];
	p->name = env_str("NAME", NULL);
	p->runner = (uid_t)env_u64("RUNNER_UID", geteuid(), 0, UINT32_MAX - 1);
	p->least = (uid_t)env_u64("LEAST_UID", 1000, 1,
	    UINT32_MAX - 1);
	if (p->remote != NULL && geteuid() == 0) {
		p->out_uid = (uid_t)env_u64("OUT_UID", 0, 1, UINT32_MAX - 1);
		p->out_gid = (gid_t)env_u64("OUT_GID", 0, 1, UINT32_MAX - 1);
		if (p->out_uid == 0 || p->out_gid == 0)
			die(EXIT_PERM, "OUT_UID and OUT_GID must be set");
	}
	open_sockets(&s, env_str("SPAWNER_SOCKET", NULL));
	env_notify_ready();
	while (!s.stop)
		if (loop_once(&s.loop, -1) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	return EXIT_DONE;
}
