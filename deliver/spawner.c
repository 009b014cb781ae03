/* spawner - start a deliver-local as the user and pass its descriptor on. See
 * spawner.8. It is root, and the only program of the chain that stays so: keep
 * it small. It never sees a message or a stranger's octet. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define CHILDREN_MAX	200
#define PATH_OCTETS	1024
#define BACKLOG		16

struct request {
	uint64_t number;
	uint64_t kill;			/* a pid to end, or 0 */
	uint64_t uid, gid, make;
	char	 user[64];		/* "" for a virtual user */
	char	 home[PATH_OCTETS];
	char	 mailbox[PATH_OCTETS];
};

struct client {
	struct spawner	*spawner;
	int		 fd;
};

struct spawner {
	struct loop	 loop;
	char		*program;	/* path of deliver-local */
	const char	*name;		/* host name for its Maildir names */
	uid_t		 runner;	/* who may ask */
	uid_t		 least;		/* the lowest uid that it starts as */
	int		 listen;
	int		 signals;
	int		 stop;
	pid_t		 child[CHILDREN_MAX];	/* 0: free */
};

static int
request_parse(const char *s, size_t n, struct request *q)
{
	const char *p = s, *end = s + n;
	struct field f;
	int r;

	memset(q, 0, sizeof(*q));
	while ((r = record_next(&p, end, &f)) == 1) {
		if (field_is(&f, "start"))
			r = field_u64(&f, &q->number);
		else if (field_is(&f, "kill"))
			r = field_u64(&f, &q->kill);
		else if (field_is(&f, "uid"))
			r = field_u64(&f, &q->uid);
		else if (field_is(&f, "gid"))
			r = field_u64(&f, &q->gid);
		else if (field_is(&f, "make"))
			r = field_u64(&f, &q->make);
		else if (field_is(&f, "user"))
			r = field_copy(&f, q->user, sizeof(q->user));
		else if (field_is(&f, "home"))
			r = field_copy(&f, q->home, sizeof(q->home));
		else if (field_is(&f, "mailbox"))
			r = field_copy(&f, q->mailbox, sizeof(q->mailbox));
		if (r == -1)
			return -1;
	}
	return r;
}

/* Why the request is refused, or NULL. */
static const char *
refusal(const struct spawner *s, const struct request *q)
{
	if (q->uid < s->least || q->uid > UINT32_MAX - 1)
		return "this uid gets no mail";
	if (q->gid > UINT32_MAX - 1 || (geteuid() == 0 && q->gid == 0))
		return "this gid gets no mail";
	if (geteuid() == 0 && q->uid == s->runner)
		return "the queue's own uid gets no mail";
	if (geteuid() != 0 && q->uid != geteuid())
		return "not root: cannot become this uid";
	if (q->home[0] != '/' || q->mailbox[0] != '/')
		return "home and mailbox are no full paths";
	return NULL;
}

static void
become(const struct request *q)
{
	gid_t gid = (gid_t)q->gid;

	if (geteuid() != 0)
		return;
	if ((q->user[0] != '\0' ? initgroups(q->user, gid) :
	    setgroups(1, &gid)) == -1 ||
	    setgid(gid) == -1 || setuid((uid_t)q->uid) == -1)
		die(EXIT_TEMP, "cannot become uid %u:", (unsigned)q->uid);
}

static void
run_child(const struct spawner *s, struct request *q, int jobs)
{
	char *argv[4], *env[3], host[512], home[PATH_OCTETS + 5];
	unsigned n = 0;

	argv[n++] = s->program;
	if (q->make)
		argv[n++] = (char *)(uintptr_t)"-m";
	argv[n++] = q->mailbox;
	argv[n] = NULL;
	snprintf(host, sizeof(host), "NAME=%s", s->name);
	snprintf(home, sizeof(home), "HOME=%s", q->home);
	env[0] = host;
	env[1] = home;
	env[2] = NULL;
	become(q);
	if (chdir("/") == -1 || dup2(jobs, 0) == -1 || dup2(2, 1) == -1)
		die(EXIT_TEMP, "child:");
	execve(s->program, argv, env);
	die(EXIT_TEMP, "exec %s:", s->program);
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
start_child(struct spawner *s, struct request *q, pid_t *pid, const char **why)
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
		run_child(s, q, pair[1]);
	close(pair[1]);
	if (*pid == -1) {
		close(pair[0]);
		return -1;
	}
	s->child[place] = *pid;
	return pair[0];
}

static void
kill_child(struct spawner *s, pid_t pid)
{
	int i;

	for (i = 0; i < CHILDREN_MAX; i++)
		if (s->child[i] == pid)
			kill(pid, SIGKILL);
}

static void
drop_client(struct client *c)
{
	loop_remove(&c->spawner->loop, c->fd);
	close(c->fd);
	free(c);
}

static void
serve_start(struct client *c, struct request *q)
{
	struct spawner *s = c->spawner;
	struct buf b = BUF_MAX(512);
	const char *why = refusal(s, q);
	pid_t pid = 0;
	int fd = -1;

	if (why == NULL)
		fd = start_child(s, q, &pid, &why);
	record_add_u64(&b, "start", q->number);
	if (fd != -1)
		record_add_u64(&b, "pid", (uint64_t)pid);
	else {
		record_adds(&b, "why", why);
		say("uid=%u mailbox=%s refused: %s", (unsigned)q->uid,
		    q->mailbox, why);
	}
	if (unix_send(c->fd, b.s, b.len, fd, MSG_DONTWAIT) == -1)
		say("the answer to the runner is lost:");
	if (fd != -1)
		close(fd);
	buf_free(&b);
}

static void
on_request(void *arg, short revents)
{
	struct client *c = arg;
	struct request q;
	char record[4096];
	ssize_t r = unix_recv(c->fd, record, sizeof(record), NULL,
	    MSG_DONTWAIT);

	(void)revents;
	if (r == -1 && errno == EAGAIN)
		return;
	if (r <= 0)
		drop_client(c);
	else if (request_parse(record, (size_t)r, &q) == -1)
		say("a request that is no record is ignored");
	else if (q.kill != 0)
		kill_child(c->spawner, (pid_t)q.kill);
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
			say("deliver-local pid=%d was killed by signal %d",
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
	s->listen = unix_listen(path, SOCK_SEQPACKET, 0600, BACKLOG);
	if (s->listen == -1 || s->signals == -1)
		die(EXIT_TEMP, "socket %s:", path);
	if (geteuid() == 0 && chown(path, s->runner, (gid_t)-1) == -1)
		die(EXIT_TEMP, "chown %s:", path);
	if (loop_add(&s->loop, s->listen, POLLIN, on_connect, s) == -1 ||
	    loop_add(&s->loop, s->signals, POLLIN, on_signal, s) == -1)
		die(EXIT_TEMP, "loop:");
}

int
main(int argc, char **argv)
{
	static struct spawner s;

	progname = "spawner";
	if (argc != 2 || argv[1][0] != '/')
		die(EXIT_PERM, "usage: spawner /path/of/deliver-local");
	s.program = argv[1];
	s.name = env_str("NAME", NULL);
	s.runner = (uid_t)env_u64("RUNNER_UID", geteuid(), 0, UINT32_MAX - 1);
	s.least = (uid_t)env_u64("LEAST_UID", 1, geteuid() == 0, UINT32_MAX);
	open_sockets(&s, env_str("SPAWNER_SOCKET", NULL));
	env_notify_ready();
	while (!s.stop)
		if (loop_once(&s.loop, -1) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	return EXIT_DONE;
}
