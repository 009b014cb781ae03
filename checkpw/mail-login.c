/* mail-login - a front without rights asks, a checkpassword program answers and
 * becomes the session. See mail-login.8. It is root and never reads the client. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "login.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define LOGIN_S		180
#define CHECK_S		60
#define GRACE_S		5	/* for the front to take its leave */
#define LAST_S		30	/* and for us, whatever happens */
#define LEAVE_MS	2000	/* from closing its socket to its end */
#define TRIES_MAX	20	/* a front sends its client away long before */
#define RECORD_MAX	2048
#define UID_LAST	4294967294u
#define WRONG		1	/* the interface's exit code for a bad secret */

static void
kill_session(const struct session *s)
{
	if (s->pid > 0)
		kill(-s->pid, SIGKILL);
}

/* Leave, and take the front and a try along. */
static void __attribute__((noreturn))
leave(const struct login *l, const struct session *s, int code, const char *why)
{
	say("client=%s %s", l->client, why);
	if (s != NULL)
		kill_session(s);
	if (l->pid > 0)
		kill(l->pid, SIGKILL);
	_exit(code);
}

static void
note_end(pid_t pid, int status, pid_t *whose, int *code)
{
	if (pid != *whose)
		return;
	*whose = 0;
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_TEMP;
}

/* Collect who ended: the front, the try s (may be NULL), or one that was killed. */
static void
on_signal(struct login *l, struct session *s)
{
	int n, status;
	pid_t pid;

	while ((n = sigfd_next(l->signals)) != 0)
		if (n == SIGTERM)
			leave(l, s, EXIT_TEMP, "told to leave");
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		note_end(pid, status, &l->pid, &l->code);
		if (s != NULL)
			note_end(pid, status, &s->pid, &s->code);
	}
}

/* The session's first act. 1, or 0: it says something else, or nothing more. */
static int
is_ready(struct session *s)
{
	char record[16];
	ssize_t n = unix_recv(s->handover, record, sizeof(record), NULL,
	    MSG_DONTWAIT);

	if (n == 6 && memcmp(record, "ready\n", 6) == 0)
		return 1;
	close(s->handover);
	s->handover = -1;
	return 0;
}

/* Wait for the end of a try, in which the front has nothing to say. */
static enum verdict
watch(struct login *l, struct session *s)
{
	int64_t deadline = clock_mono_ms() + l->check_ms;

	while (s->pid != 0) {
		struct pollfd p[] = {
			{ .fd = l->fd, .events = POLLIN },
			{ .fd = s->handover, .events = POLLIN },
			{ .fd = l->signals, .events = POLLIN },
		};
		int n = poll(p, 3, clock_left_ms(deadline));

		if (n == 0) {
			say("client=%s pid=%d hangs and is killed", l->client,
			    (int)s->pid);
			kill_session(s);
			return V_LATER;
		}
		if (n > 0 && p[0].revents != 0)
			leave(l, s, EXIT_TEMP, "the front left or spoke within "
			    "a try");
		if (n > 0 && p[1].revents != 0 && is_ready(s))
			return V_YES;
		if (n > 0 && p[2].revents != 0)
			on_signal(l, s);
	}
	return s->code == WRONG ? V_NO : V_LATER;
}

/* The answer, for yes with our end of the session's socket. */
static void
answer(const struct login *l, enum verdict v, int64_t wait_s, int handover)
{
	struct buf b = BUF_MAX(RECORD_MAX);

	if (record_adds(&b, "verdict", verdict_word(v)) == -1 ||
	    (v == V_LATER &&
	    record_add_u64(&b, "wait", (uint64_t)wait_s) == -1) ||
	    unix_send(l->fd, b.s, b.len, handover, MSG_DONTWAIT) == -1)
		leave(l, NULL, EXIT_TEMP, "the front does not listen");
	buf_free(&b);
}

/* Count what a try said, log it, and say it. */
static void
conclude(const struct login *l, const char *user, enum verdict v, int handover)
{
	int64_t wait_s = 0;

	if (v != V_LATER)
		wait_s = ask_auth(l, user, verdict_word(v));
	say("client=%s verdict=%s wait=%d user=%s", l->client, verdict_word(v),
	    wait_s > 0 ? (int)wait_s : 0, user);
	answer(l, v, 0, handover);
}

/* Where no tls-server -k is our parent, somebody must be there for tcpserver to
 * count until the session ends: no deadline, for we do nothing else. */
static void
stay(struct login *l, struct session *s)
{
	close(0);
	close(1);
	close(l->fd);
	alarm(0);
	while (s->pid != 0)
		if (io_wait(l->signals, POLLIN, -1) == 0)
			on_signal(l, s);
}

/* 1: the session has taken over. */
static int
try(struct login *l, struct attempt *a)
{
	int64_t wait_s = ask_auth(l, a->user, NULL);
	struct session s;
	enum verdict v;

	if (wait_s != 0) {	/* who cannot be counted cannot guess either */
		explicit_bzero(a->secret, sizeof(a->secret));
		say("client=%s verdict=later wait=%d user=%s", l->client,
		    wait_s > 0 ? (int)wait_s : 0, a->user);
		answer(l, V_LATER, wait_s > 0 ? wait_s : 0, -1);
		return 0;
	}
	if (start_session(l, &s, a) == 0) {
		v = watch(l, &s);
	} else {
		v = errno == EMSGSIZE ? V_NO : V_LATER;
		say("client=%s cannot ask %s:", l->client, *l->checker);
	}
	conclude(l, a->user, v, v == V_YES ? s.handover : -1);
	if (s.handover != -1)
		close(s.handover);
	if (v == V_YES && l->stays)
		stay(l, &s);
	return v == V_YES;
}

/* The front leaves, or closed its socket and goes on. The code to leave with. */
static int
end_of_front(struct login *l)
{
	int64_t deadline = clock_mono_ms() + LEAVE_MS;

	on_signal(l, NULL);
	while (l->pid > 0) {
		if (io_wait(l->signals, POLLIN, deadline) == -1)
			leave(l, NULL, EXIT_BUG, "the front does not leave");
		on_signal(l, NULL);
	}
	return l->code;
}

/* Read one record. 1 with the attempt, 0: the front has left. */
static int
take_attempt(struct login *l, struct attempt *a)
{
	char record[RECORD_MAX];
	int fd = -1;
	ssize_t n = unix_recv(l->fd, record, sizeof(record), &fd, MSG_DONTWAIT);
	int gone = (n == 0 && fd == -1) || (n == -1 && errno == ECONNRESET);
	int bad = n == -1 || fd != -1 ||
	    attempt_parse(a, record, (size_t)n) == -1 ||
	    (a->tls && l->tls.ctl == -1);

	explicit_bzero(record, sizeof(record));
	if (gone)
		return 0;
	if (bad)
		leave(l, NULL, EXIT_BUG, "the front does not ask as it should");
	if (++l->tries > TRIES_MAX)
		leave(l, NULL, EXIT_BUG, "the front asks too often");
	return 1;
}

static int
serve(struct login *l)
{
	static struct attempt a;

	for (;;) {
		struct pollfd p[] = {
			{ .fd = l->fd, .events = POLLIN },
			{ .fd = l->signals, .events = POLLIN },
		};
		int n = poll(p, 2, clock_left_ms(l->end_ms));

		if (n == 0)
			leave(l, NULL, EXIT_TEMP, "did not log in in time");
		if (n > 0 && p[1].revents != 0)
			on_signal(l, NULL);
		if (n <= 0 || p[0].revents == 0)
			continue;
		if (take_attempt(l, &a) == 0)
			return end_of_front(l);
		if (try(l, &a))
			return EXIT_DONE;
	}
}

static void
take_arguments(struct login *l, int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	if (i < 2 || i + 2 >= argc)
		die(EXIT_PERM, "usage: mail-login front [arg ...] -- "
		    "checkpassword-program [arg ...] session [arg ...]");
	l->front = argv + 1;
	argv[i] = NULL;
	l->checker = argv + i + 1;
}

/* A uid or gid that must be given and is not root's. */
static uint32_t
need_id(const char *name)
{
	(void)env_str(name, NULL);
	return (uint32_t)env_u64(name, 0, 1, UID_LAST);
}

static void
take_settings(struct login *l)
{
	uint64_t login_s = env_u64("LOGIN_S", LOGIN_S, 1, 86400);
	uint64_t check_s = env_u64("LOGIN_CHECK_S", CHECK_S, 1, 3600);

	l->client = env_str("TCPREMOTEIP", "unknown");
	l->auth_path = env_str("AUTH_SOCKET", "");
	l->stays = strcmp(env_str("LISTEN_TLS", ""), "none") == 0;
	l->root = geteuid() == 0;
	if (l->root) {
		l->net_uid = need_id("NET_UID");
		l->net_gid = need_id("NET_GID");
	}
	l->check_ms = 1000 * (int64_t)check_s;
	l->end_ms = clock_mono_ms() + 1000 * (int64_t)(login_s + GRACE_S);
	(void)starttls_wrapper(&l->tls);
	/* What has no deadline of its own, as connecting to auth, has this. */
	alarm((unsigned)(login_s + check_s + GRACE_S + LAST_S));
}

int
main(int argc, char **argv)
{
	static const int signals[] = { SIGCHLD, SIGTERM };
	static struct login l;

	progname = "mail-login";
	take_arguments(&l, argc, argv);
	take_settings(&l);
	start_front(&l);
	l.signals = sigfd_open(signals, 2);
	if (l.signals == -1 || prctl(PR_SET_DUMPABLE, 0) == -1)
		leave(&l, NULL, EXIT_TEMP, "no descriptor for signals");
	return serve(&l);
}
