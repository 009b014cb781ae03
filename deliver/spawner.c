/* spawner - start a deliver-local as the user, or a deliver-remote, and pass its
 * descriptor on. See spawner.8. It is root, and the only program of the chain that stays so: keep
 * it small. It never sees a message or a stranger's octet. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
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
	char		*local, *remote;	/* paths of the programs */
	const char	*name;		/* host name for its Maildir names */
	uid_t		 runner;	/* who may ask */
	uid_t		 least;		/* the lowest uid that it starts as */
	uid_t		 out_uid;	/* who speaks with other hosts */
	gid_t		 out_gid;
	int		 listen;
	int		 signals;
	int		 stop;
	pid_t		 child[CHILDREN_MAX];	/* 0: free */
};

/* Why the request is refused, or NULL. A user of the system gets his own group; a
 * virtual user's is a person's too, as his uid. */
static const char *
refusal(const struct spawner *s, const struct destination *d)
{
	const struct passwd *p;

	if (d->nexthop[0] != '\0')
		return s->remote != NULL ? NULL : "no mail is sent from here";
	if (d->home[0] != '/' || d->mailbox[0] != '/')
		return "home and mailbox are no full paths";
	if (geteuid() != 0)
		return d->uid == geteuid() ? NULL :
		    "not root: cannot become this uid";
	if (d->uid < s->least || d->uid > UINT32_MAX - 1 ||
	    d->uid == s->runner)
		return "this uid gets no mail";
	p = d->user[0] != '\0' ? getpwnam(d->user) : NULL;
	if (p != NULL)
		return p->pw_uid == d->uid && p->pw_gid == d->gid ? NULL :
		    "user, uid and gid are not of one account";
	if (d->gid < s->least || d->gid > UINT32_MAX - 1)
		return "this gid gets no mail";
	return NULL;
}

static void
become(const struct destination *d)
{
	gid_t gid = (gid_t)d->gid;
	int grouped;

	if (geteuid() != 0)
		return;
	/* A user that /etc/passwd does not know (LDAP) has his first group only. */
	if (d->user[0] != '\0' && getpwnam(d->user) != NULL)
		grouped = initgroups(d->user, gid);
	else
		grouped = setgroups(1, &gid);
	if (grouped == -1 || setgid(gid) == -1 || setuid((uid_t)d->uid) == -1)
		die(EXIT_TEMP, "cannot become uid %u:", (unsigned)d->uid);
}

static void
run(char **argv, char **env, int jobs)
{
	if (chdir("/") == -1 || dup2(jobs, 0) == -1 || dup2(2, 1) == -1)
		die(EXIT_TEMP, "child:");
	execve(argv[0], argv, env);
	die(EXIT_TEMP, "exec %s:", argv[0]);
}

/* Its settings are ours: it needs more than a deliver-local, and nobody whose
 * uid it has can look at it. */
static void
run_remote(const struct spawner *s, struct destination *d, int jobs)
{
	char *argv[] = { s->remote, d->nexthop, NULL };

	if (geteuid() == 0 && (setgroups(1, &s->out_gid) == -1 ||
	    setgid(s->out_gid) == -1 || setuid(s->out_uid) == -1))
		die(EXIT_TEMP, "cannot become uid %u:", (unsigned)s->out_uid);
	run(argv, environ, jobs);
}

static void
run_local(const struct spawner *s, struct destination *d, int jobs)
{
	char *argv[4], *env[3], host[512], home[SPAWN_PATH + 5];
	unsigned n = 0;

	argv[n++] = s->local;
	if (d->make)
		argv[n++] = (char *)(uintptr_t)"-m";
	argv[n++] = d->mailbox;
	argv[n] = NULL;
	snprintf(host, sizeof(host), "NAME=%s", s->name);
	snprintf(home, sizeof(home), "HOME=%s", d->home);
	env[0] = host;
	env[1] = home;
	env[2] = NULL;
	become(d);
	run(argv, env, jobs);
}

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
	if (*pid == 0 && d->nexthop[0] != '\0')
		run_remote(s, d, pair[1]);
	if (*pid == 0)
		run_local(s, d, pair[1]);
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
	const char *why = refusal(s, &q->to);
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
	if (c == NULL || unix_peer_uid(fd) != s->runner ||
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

	progname = "spawner";
	if (argc < 2 || argc > 3 || argv[1][0] != '/' ||
	    (argc == 3 && argv[2][0] != '/'))
		die(EXIT_PERM, "usage: spawner /path/of/deliver-local "
		    "[/path/of/deliver-remote]");
	s.local = argv[1];
	s.remote = argv[2];
	s.name = env_str("NAME", NULL);
	s.runner = (uid_t)env_u64("RUNNER_UID", geteuid(), 0, UINT32_MAX - 1);
	s.least = (uid_t)env_u64("LEAST_UID", 1000, 1,
	    UINT32_MAX - 1);
	if (s.remote != NULL && geteuid() == 0) {
		s.out_uid = (uid_t)env_u64("OUT_UID", 0, 1, UINT32_MAX - 1);
		s.out_gid = (gid_t)env_u64("OUT_GID", 0, 1, UINT32_MAX - 1);
		if (s.out_uid == 0 || s.out_gid == 0)
			die(EXIT_PERM, "OUT_UID and OUT_GID must be set");
	}
	open_sockets(&s, env_str("SPAWNER_SOCKET", NULL));
	env_notify_ready();
	while (!s.stop)
		if (loop_once(&s.loop, -1) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	return EXIT_DONE;
}
