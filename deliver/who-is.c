/* who-is - answer what an address means: to the fronts whether it exists, to the
 * runner where its mail goes. See who-is.8. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "mail/owner.h"
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
#define LOCAL_MOST	100	/* connections of the machine's users */
#define LOCAL_PER_UID	8

struct service {
	struct loop	 loop;
	struct tables	 tables;
	struct buf	 answer;
	const char	*domain;	/* of addresses without one */
	int		 listen, signals, stop;
	int		 local;		/* listens for everybody, or -1 */
	uid_t		 guest[LOCAL_MOST];	/* who has a place there */
};

struct client {
	struct service	*service;
	int		 fd;
	int		 trusted;	/* one of our own programs, or root */
	uid_t		*place;		/* of a guest, or NULL */
};

#define NOBODY	((uid_t)-1)	/* a free place */

static void
drop_client(struct client *c)
{
	if (c->place != NULL)
		*c->place = NOBODY;
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

/* The name of the system's user with that uid. */
static int
answer_name(struct client *c, const struct field *f)
{
	char room[4096];
	struct passwd pw, *found;
	uint64_t uid;
	int e;

	if (field_u64(f, &uid) == -1 || uid >= NOBODY)
		return errno = EINVAL, -1;
	e = getpwuid_r((uid_t)uid, &pw, room, sizeof(room), &found);
	if (found == NULL)
		return send_answer(c, &c->service->answer, e == 0 ||
		    e == ENOENT ? IS_NOBODY : IS_UNSURE);
	if (record_adds(&c->service->answer, "user", pw.pw_name) == -1)
		return -1;
	return send_answer(c, &c->service->answer, IS_HERE);
}

/* Whether the address is the user's that a front has logged in. */
static int
answer_sender(struct client *c, const struct field *f, const char *p,
    const char *end)
{
	struct service *s = c->service;
	struct field user;
	enum existence e;

	if (record_next(&p, end, &user) != 1 || !field_is(&user, "user"))
		return errno = EINVAL, -1;
	e = owner_check(&s->tables, s->domain, f->value, f->n, user.value,
	    user.n, &s->answer);
	s->answer.len = 0;
	if (e == IS_UNSURE)
		say("from=<%.*s> user=%.*s cannot be resolved now", (int)f->n,
		    f->value, (int)user.n, user.value);
	return send_answer(c, &s->answer, e);
}

/* "forward ADDRESS TARGET": a line of a user's file. */
static enum existence
answer_forward(struct service *s, const struct field *f)
{
	const char *space = memchr(f->value, ' ', f->n);
	size_t n = space != NULL ? (size_t)(space - f->value) : f->n;
	size_t rest = f->n - n - (space != NULL);

	if (rest == 0)
		return IS_NOBODY;	/* no group: the runner tries again */
	return resolve_forward(&s->tables, s->domain, f->value, n, space + 1,
	    rest, &s->answer);
}

/* "relays CLIENT": whether its mail goes to other hosts. */
static enum existence
answer_relays(struct service *s, const struct field *f)
{
	switch (tables_relays(&s->tables, f->value, f->n)) {
	case 1:
		return IS_HERE;
	case 0:
		return IS_NOBODY;
	default:
		return IS_UNSURE;
	}
}

static enum existence
answer_address(struct service *s, const struct field *f)
{
	return (field_is(f, "explain") ? resolve_explain : resolve)(&s->tables,
	    s->domain, f->value, f->n, &s->answer);
}

/* Who is asked by users of the machine and the fronts answers these alone. */
static int
is_for_all(const struct field *f)
{
	return field_is(f, "ask") || field_is(f, "relays");
}

/* The fronts and users learn whether an address exists; only our own uid learns
 * whose mailbox that is and where, and who has a uid. */
static int
answer(struct client *c, const struct field *f, const char *p, const char *end)
{
	struct service *s = c->service;
	enum existence e;

	s->answer.len = 0;
	if (field_is(f, "sender") && c->place == NULL)
		return answer_sender(c, f, p, end);
	if (!is_for_all(f) && !c->trusted)
		return errno = EPERM, -1;
	if (field_is(f, "name"))
		return answer_name(c, f);
	if (field_is(f, "forward"))
		e = answer_forward(s, f);
	else if (field_is(f, "relays"))
		e = answer_relays(s, f);
	else if (field_is(f, "ask") || field_is(f, "expand") ||
	    field_is(f, "explain"))
		e = answer_address(s, f);
	else
		return errno = EINVAL, -1;
	if (is_for_all(f))
		s->answer.len = 0;
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
	    answer(c, &f, p, record + r) == -1)
		drop_client(c);
}

/* A client, or NULL: then fd is closed. */
static struct client *
add_client(struct service *s, int fd)
{
	struct client *c = malloc(sizeof(*c));
	uid_t uid = unix_peer_uid(fd);

	if (c == NULL ||
	    loop_add(&s->loop, fd, POLLIN, on_question, c) == -1) {
		close(fd);
		free(c);
		return NULL;
	}
	c->service = s;
	c->fd = fd;
	c->place = NULL;
	c->trusted = uid == geteuid() || uid == 0;
	return c;
}

static void
on_connect(void *arg, short revents)
{
	struct service *s = arg;
	int fd = unix_accept(s->listen, 0);

	(void)revents;
	if (fd != -1)
		(void)add_client(s, fd);
}

/* A place for one more connection of uid, or NULL. */
static uid_t *
find_place(struct service *s, uid_t uid)
{
	unsigned i, same = 0;
	uid_t *place = NULL;

	for (i = 0; i < LOCAL_MOST; i++) {
		if (s->guest[i] == NOBODY)
			place = s->guest + i;
		same += s->guest[i] == uid;
	}
	return same < LOCAL_PER_UID ? place : NULL;
}

/* Any user of the machine. Each client has one question in turn, so what one
 * asks slows the others by one answer; the number of clients is kept small. */
static void
on_guest(void *arg, short revents)
{
	struct service *s = arg;
	int fd = unix_accept(s->local, 0);
	struct client *c;
	uid_t uid, *place;

	(void)revents;
	if (fd == -1)
		return;
	uid = unix_peer_uid(fd);
	place = uid == NOBODY ? NULL : find_place(s, uid);
	if (place == NULL) {
		close(fd);
		return;
	}
	c = add_client(s, fd);
	if (c == NULL)
		return;
	c->place = place;
	*place = uid;
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

/* The settings that the tables need beside ETC. */
static void
set_tables(struct tables *t)
{
	if (tables_extension(t, env_str("EXTENSION", "+")) == -1)
		die(EXIT_PERM, "EXTENSION is not +, -, +- or none");
	if (tables_delivery(t, env_str("DELIVERY", "maildir"),
	    env_str("MAIL_SPOOL", "/var/mail")) == -1)
		die(EXIT_PERM, "DELIVERY is not maildir, mbox or |command, or "
		    "MAIL_SPOOL no full path");
	t->programs.uid = (uid_t)env_u64("PIPE_UID", 0, 0, UINT32_MAX - 1);
	t->programs.gid = (gid_t)env_u64("PIPE_GID", t->programs.uid, 0,
	    UINT32_MAX - 1);
	strcpy(t->programs.home, "/");
}

static int
listen_at(const char *path)
{
	int fd = unix_listen(path, SOCK_SEQPACKET, 0666, BACKLOG);

	if (fd == -1)
		die(EXIT_TEMP, "socket %s:", path);
	return fd;
}

static void
open_sockets(struct service *s)
{
	static const int signals[] = { SIGTERM };
	const char *local = env_str("LOCAL_WHOIS_SOCKET", "");

	s->signals = sigfd_open(signals, 1);
	if (s->signals == -1)
		die(EXIT_TEMP, "signals:");
	s->listen = listen_at(env_str("WHOIS_SOCKET", NULL));
	if (loop_add(&s->loop, s->listen, POLLIN, on_connect, s) == -1 ||
	    loop_add(&s->loop, s->signals, POLLIN, on_signal, s) == -1)
		die(EXIT_TEMP, "loop:");
	if (*local == '\0')
		return;
	memset(s->guest, 0xff, sizeof(s->guest));	/* NOBODY each */
	s->local = listen_at(local);
	if (loop_add(&s->loop, s->local, POLLIN, on_guest, s) == -1)
		die(EXIT_TEMP, "loop:");
}

int
main(int argc, char **argv)
{
	static struct service s = { .answer = BUF_MAX(ANSWER_MAX), .local = -1 };

	(void)argv;
	progname = "who-is";
	if (argc != 1)
		die(EXIT_PERM, "usage: who-is (settings: WHOIS_SOCKET, ETC)");
	s.domain = env_str("DOMAIN", NULL);
	if (tables_init(&s.tables, env_str("ETC", NULL), least_uid()) == -1)
		die(EXIT_PERM, "ETC:");
	set_tables(&s.tables);
	open_sockets(&s);
	env_notify_ready();
	while (!s.stop)
		if (loop_once(&s.loop, -1) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	return EXIT_DONE;
}
