/* spawner - start a deliver-local or a deliver-program as the user, or a
 * deliver-remote, and pass its descriptor on. See spawner.8. It is root, and the only program of the
 * chain that stays so: keep it small. It never sees a message or a stranger's
 * octet. */
#include "execute.h"

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
#include "mail/spawn.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/service.h"

#define CHILDREN_MAX	200
#define CLIENTS_MAX	16	/* one is the runner */

struct spawner {
	struct service	 service;
	struct loop	 loop;
	struct programs	 programs;
	pid_t		 child[CHILDREN_MAX];	/* 0: free */
};

static struct spawner *
spawner_of(struct service *s)
{
	return (struct spawner *)(void *)s;	/* it is its first member */
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
serve_start(struct client *c, struct spawn_request *q)
{
	struct spawner *s = spawner_of(c->service);
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
		say("uid=%u to=%s refused: %s", (unsigned)q->to.uid,
		    destination_name(&q->to), why);
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

	if (c->uid != s->programs.runner) {
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

/* Who may lock in the folder of the system's mailboxes. */
static void
take_spool(struct programs *p)
{
	const struct group *mail = getgrnam("mail");

	p->spool = env_str("MAIL_SPOOL", "/var/mail");
	p->spool_gid = mail != NULL ? mail->gr_gid : 0;
}

static void
take_programs(struct programs *p, int argc, char **argv)
{
	int i, good = argc >= 2 && argc <= 4;

	for (i = 1; i < argc; i++)
		good = good && argv[i][0] == '/';
	if (!good)
		die(EXIT_PERM, "usage: spawner /path/of/deliver-local "
		    "[/path/of/deliver-remote [/path/of/deliver-program]]");
	p->local = argv[1];
	p->remote = argv[2];
	p->program = p->remote != NULL ? argv[3] : NULL;
}

int
main(int argc, char **argv)
{
	static struct spawner s = { .service = { .ask = on_request,
	    .child = reap, .client_size = sizeof(struct client),
	    .clients_max = CLIENTS_MAX, .loop = &s.loop } };
	struct programs *p = &s.programs;
	const char *path;

	progname = "spawner";
	take_programs(p, argc, argv);
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
	take_spool(p);
	p->warning = env_str("QUOTA_WARNING", "");
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
