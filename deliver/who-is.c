/* who-is - answer what an address means: to the fronts whether it exists, to the
 * runner where its mail goes. See who-is.8. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/resolve.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define BACKLOG		512
#define PIECE_OCTETS	(RECORD_OCTETS - 64)
#define SEND_MS		5000	/* the runner may be slow; a front is not waited for */

struct service {
	struct loop	 loop;
	struct tables	 tables;
	struct buf	 answer;
	const char	*domain;	/* of addresses without one */
	int		 listen, signals, stop;
};

struct client {
	struct service	*service;
	int		 fd;
	int		 trusted;	/* the runner, or root */
};

static void
drop_client(struct client *c)
{
	loop_remove(&c->service->loop, c->fd);
	close(c->fd);
	free(c);
}

static int
send_record(struct client *c, const char *p, size_t n)
{
	int64_t deadline = clock_mono_ms() + SEND_MS;

	while (unix_send(c->fd, p, n, -1, MSG_DONTWAIT) == -1)
		if (errno != EAGAIN || !c->trusted ||
		    io_wait(c->fd, POLLOUT, deadline) == -1)
			return -1;
	return 0;
}

/* Records of whole lines; the last one ends with the line "end EXISTENCE". */
static int
send_answer(struct client *c, struct buf *b, enum existence e)
{
	size_t at = 0;

	if (record_adds(b, "end", existence_name(e)) == -1)
		return -1;
	while (b->len - at > PIECE_OCTETS) {
		size_t n = PIECE_OCTETS;

		while (b->s[at + n - 1] != '\n')
			n--;
		if (send_record(c, b->s + at, n) == -1)
			return -1;
		at += n;
	}
	return send_record(c, b->s + at, b->len - at);
}

/* The fronts learn whether an address exists; only our own uid learns whose
 * mailbox that is and where. */
static int
answer(struct client *c, const struct field *f)
{
	struct service *s = c->service;
	enum existence e;

	s->answer.len = 0;
	e = resolve(&s->tables, s->domain, f->value, f->n, &s->answer);
	if (field_is(f, "ask"))
		s->answer.len = 0;
	else if (!field_is(f, "expand") || !c->trusted)
		return errno = EPERM, -1;
	if (e == IS_UNSURE && field_is(f, "ask"))
		say("to=<%.*s> cannot be resolved now", (int)f->n, f->value);
	return send_answer(c, &s->answer, e);
}

static void
on_question(void *arg, short revents)
{
	struct client *c = arg;
	char record[1024];
	const char *p = record;
	struct field f;
	ssize_t r = unix_recv(c->fd, record, sizeof(record), NULL,
	    MSG_DONTWAIT);

	(void)revents;
	if (r == -1 && errno == EAGAIN)
		return;
	if (r <= 0 || record_next(&p, record + r, &f) != 1 ||
	    answer(c, &f) == -1)
		drop_client(c);
}

static void
on_connect(void *arg, short revents)
{
	struct service *s = arg;
	int fd = unix_accept(s->listen, 0);
	struct client *c;
	uid_t uid;

	(void)revents;
	if (fd == -1)
		return;
	c = malloc(sizeof(*c));
	if (c == NULL ||
	    loop_add(&s->loop, fd, POLLIN, on_question, c) == -1) {
		close(fd);
		free(c);
		return;
	}
	c->service = s;
	c->fd = fd;
	uid = unix_peer_uid(fd);
	c->trusted = uid == geteuid() || uid == 0;
}

static void
on_signal(void *arg, short revents)
{
	struct service *s = arg;

	(void)revents;
	while (sigfd_next(s->signals) != 0)
		s->stop = 1;
}

/* Below this, a user of the system is a daemon, not a person. */
static uid_t
least_uid(void)
{
	if (env_u64("SYSTEM_USERS", 1, 0, 1) == 0)
		return (uid_t)-1;
	return (uid_t)env_u64("LEAST_UID", 1000, 1, UINT32_MAX - 1);
}

int
main(int argc, char **argv)
{
	static struct service s = { .answer = BUF_MAX(ANSWER_MAX) };
	static const int signals[] = { SIGTERM };

	(void)argv;
	progname = "who-is";
	if (argc != 1)
		die(EXIT_PERM, "usage: who-is (settings: WHOIS_SOCKET, ETC)");
	s.domain = env_str("DOMAIN", NULL);
	if (tables_init(&s.tables, env_str("ETC", NULL), least_uid()) == -1)
		die(EXIT_PERM, "ETC:");
	s.signals = sigfd_open(signals, 1);
	s.listen = unix_listen(env_str("WHOIS_SOCKET", NULL), SOCK_SEQPACKET,
	    0666, BACKLOG);
	if (s.signals == -1 || s.listen == -1)
		die(EXIT_TEMP, "socket %s:", getenv("WHOIS_SOCKET"));
	if (loop_add(&s.loop, s.listen, POLLIN, on_connect, &s) == -1 ||
	    loop_add(&s.loop, s.signals, POLLIN, on_signal, &s) == -1)
		die(EXIT_TEMP, "loop:");
	env_notify_ready();
	while (!s.stop)
		if (loop_once(&s.loop, -1) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	return EXIT_DONE;
}
