/* spawner - start a deliver-local as the user, or a deliver-remote, and pass
 * its descriptor on. See spawner.8. It is root, and the only program of the
 * chain that stays so: keep it small. It never sees a message or a stranger's
 * octet. */
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
#include "sys/service.h"

#define CHILDREN_MAX	200
#define CLIENTS_MAX	16	/* one is the runner */

struct spawner {
	struct service	 service;
	char		*local, *remote;	/* paths of the programs */
	const char	*name;		/* host name for its Maildir names */
	uid_t		 runner;	/* who may ask */
	uid_t		 least;		/* the lowest uid that it starts as */
	uid_t		 out_uid;	/* who speaks with other hosts */
	gid_t		 out_gid;
	pid_t		 child[CHILDREN_MAX];	/* 0: free */
};

static struct spawner *
spawner_of(struct service *s)
{
	return (struct spawner *)(void *)s;	/* it is its first member */
}

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
serve_start(struct client *c, struct spawn_request *q)
{
	struct spawner *s = spawner_of(c->service);
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
	if (spawn_answer_format(&b, &a) == -1)
		die(EXIT_BUG, "an answer that is no record:");
	client_pass(c, b.s, b.len, fd);
	if (fd != -1)
		close(fd);
	buf_free(&b);
}

static int
on_request(struct client *c, const char *record, size_t n)
{
	struct spawner *s = spawner_of(c->service);
	struct spawn_request q;

	if (c->uid != s->runner) {
		say("a connection of uid=%u is refused", (unsigned)c->uid);
		return -1;
	}
	if (spawn_request_parse(record, n, &q) == -1) {
		say("a request that is no record is ignored");
		client_go_on(c);
	} else if (q.kill != 0) {
		kill_child(s, q.kill);
		client_go_on(c);
	} else
		serve_start(c, &q);
	return 0;
}

static void
reap(struct service *service)
{
	struct spawner *s = spawner_of(service);
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

int
main(int argc, char **argv)
{
	static struct spawner s = { .service = { .ask = on_request,
	    .child = reap, .client_size = sizeof(struct client),
	    .clients_max = CLIENTS_MAX } };
	const char *path;

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
	path = env_str("SPAWNER_SOCKET", NULL);
	/* Its folder is root's, or whoever owned it could lead root astray. */
	if (service_open(&s.service, path) == -1)
		die(EXIT_TEMP, "socket %s:", path);
	env_notify_ready();
	while (!s.service.stop)
		if (service_once(&s.service, -1) == -1)
			die(EXIT_TEMP, "poll:");
	return EXIT_DONE;
}
