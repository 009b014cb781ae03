/* smtp-load - send many messages by SMTP from one process. See smtp-load.1. */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "load-tls.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/exits.h"
#include "base/num.h"
#include "sys/clock.h"
#include "sys/log.h"

#define SESSIONS_MAX	1000
#define MESSAGES_MAX	100000000
#define OCTETS_MAX	(64 << 20)
#define REPLY_OCTETS	65536	/* more than this waiting is no reply */
#define PAUSE_MS	50	/* before a new session, after a failure */

enum state {	/* what a session waits for */
	S_NONE,		/* nothing: no connection, may start at wake_ms */
	S_CONNECT,
	S_BANNER,
	S_EHLO,
	S_STARTTLS,
	S_SHAKE,	/* the handshake of TLS */
	S_MAIL,
	S_RCPT,
	S_DATA,
	S_DOT,
	S_QUIT
};

struct session {
	enum state	state;
	int		fd;
	SSL		*ssl;		/* NULL: in the clear */
	bool		pipelining;	/* offered by the server, and wanted */
	int64_t		wake_ms;	/* deadline of the wait */
	uint64_t	number;		/* of its message; 0 for none */
	uint64_t	sent;		/* acknowledged in this session */
	struct buf	in;
	struct buf	out;
	size_t		out_done;	/* octets of out already written */
};

struct load {
	/* as asked for */
	uint64_t	sessions;
	uint64_t	messages;
	uint64_t	per_session;
	uint64_t	octets;
	uint64_t	wait_s;
	bool		pipeline;
	struct load_tls	tls;
	const char	*sender;
	const char	**rcpts;
	size_t		nrcpts;
	struct sockaddr_storage to;
	socklen_t	tolen;

	/* what came of it */
	uint64_t	start_us;
	uint64_t	end_us;		/* of the last acknowledgement */
	uint64_t	next;		/* number not yet given to a session */
	uint64_t	again[SESSIONS_MAX];	/* numbers that failed once */
	size_t		nagain;
	uint64_t	acknowledged;
	uint64_t	connections;
	uint64_t	refused;	/* replies other than the wanted */
	uint64_t	broken;		/* connections failed or silent */
	uint64_t	unsure;		/* of those, after the dot */

	char		*padding;	/* body of a message and its end */
	struct session	s[SESSIONS_MAX];
	struct pollfd	p[SESSIONS_MAX];
};

/* The number of the next message to send, or 0 if none is left. */
static uint64_t
take_number(struct load *l)
{
	if (l->nagain > 0)
		return l->again[--l->nagain];
	return l->next <= l->messages ? l->next++ : 0;
}

static void
close_session(struct load *l, struct session *s, int64_t wake_ms)
{
	load_tls_end(s->ssl);
	if (s->fd != -1)
		close(s->fd);
	if (s->number != 0)
		l->again[l->nagain++] = s->number;
	s->fd = -1;
	s->ssl = NULL;
	s->number = 0;
	s->state = S_NONE;
	s->wake_ms = wake_ms;
}

static void
break_session(struct load *l, struct session *s, const char *why)
{
	/* A QUIT without an answer costs no message. */
	if (s->state != S_QUIT) {
		say("%s after %" PRIu64 " messages of a session", why, s->sent);
		l->broken++;
		if (s->state == S_DOT)
			l->unsure++;
	}
	close_session(l, s, clock_mono_ms() + PAUSE_MS);
}

static void
put(struct buf *b, const char *p, size_t n)
{
	if (buf_add(b, p, n) == -1)
		die(EXIT_TEMP, "memory:");
}

/* Ask for the next reply; what is in out goes to the server first. */
static void
wait_for(struct load *l, struct session *s, enum state state)
{
	s->state = state;
	s->wake_ms = clock_mono_ms() + (int64_t)l->wait_s * 1000;
}

static const char *
rcpt_of(const struct load *l, uint64_t number)
{
	return l->rcpts[number % l->nrcpts];
}

static void
command(struct session *s, const char *verb, const char *address,
    const char *end)
{
	put(&s->out, verb, strlen(verb));
	put(&s->out, address, strlen(address));
	put(&s->out, end, strlen(end));
}

static void
start_message(struct load *l, struct session *s)
{
	command(s, "MAIL FROM:<", l->sender, ">\r\n");
	if (s->pipelining) {
		command(s, "RCPT TO:<", rcpt_of(l, s->number), ">\r\n");
		command(s, "DATA", "", "\r\n");
	}
	wait_for(l, s, S_MAIL);
}

/* Header and body of l->octets octets, or one fewer; more if the header has. */
static void
write_message(struct load *l, struct session *s)
{
	char header[1024];
	int n = snprintf(header, sizeof(header),
	    "From: <%.300s>\r\nTo: <%.300s>\r\nSubject: load %" PRIu64 "\r\n"
	    "Message-ID: <%" PRIu64 ".%" PRIu64 "@load.invalid>\r\n"
	    "X-Bench-Number: %" PRIu64 "\r\n\r\n", l->sender,
	    rcpt_of(l, s->number), s->number, l->start_us, s->number,
	    s->number);
	size_t used = (size_t)n;

	put(&s->out, header, used);
	if (used < l->octets && l->padding[used] == '\n')
		used++;		/* rather than begin with a bare LF */
	if (used < l->octets)	/* the end of it, so that the last is CRLF */
		put(&s->out, l->padding + used, l->octets - used);
	put(&s->out, ".\r\n", 3);
	wait_for(l, s, S_DOT);
}

static void
message_done(struct load *l, struct session *s)
{
	l->acknowledged++;
	l->end_us = clock_wall_us();
	s->number = 0;
	if (++s->sent < l->per_session)
		s->number = take_number(l);
	if (s->number != 0) {
		start_message(l, s);
	} else {
		command(s, "QUIT", "", "\r\n");
		wait_for(l, s, S_QUIT);
	}
}

static void
say_ehlo(struct load *l, struct session *s)
{
	command(s, "EHLO load.invalid", "", "\r\n");
	wait_for(l, s, S_EHLO);
}

static void
shake_hands(struct load *l, struct session *s)
{
	const char *why;
	int r;

	if (s->ssl == NULL)
		s->ssl = load_tls_start(&l->tls, s->fd);
	r = load_tls_shake(&l->tls, s->ssl, &why);
	if (r == -1)
		break_session(l, s, why);
	else if (r == 1 && l->tls.mode == TLS_STARTTLS)
		say_ehlo(l, s);
	else if (r == 1)
		wait_for(l, s, S_BANNER);
}

static void
on_ehlo(struct load *l, struct session *s)
{
	if (l->tls.mode != TLS_STARTTLS || s->ssl != NULL) {
		start_message(l, s);
		return;
	}
	command(s, "STARTTLS", "", "\r\n");
	wait_for(l, s, S_STARTTLS);
}

static void
on_reply(struct load *l, struct session *s, const char *line, size_t n)
{
	static const char wanted[] = {
		[S_BANNER] = '2', [S_EHLO] = '2', [S_STARTTLS] = '2',
		[S_MAIL] = '2', [S_RCPT] = '2', [S_DATA] = '3',
		[S_DOT] = '2', [S_QUIT] = '2'
	};

	if (line[0] != wanted[s->state]) {
		say("refused: %.*s", (int)n, line);
		l->refused++;
		close_session(l, s, clock_mono_ms() + PAUSE_MS);
		return;
	}
	switch (s->state) {
	case S_BANNER:
		say_ehlo(l, s);
		break;
	case S_EHLO:
		on_ehlo(l, s);
		break;
	case S_STARTTLS:
		wait_for(l, s, S_SHAKE);
		shake_hands(l, s);
		break;
	case S_MAIL:
		if (!s->pipelining)
			command(s, "RCPT TO:<", rcpt_of(l, s->number), ">\r\n");
		wait_for(l, s, S_RCPT);
		break;
	case S_RCPT:
		if (!s->pipelining)
			command(s, "DATA", "", "\r\n");
		wait_for(l, s, S_DATA);
		break;
	case S_DATA:
		write_message(l, s);
		break;
	case S_DOT:
		message_done(l, s);
		break;
	case S_QUIT:
		close_session(l, s, 0);
		break;
	case S_NONE:
	case S_CONNECT:
	case S_SHAKE:
		break;
	}
}

/* Take each whole line of in; the last line of a reply moves the session on. */
static void
take_lines(struct load *l, struct session *s)
{
	const char *end;
	size_t n;

	while (s->fd != -1 && s->in.len > 0 &&
	    (end = memchr(s->in.s, '\n', s->in.len)) != NULL) {
		n = (size_t)(end - s->in.s);
		if (n > 0 && s->in.s[n - 1] == '\r')
			n--;
		if (n >= 3 && s->state == S_EHLO && l->pipeline &&
		    ascii_is(s->in.s + 4, n > 4 ? n - 4 : 0, "PIPELINING"))
			s->pipelining = true;
		if (n < 3)
			break_session(l, s, "no reply code");
		else if (n == 3 || s->in.s[3] != '-')
			on_reply(l, s, s->in.s, n);
		buf_shift(&s->in, (size_t)(end - s->in.s) + 1);
	}
}

static void
read_some(struct load *l, struct session *s)
{
	char octets[16384];	/* a whole record of TLS, as poll wants */
	ssize_t n = load_tls_read(s->ssl, s->fd, octets, sizeof(octets));

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		break_session(l, s, n == 0 ? "closed" : strerror(errno));
		return;
	}
	if (buf_add(&s->in, octets, (size_t)n) == -1) {
		break_session(l, s, "reply too long");
		return;
	}
	take_lines(l, s);
}

static void
write_some(struct load *l, struct session *s)
{
	ssize_t n;

	if (s->out.len == 0 || s->state == S_SHAKE)
		return;
	n = load_tls_write(s->ssl, s->fd, s->out.s + s->out_done,
	    s->out.len - s->out_done);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == -1) {
		break_session(l, s, strerror(errno));
		return;
	}
	s->out_done += (size_t)n;
	if (s->out_done == s->out.len)
		s->out.len = s->out_done = 0;
}

static void
connected(struct load *l, struct session *s)
{
	int e = 0;
	socklen_t n = sizeof(e);

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &e, &n) == -1)
		e = errno;
	if (e != 0) {
		break_session(l, s, strerror(e));
	} else if (l->tls.mode == TLS_IMPLICIT) {
		wait_for(l, s, S_SHAKE);
		shake_hands(l, s);
	} else {
		wait_for(l, s, S_BANNER);
	}
}

static void
open_session(struct load *l, struct session *s)
{
	int on = 1;

	if ((s->number = take_number(l)) == 0)
		return;
	l->connections++;
	s->sent = 0;
	s->pipelining = false;
	s->in.len = s->out.len = s->out_done = 0;
	wait_for(l, s, S_CONNECT);
	if ((s->fd = socket(l->to.ss_family, SOCK_STREAM, 0)) == -1 ||
	    fcntl(s->fd, F_SETFL, O_NONBLOCK) == -1)
		die(EXIT_TEMP, "socket:");
	(void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(s->fd, (struct sockaddr *)&l->to, l->tolen) == 0)
		connected(l, s);
	else if (errno != EINPROGRESS)
		break_session(l, s, strerror(errno));
}

/* Start sessions, name what each waits for. Milliseconds poll may wait. */
static int
prepare(struct load *l)
{
	int64_t now = clock_mono_ms(), wake = now + 1000;
	uint64_t i;

	for (i = 0; i < l->sessions; i++) {
		struct session *s = &l->s[i];

		if (s->state == S_NONE && s->wake_ms <= now)
			open_session(l, s);
		else if (s->state != S_NONE && s->wake_ms <= now)
			break_session(l, s, "timed out");
		if (s->fd != -1)
			write_some(l, s);
		l->p[i].fd = s->fd;
		l->p[i].events = POLLIN;
		if (s->state == S_CONNECT || s->out.len > 0 ||
		    (s->state == S_SHAKE && SSL_want_write(s->ssl)))
			l->p[i].events |= POLLOUT;
		if (s->wake_ms > now && s->wake_ms < wake)
			wake = s->wake_ms;
	}
	return (int)(wake - now);
}

static bool
finished(const struct load *l)
{
	uint64_t i;

	/* Not one failure more than the odd one: the server is not well. */
	if (l->refused + l->broken > 100 + l->messages / 10)
		return true;
	if (l->acknowledged < l->messages)
		return false;
	for (i = 0; i < l->sessions; i++)
		if (l->s[i].state != S_NONE)
			return false;
	return true;
}

static void
run(struct load *l)
{
	uint64_t i;
	int left;

	l->start_us = l->end_us = clock_wall_us();
	while (!finished(l)) {
		left = prepare(l);
		if (poll(l->p, l->sessions, left) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
		for (i = 0; i < l->sessions; i++) {
			struct session *s = &l->s[i];

			if (s->fd == -1 || s->fd != l->p[i].fd ||
			    l->p[i].revents == 0)
				continue;
			if (s->state == S_CONNECT)
				connected(l, s);
			else if (s->state == S_SHAKE)
				shake_hands(l, s);
			else if (l->p[i].revents & ~POLLOUT)
				read_some(l, s);
		}
	}
}

static void
report(const struct load *l)
{
	uint64_t us = l->end_us - l->start_us;

	printf("start=%" PRIu64 ".%06" PRIu64 " end=%" PRIu64 ".%06" PRIu64
	    " seconds=%" PRIu64 ".%06" PRIu64 " acknowledged=%" PRIu64
	    " connections=%" PRIu64 " refused=%" PRIu64 " broken=%" PRIu64
	    " unsure=%" PRIu64,
	    l->start_us / 1000000, l->start_us % 1000000,
	    l->end_us / 1000000, l->end_us % 1000000, us / 1000000,
	    us % 1000000, l->acknowledged, l->connections, l->refused,
	    l->broken, l->unsure);
	load_tls_report(&l->tls);
	putchar('\n');
	if (fflush(stdout) == EOF)
		die(EXIT_TEMP, "stdout:");
}

static void
find_server(struct load *l, const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int e = getaddrinfo(host, port, &hints, &found);

	if (e != 0)
		die(EXIT_PERM, "%s port %s: %s", host, port, gai_strerror(e));
	memcpy(&l->to, found->ai_addr, found->ai_addrlen);
	l->tolen = found->ai_addrlen;
	freeaddrinfo(found);
}

static void
split_rcpts(struct load *l, char *list)
{
	char *p;

	l->rcpts = calloc(strlen(list) + 1, sizeof(*l->rcpts));
	if (l->rcpts == NULL)
		die(EXIT_TEMP, "memory:");
	for (p = strtok(list, ","); p != NULL; p = strtok(NULL, ","))
		l->rcpts[l->nrcpts++] = p;
}

static void
usage(void)
{
	die(EXIT_PERM, "usage: smtp-load [-PR] [-T starttls|implicit] [-C ca] "
	    "[-s sessions] [-m messages] [-p messages_per_session] "
	    "[-l octets] [-w seconds] -f sender -t rcpt[,rcpt...] host port");
}

static void
take_options(struct load *l, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "PRT:C:s:m:p:l:w:f:t:")) != -1)
		switch (c) {
		case 'P':
			l->pipeline = true;
			break;
		case 'R':
			l->tls.resume = true;
			break;
		case 'T':
			load_tls_mode(&l->tls, optarg);
			break;
		case 'C':
			l->tls.ca = optarg;
			break;
		case 's':
			l->sessions = load_number(optarg, SESSIONS_MAX);
			break;
		case 'm':
			l->messages = load_number(optarg, MESSAGES_MAX);
			break;
		case 'p':
			l->per_session = load_number(optarg, MESSAGES_MAX);
			break;
		case 'l':
			l->octets = load_number(optarg, OCTETS_MAX);
			break;
		case 'w':
			l->wait_s = load_number(optarg, 3600);
			break;
		case 'f':
			l->sender = optarg;
			break;
		case 't':
			split_rcpts(l, optarg);
			break;
		default:
			usage();
		}
	if (argc - optind != 2 || l->sender == NULL || l->nrcpts == 0)
		usage();
	find_server(l, argv[optind], argv[optind + 1]);
}

int
main(int argc, char **argv)
{
	static struct load l = { .sessions = 1, .messages = 1,
	    .per_session = 1, .octets = 4096, .wait_s = 60, .next = 1 };
	size_t i;

	progname = "smtp-load";
	take_options(&l, argc, argv);
	l.padding = load_padding(l.octets);
	if (l.tls.mode != TLS_NONE)
		load_tls_open(&l.tls);
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < l.sessions; i++) {
		l.s[i].fd = -1;
		l.s[i].in.max = REPLY_OCTETS;
		l.s[i].out.max = l.octets + REPLY_OCTETS;
	}
	run(&l);
	report(&l);
	return l.acknowledged == l.messages ? EXIT_DONE : EXIT_TEMP;
}
