/* auth - answer whether a secret is right, and slow down who guesses. See
 * auth.8. It is root and lives long: what it reads is short, it never waits. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "check.h"
#include "guard.h"
#include "question.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/sandbox.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define BACKLOG		512
#define RECORD_MAX	2048	/* of a question and of its answer */
#define SHOW_MAX	32768	/* of one packet of counters */
#define KILL_AGAIN_MS	1000

struct client {
	struct auth	*auth;
	struct client	*next;
	int		 fd;		/* -1: gone while its check runs */
	int		 trusted;	/* root or our own uid */
	enum { IDLE, WAITS, RUNS } state;
	int64_t		 deadline_ms;	/* of waiting or running */
	struct check	 check;
	struct question	 question;
	char		 address[GUARD_NAME], account[GUARD_NAME];
};

struct auth {
	struct loop	 loop;
	struct guard	 guard;
	struct client	*all;		/* who asked longest ago comes first */
	unsigned	 clients, clients_max, checks, checks_max;
	char		**program;	/* checker, arguments, say-user */
	const char	*domain;	/* of names without one */
	uid_t		 net_uid;
	int64_t		 timeout_ms;
	int		 listen, signals, stop;
};

/* Take the client out of the list, and put it to its end if it stays. */
static void
relink(struct client *c, int stays)
{
	struct client **p = &c->auth->all;

	while (*p != NULL)
		if (*p == c)
			*p = c->next;
		else
			p = &(*p)->next;
	c->next = NULL;
	if (stays)
		*p = c;
}

/* A check that runs is waited for: to hang up is not to guess for free. */
static void
drop_client(struct client *c)
{
	if (c->fd != -1) {
		loop_remove(&c->auth->loop, c->fd);
		close(c->fd);
		c->fd = -1;
	}
	if (c->state == RUNS)
		return;
	relink(c, 0);
	c->auth->clients--;
	explicit_bzero(c, sizeof(*c));
	free(c);
}

static int
send_record(const struct client *c, const struct buf *b)
{
	return unix_send(c->fd, b->s, b->len, -1, MSG_DONTWAIT);
}

/* Answer with the verdict ("": none was asked for) and, for yes, the user; and
 * how long nothing from there will be looked at. */
static void
answer(struct client *c, const char *verdict, const char *user, int64_t ms)
{
	struct buf b = BUF_MAX(RECORD_MAX);

	c->state = IDLE;
	if (c->fd == -1 ||
	    (*verdict != '\0' && record_adds(&b, "verdict", verdict) == -1) ||
	    (user != NULL && record_adds(&b, "user", user) == -1) ||
	    record_add_u64(&b, "wait", (uint64_t)(ms + 999) / 1000) == -1 ||
	    send_record(c, &b) == -1)
		drop_client(c);
	buf_free(&b);
}

static int64_t
wait_ms(struct client *c)
{
	return guard_wait_ms(&c->auth->guard, c->address, c->account,
	    clock_mono_ms());
}

/* Count what a check said and log it. */
static void
count(struct client *c, enum verdict v)
{
	struct guard *g = &c->auth->guard;

	if (v == V_YES)
		guard_passed(g, c->address, c->account, clock_mono_ms());
	else if (v == V_NO)
		guard_failed(g, c->address, c->account, clock_mono_ms());
	say("client=%s verdict=%s wait=%d user=%s", c->address,
	    verdict_word(v), (int)(wait_ms(c) / 1000), c->question.user);
}

static void
start(struct client *c)
{
	struct question *q = &c->question;
	int r = check_start(&c->check, c->auth->program, q->user, q->secret,
	    q->secret_n);
	enum verdict v = errno == EMSGSIZE ? V_NO : V_LATER;

	explicit_bzero(q->secret, sizeof(q->secret));
	if (r == 0) {
		c->state = RUNS;
		c->auth->checks++;
		c->deadline_ms = clock_mono_ms() + c->auth->timeout_ms;
		return;
	}
	say("cannot ask %s:", c->auth->program[0]);
	count(c, v);
	answer(c, verdict_word(v), NULL, wait_ms(c));
}

static void
end_check(struct client *c, int status)
{
	char user[CHECK_OCTETS];
	enum verdict v = check_end(&c->check, status, user, sizeof(user));

	c->auth->checks--;
	count(c, v);
	answer(c, verdict_word(v), v != V_YES ? NULL :
	    *user != '\0' ? user : c->question.user, wait_ms(c));
}

/* 1 if one more check may run for this address, which gets a quarter of all. */
static int
is_free(const struct auth *a, const char *address)
{
	const struct client *c;
	unsigned seen = 0, same = 0;

	if (a->checks == a->checks_max)
		return 0;
	for (c = a->all; seen < a->checks; c = c->next)
		if (c->state == RUNS) {
			seen++;
			same += strcmp(c->address, address) == 0;
		}
	return same < (a->checks_max + 3) / 4;
}

static void
look_at(struct client *c, int64_t now)
{
	if (c->state == WAITS && (wait_ms(c) > 0 || now >= c->deadline_ms)) {
		explicit_bzero(c->question.secret, sizeof(c->question.secret));
		answer(c, "later", NULL, wait_ms(c));
	} else if (c->state == WAITS && is_free(c->auth, c->address)) {
		start(c);
	} else if (c->state == RUNS && now >= c->deadline_ms) {
		say("pid=%d hangs and is killed", (int)c->check.pid);
		kill(-c->check.pid, SIGKILL);
		c->deadline_ms = now + KILL_AGAIN_MS;
	}
}

/* Look at everybody in order. How long until that is needed again, in ms. */
static int
go_on(struct auth *a)
{
	int64_t now = clock_mono_ms(), soonest = -1;
	struct client *c, *next;

	for (c = a->all; c != NULL; c = next) {
		next = c->next;
		look_at(c, now);
	}
	for (c = a->all; c != NULL; c = c->next)
		if (c->state != IDLE &&
		    (soonest == -1 || c->deadline_ms < soonest))
			soonest = c->deadline_ms;
	return clock_left_ms(soonest);
}

static void
show(struct client *c)
{
	struct buf b = BUF_MAX(SHOW_MAX);
	uint64_t next = guard_show(&c->auth->guard, c->question.from,
	    clock_mono_ms(), &b);

	if (record_add_u64(&b, next > 0 ? "next" : "end", next) == -1 ||
	    send_record(c, &b) == -1)
		drop_client(c);
	buf_free(&b);
}

static void
obey(struct client *c)
{
	const struct question *q = &c->question;

	guard_address(c->address, q->client);
	guard_account(c->account, q->user, c->auth->domain);
	if (q->kind == Q_SECRET) {
		relink(c, 1);
		c->state = WAITS;
		c->deadline_ms = clock_mono_ms() + c->auth->timeout_ms;
	} else if (!c->trusted) {
		drop_client(c);
	} else if (q->kind == Q_SHOW) {
		show(c);
	} else {
		if (q->kind != Q_WAIT)
			count(c, q->kind == Q_TOLD_YES ? V_YES : V_NO);
		answer(c, "", NULL, wait_ms(c));
	}
}

static void
on_question(void *arg, short revents)
{
	struct client *c = arg;
	char record[RECORD_MAX];
	ssize_t r = unix_recv(c->fd, record, sizeof(record), NULL,
	    MSG_DONTWAIT);

	(void)revents;
	if (r == -1 && errno == EAGAIN)
		return;
	if (r <= 0 || c->state != IDLE ||
	    question_parse(&c->question, record, (size_t)r) == -1)
		drop_client(c);
	else
		obey(c);
	explicit_bzero(record, sizeof(record));
}

static void
on_connect(void *arg, short revents)
{
	struct auth *a = arg;
	int fd = unix_accept(a->listen, 0);
	uid_t uid = fd != -1 ? unix_peer_uid(fd) : (uid_t)-1;
	int trusted = uid == geteuid() || uid == 0;
	struct client *c = NULL;

	(void)revents;
	if (fd == -1)
		return;
	if (trusted || uid == a->net_uid)
		c = a->clients < a->clients_max ? calloc(1, sizeof(*c)) : NULL;
	if (c == NULL ||
	    loop_add(&a->loop, fd, POLLIN, on_question, c) == -1) {
		say("a connection of uid=%d is refused", (int)uid);
		close(fd);
		free(c);
		return;
	}
	c->auth = a;
	c->fd = fd;
	c->trusted = trusted;
	a->clients++;
	relink(c, 1);
}

static void
on_signal(void *arg, short revents)
{
	struct auth *a = arg;
	struct client *c, *next;
	int status, n;

	(void)revents;
	while ((n = sigfd_next(a->signals)) != 0)
		if (n == SIGTERM)
			a->stop = 1;
	for (c = a->all; c != NULL; c = next) {
		next = c->next;
		if (c->state == RUNS &&
		    waitpid(c->check.pid, &status, WNOHANG) > 0)
			end_check(c, status);
	}
}

static void
open_sockets(struct auth *a, const char *path)
{
	static const int signals[] = { SIGTERM, SIGCHLD };

	if (check_keep_low() == -1 ||
	    sandbox_limits(a->clients_max + a->checks_max + 32, 1) == -1)
		die(EXIT_TEMP, "descriptors:");
	a->signals = sigfd_open(signals, 2);
	/* The folder around it, which is root's, says who may come this far. */
	a->listen = unix_listen(path, SOCK_SEQPACKET, 0666, BACKLOG);
	if (a->listen == -1 || a->signals == -1)
		die(EXIT_TEMP, "socket %s:", path);
	if (loop_add(&a->loop, a->listen, POLLIN, on_connect, a) == -1 ||
	    loop_add(&a->loop, a->signals, POLLIN, on_signal, a) == -1)
		die(EXIT_TEMP, "loop:");
	env_notify_ready();
	if (check_keep_low() == -1)	/* NOTIFY_FD was perhaps one */
		die(EXIT_TEMP, "descriptors:");
}

/* The program to execute: argv without our own name, and say-user behind. */
static char **
program_of(int argc, char **argv, const char *say_user)
{
	char **program = calloc((size_t)argc + 1, sizeof(*program));

	if (program == NULL)
		die(EXIT_TEMP, "memory:");
	if (*say_user != '/')
		die(EXIT_PERM, "setting SAY_USER=%s is no full path", say_user);
	memcpy(program, argv + 1, (size_t)(argc - 1) * sizeof(*program));
	program[argc - 1] = (char *)(uintptr_t)say_user;
	return program;
}

int
main(int argc, char **argv)
{
	static struct auth a;
	const char *path;
	struct client *c;
	int timeout = -1;

	progname = "auth";
	if (argc < 2)
		die(EXIT_PERM, "usage: auth checkpassword-program [arg ...]");
	a.program = program_of(argc, argv, env_str("SAY_USER", NULL));
	path = env_str("AUTH_SOCKET", NULL);
	a.domain = env_str("DOMAIN", "");
	a.net_uid = (uid_t)env_u64("NET_UID", geteuid(), 0, UINT32_MAX - 1);
	a.clients_max = (unsigned)env_u64("AUTH_CLIENTS", 400, 1, 10000);
	a.checks_max = (unsigned)env_u64("AUTH_CHECKS", 20, 1, 200);
	a.timeout_ms = 1000 * (int64_t)env_u64("AUTH_TIMEOUT_S", 30, 1, 600);
	open_sockets(&a, path);
	while (!a.stop) {
		if (loop_once(&a.loop, timeout) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
		timeout = go_on(&a);
	}
	for (c = a.all; c != NULL; c = c->next)
		if (c->state == RUNS)
			kill(-c->check.pid, SIGKILL);
	return EXIT_DONE;
}
