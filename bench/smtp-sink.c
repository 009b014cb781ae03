/* smtp-sink - many hosts that take what smtp-load sent. See smtp-sink.1. */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "load.h"

#include "base/buf.h"
#include "base/exits.h"
#include "base/num.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/loop.h"

#define HOSTS_MAX	200
#define OCTETS_MAX	(1 << 20)
#define HEADER_OCTETS	65536	/* that a message may have beside its body */
#define NUMBER_MAX	1000000	/* of a message */
#define BACKLOG		512
#define GREETING	"220 sink.example ESMTP\r\n"
#define OFFER		"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n" \
	"250-ENHANCEDSTATUSCODES\r\n250 SIZE 10485760\r\n"

struct host {
	struct sink	*sink;
	unsigned	 number;	/* takes mail with number % hosts of that */
	int		 fd;
	struct sockaddr_in at;
};

struct sink {
	struct loop	 loop;
	struct host	 host[HOSTS_MAX];
	unsigned	 hosts;
	uint64_t	 octets;	/* of a message, as smtp-load -l */
	char		*padding;
	struct buf	 commands;
	uint64_t	 open;		/* sessions */
	int		 done;

	/* what came since the last "clear" */
	uint64_t	 mails, distinct, bad, connections;
	uint64_t	 last_us;	/* when the last mail was taken */
	unsigned char	 seen[NUMBER_MAX + 1];
};

struct session {
	struct host	*host;
	int		 fd;
	int		 in_data;
	int		 left;		/* it said QUIT */
	struct buf	 in, out;
};

/* The header's number, or 0. */
static uint64_t
number_of(const char *p, size_t n)
{
	static const char key[] = "\r\nX-Bench-Number: ";
	const char *at = memmem(p, n, key, sizeof(key) - 1), *end;
	uint64_t number;

	if (at == NULL)
		return 0;
	at += sizeof(key) - 1;
	end = memchr(at, '\r', (size_t)(p + n - at));
	if (end == NULL || num_u64(at, (size_t)(end - at), &number) == -1 ||
	    number > NUMBER_MAX)
		return 0;
	return number;
}

/* Is it the end of what smtp-load sends? */
static int
is_body(const struct sink *k, const char *p, size_t n)
{
	return n <= k->octets && n >= k->octets / 10 * 8 &&
	    memcmp(k->padding + k->octets - n, p, n) == 0;
}

/* The message came whole: p is its n octets, the end of the last line among them. */
static void
take_mail(struct session *s, const char *p, size_t n)
{
	struct sink *k = s->host->sink;
	const char *body = memmem(p, n, "\r\n\r\n", 4);
	size_t head = body == NULL ? 0 : (size_t)(body - p) + 4;
	uint64_t number = number_of(p, head);

	k->mails++;
	k->last_us = clock_wall_us();
	if (number == 0 || number % k->hosts != s->host->number ||
	    !is_body(k, p + head, n - head)) {
		say("mail %" PRIu64 " at host %u is not what was sent to it",
		    number, s->host->number);
		k->bad++;
		return;
	}
	k->distinct += !k->seen[number];
	k->seen[number] = 1;
}

static const char *
reply_to(struct session *s, const char *line)
{
	static const struct {
		const char *verb, *reply;
	} replies[] = {
		{ "EHLO", OFFER },
		{ "HELO", "250 sink.example\r\n" },
		{ "MAIL", "250 2.1.0 sender ok\r\n" },
		{ "RCPT", "250 2.1.5 recipient ok\r\n" },
		{ "RSET", "250 2.0.0 ok\r\n" },
		{ "NOOP", "250 2.0.0 ok\r\n" },
	};
	size_t i;

	for (i = 0; i < sizeof(replies) / sizeof(*replies); i++)
		if (strncasecmp(line, replies[i].verb, 4) == 0)
			return replies[i].reply;
	if (strncasecmp(line, "DATA", 4) == 0) {
		s->in_data = 1;
		return "354 go on\r\n";
	}
	if (strncasecmp(line, "QUIT", 4) == 0) {
		s->left = 1;
		return "221 2.0.0 bye\r\n";
	}
	return "500 5.5.2 what?\r\n";
}

static void
answer(struct session *s, const char *reply)
{
	if (buf_adds(&s->out, reply) == -1)
		s->left = 1;
}

/* Take one line, or one message. 1; or 0: it has not come whole. */
static int
take_one(struct session *s)
{
	const char *end = s->in.len == 0 ? NULL : s->in_data ?
	    memmem(s->in.s, s->in.len, "\r\n.\r\n", 5) :
	    memchr(s->in.s, '\n', s->in.len);

	if (end == NULL || s->left)
		return 0;
	if (s->in_data) {
		take_mail(s, s->in.s, (size_t)(end - s->in.s) + 2);
		s->in_data = 0;
		answer(s, "250 2.0.0 taken\r\n");
		buf_shift(&s->in, (size_t)(end - s->in.s) + 5);
	} else {
		size_t n = (size_t)(end - s->in.s) + 1;

		answer(s, n < 5 ? "500 5.5.2 what?\r\n" :
		    reply_to(s, s->in.s));
		buf_shift(&s->in, n);
	}
	return 1;
}

static void
end_session(struct session *s)
{
	loop_remove(&s->host->sink->loop, s->fd);
	s->host->sink->open--;
	close(s->fd);
	buf_free(&s->in);
	buf_free(&s->out);
	free(s);
}

/* 0, or -1: the client is gone. All replies fit into the socket. */
static int
send_replies(struct session *s)
{
	ssize_t n = s->out.len == 0 ? 0 : write(s->fd, s->out.s, s->out.len);

	if (n != (ssize_t)s->out.len)
		return -1;
	s->out.len = 0;
	return 0;
}

static void
on_octets(void *arg, short revents)
{
	struct session *s = arg;
	ssize_t n = -1;

	(void)revents;
	if (buf_room(&s->in, 16384) == 0)
		n = read(s->fd, s->in.s + s->in.len, 16384);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n > 0) {
		s->in.len += (size_t)n;
		while (take_one(s))
			continue;
	}
	if (n <= 0 || send_replies(s) == -1 || s->left)
		end_session(s);
}

static void
on_connect(void *arg, short revents)
{
	struct host *h = arg;
	struct session *s = calloc(1, sizeof(*s));
	int fd = accept4(h->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	const int on = 1;

	(void)revents;
	if (s == NULL || fd == -1 ||
	    loop_add(&h->sink->loop, fd, POLLIN, on_octets, s) == -1) {
		free(s);
		if (fd != -1)
			close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	s->host = h;
	s->fd = fd;
	s->in.max = h->sink->octets + HEADER_OCTETS;
	s->out.max = HEADER_OCTETS;
	h->sink->connections++;
	h->sink->open++;
	answer(s, GREETING);
	if (send_replies(s) == -1)
		end_session(s);
}

/* A socket with the host's address, which is a free port at first. Nobody can
 * connect to it yet. */
static void
bind_host(struct host *h)
{
	socklen_t n = sizeof(h->at);
	const int on = 1;

	h->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (h->fd == -1 || setsockopt(h->fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)) == -1 ||
	    bind(h->fd, (struct sockaddr *)(void *)&h->at, n) == -1 ||
	    getsockname(h->fd, (struct sockaddr *)(void *)&h->at, &n) == -1)
		die(EXIT_TEMP, "host %u:", h->number);
}

static void
bring_up(struct sink *k)
{
	unsigned i;

	for (i = 0; i < k->hosts; i++)
		if (listen(k->host[i].fd, BACKLOG) == -1 || loop_add(&k->loop,
		    k->host[i].fd, POLLIN, on_connect, &k->host[i]) == -1)
			die(EXIT_TEMP, "host %u:", i);
}

/* Nobody can connect any more, and nobody else gets the port. */
static void
take_down(struct sink *k)
{
	unsigned i;

	for (i = 0; i < k->hosts; i++) {
		loop_remove(&k->loop, k->host[i].fd);
		close(k->host[i].fd);
		bind_host(&k->host[i]);
	}
}

static void
clear(struct sink *k)
{
	k->mails = k->distinct = k->bad = k->connections = k->last_us = 0;
	memset(k->seen, 0, sizeof(k->seen));
}

static void
obey(struct sink *k, const char *word)
{
	if (strcmp(word, "up") == 0)
		bring_up(k);
	else if (strcmp(word, "down") == 0)
		take_down(k);
	else if (strcmp(word, "clear") == 0)
		clear(k);
	else if (strcmp(word, "count") != 0)
		die(EXIT_PERM, "%s: not up, down, clear or count", word);
	printf("mails=%" PRIu64 " distinct=%" PRIu64 " bad=%" PRIu64
	    " connections=%" PRIu64 " open=%" PRIu64 " last=%" PRIu64
	    ".%06" PRIu64 "\n", k->mails, k->distinct, k->bad,
	    k->connections, k->open, k->last_us / 1000000, k->last_us % 1000000);
	if (fflush(stdout) == EOF)
		die(EXIT_TEMP, "stdout:");
}

static void
on_command(void *arg, short revents)
{
	struct sink *k = arg;
	ssize_t n;
	char *end;

	(void)revents;
	if (buf_room(&k->commands, 256) == -1)
		die(EXIT_PERM, "a command without an end");
	n = read(0, k->commands.s + k->commands.len, 256);
	k->done = n <= 0;
	if (k->done)
		return;
	k->commands.len += (size_t)n;
	while (k->commands.len > 0 && (end = memchr(k->commands.s, '\n',
	    k->commands.len)) != NULL) {
		*end = '\0';
		obey(k, k->commands.s);
		buf_shift(&k->commands, (size_t)(end - k->commands.s) + 1);
	}
}

static void
open_hosts(struct sink *k)
{
	unsigned i;

	for (i = 0; i < k->hosts; i++) {
		struct host *h = &k->host[i];

		h->sink = k;
		h->number = i;
		h->at.sin_family = AF_INET;
		h->at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		bind_host(h);
		printf("%s%u", i > 0 ? " " : "", ntohs(h->at.sin_port));
	}
	putchar('\n');
	if (fflush(stdout) == EOF)
		die(EXIT_TEMP, "stdout:");
}

int
main(int argc, char **argv)
{
	static struct sink k = { .commands = BUF_MAX(4096) };

	progname = "smtp-sink";
	if (argc != 3)
		die(EXIT_PERM, "usage: smtp-sink hosts octets");
	k.hosts = (unsigned)load_number(argv[1], HOSTS_MAX);
	k.octets = load_number(argv[2], OCTETS_MAX);
	signal(SIGPIPE, SIG_IGN);
	k.padding = load_padding(k.octets);
	open_hosts(&k);
	if (loop_add(&k.loop, 0, POLLIN, on_command, &k) == -1)
		die(EXIT_TEMP, "memory:");
	while (!k.done)
		if (loop_once(&k.loop, -1) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	return EXIT_DONE;
}
