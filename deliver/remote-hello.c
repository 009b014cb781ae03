/* remote-hello - a connection, from nothing until it is ready for mail. */
#include "remote.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/tlsask.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"

#define SMTP_PORT	25

void
hang_up(struct remote *r)
{
	struct wire *w = &r->wire;

	if (w->in != -1)
		close(w->in);
	w->in = w->out = -1;
	w->at = w->n = w->out_n = 0;
	r->far.connected = 0;
}

void
say_quit(struct remote *r)
{
	struct reply reply;

	if (put_command(r, "QUIT") == 0)
		(void)take_reply(r, &reply, WAIT_QUIT);
	hang_up(r);
}

/* A socket on its way to the host. It may be connected; -1 with errno. */
static int
begin_connect(struct remote *r)
{
	const struct sockaddr *at = (const struct sockaddr *)&r->far.at;
	static const int on = 1;
	int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);

	r->wire.in = r->wire.out = fd;
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, at, r->far.at_n) == 0)
		return 0;
	return errno == EINPROGRESS ? 0 : -1;
}

static int
connect_far(struct remote *r)
{
	int64_t end = wait_end(r, WAIT_CONNECT);
	socklen_t n = sizeof(int);
	int e = 0;

	if (r->nexthop.to == TO_PATH) {
		r->wire.in = r->wire.out = unix_connect_at(r->lmtp_at,
		    SOCK_STREAM, end);
		return r->wire.in == -1 ? -1 : 0;
	}
	if (begin_connect(r) == -1)
		return -1;
	if (io_wait_for(r->wire.in, POLLOUT, alive(r), end) == -1) {
		leave_if_alone(r);
		return -1;
	}
	if (getsockopt(r->wire.in, SOL_SOCKET, SO_ERROR, &e, &n) == -1)
		return -1;
	return e == 0 ? 0 : (errno = e, -1);
}

/* 1 if each host has this address for itself. */
static int
is_everybodys(const struct sockaddr_storage *at)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)at;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)at;
	uint32_t a;

	if (at->ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
		    IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
	a = ntohl(v4->sin_addr.s_addr);
	return a >> 24 == IN_LOOPBACKNET || a == INADDR_ANY;
}

static int
same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)b;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)a;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)b;

	if (a->ss_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return memcmp(&a6->sin6_addr, &b6->sin6_addr,
	    sizeof(a6->sin6_addr)) == 0;
}

/* The DNS has led us to one of our own addresses: we came out where we are. On
 * another port than SMTP's somebody else may listen. */
static int
is_our_address(const struct remote *r)
{
	struct sockaddr_storage us;
	socklen_t n = sizeof(us);

	if (r->nexthop.chosen || r->port != SMTP_PORT)
		return 0;
	return is_everybodys(&r->far.at) ||
	    (getsockname(r->wire.in, (struct sockaddr *)&us, &n) == 0 &&
	    same_address(&us, &r->far.at));
}

static int
it_is_us(struct remote *r)
{
	say("to=%s host=%s ip=%s is this host", r->nexthop_text, r->far.host,
	    r->far.ip);
	hang_up(r);
	cut_route(r);
	return -1;
}

/* "220 NAME ...": behind a router that translates addresses only the name
 * tells that we speak with ourselves. */
static int
take_greeting(struct remote *r)
{
	struct reply reply;
	char *name;

	if (take_reply(r, &reply, WAIT_REPLY) == -1)
		return host_failed(r, "greeting", NULL);
	if (reply.code >= 300)
		return host_failed(r, "connect", &reply);
	name = reply.text + strcspn(reply.text, " ");
	name += *name == ' ';
	name[strcspn(name, " ")] = '\0';
	if (!r->nexthop.chosen && is_our_name(r, name))
		return it_is_us(r);
	return 0;
}

static int
say_hello(struct remote *r)
{
	const char *verb = r->nexthop.lmtp ? "LHLO" : "EHLO";
	struct reply reply;

	if (put_command(r, "%s %s", verb, r->name) == -1 ||
	    take_offer(r, &reply, &r->far.can) == -1)
		return host_failed(r, verb, NULL);
	if (reply.code >= 500 && !r->nexthop.lmtp) {	/* an old one */
		memset(&r->far.can, 0, sizeof(r->far.can));
		verb = "HELO";
		if (put_command(r, "HELO %s", r->name) == -1 ||
		    take_reply(r, &reply, WAIT_REPLY) == -1)
			return host_failed(r, verb, NULL);
	}
	return reply.code < 300 ? 0 : host_failed(r, verb, &reply);
}

static int
no_tls(struct remote *r, const char *words)
{
	snprintf(r->far.tls.words, sizeof(r->far.tls.words), "%s", words);
	return -1;
}

/* Who the host should be: of a domain's mail hosts the domain's name will
 * do. */
static void
ask_for(const struct remote *r, struct tls_question *q)
{
	static const enum tls_policy policies[] = {	/* enum nexthop_tls */
		TLS_MAY, TLS_MAY, TLS_MUST, TLS_VERIFY
	};

	q->policy = policies[r->nexthop.tls];
	q->names = 0;
	snprintf(q->host, sizeof(q->host), "%s", r->far.host);
	if (r->nexthop.to == TO_MX && !tls_is_address(r->nexthop.host))
		snprintf(q->name[q->names++], sizeof(q->name[0]), "%s",
		    r->nexthop.host);
}

/* Have the service turn the connection. 0; or -1, and r->far.tls.words say
 * why. */
static int
turn_tls(struct remote *r)
{
	struct tls_question q;
	int fd;

	ask_for(r, &q);
	if (r->wire.at < r->wire.n)	/* somebody between us put it there? */
		return no_tls(r, "said more in the clear behind STARTTLS");
	if (r->tls_at->sun_family == 0)
		return no_tls(r, "cannot be spoken to by TLS: no service");
	fd = tls_ask(r->tls_at, r->wire.in, &q, wait_end(r, WAIT_TLS),
	    &r->far.tls);
	if (fd == -1)
		return -1;
	hang_up(r);
	r->wire.in = r->wire.out = fd;
	return 0;
}

/* There is no TLS with this host, and without it nothing is sent there. */
static int
tls_failed(struct remote *r, const char *words)
{
	struct answer a = { .number = 0 };

	answer_words(r, &a, V_LATER, "4.7.5", "%s", words);
	note_failure(r, &a);
	hang_up(r);
	return -1;
}

static int
tls_refused(struct remote *r, const struct reply *reply)
{
	char words[WHY_OCTETS];

	snprintf(words, sizeof(words), "said after STARTTLS: %s", reply->text);
	return tls_failed(r, words);
}

/* TLS that is better than none: the same host in the clear, over a
 * connection of its own. */
static int
go_clear(struct remote *r)
{
	say("to=%s host=%s ip=%s tls=failed, in the clear: %s",
	    r->nexthop_text, r->far.host, r->far.ip, r->far.tls.words);
	hang_up(r);
	r->far.in_clear = r->far.again = 1;
	return -1;
}

/* STARTTLS where it is wanted. 0: go on, with it or without; -1: not here. */
static int
start_tls(struct remote *r)
{
	int must = r->nexthop.tls >= TLS_WANT_MUST;
	struct reply reply;

	if (r->nexthop.tls == TLS_WANT_NONE || r->far.in_clear)
		return 0;
	if (!r->far.can.starttls)
		return must ? tls_failed(r, "offers no TLS") : 0;
	if (!must && r->tls_at->sun_family == 0)
		return 0;
	if (put_command(r, "STARTTLS") == -1 ||
	    take_reply(r, &reply, WAIT_REPLY) == -1)
		return host_failed(r, "STARTTLS", NULL);
	if (reply.code == 421)
		return host_failed(r, "STARTTLS", &reply);
	if (reply.code != 220)
		return must ? tls_refused(r, &reply) : 0;
	if (turn_tls(r) == 0)
		return say_hello(r);
	return must ? tls_failed(r, r->far.tls.words) : go_clear(r);
}

/* From nothing until it is ready. 0, or -1: not this time. */
static int
try_host(struct remote *r)
{
	r->far.tls = (struct tls_answer){ .yes = 0 };
	r->far.used = 0;
	r->far.messages = 0;
	r->far.reset = 0;
	if (connect_far(r) == -1)
		return host_failed(r, "connect", NULL);
	if (is_our_address(r))
		return it_is_us(r);
	if (r->nexthop.implicit && turn_tls(r) == -1)
		return tls_failed(r, r->far.tls.words);
	if (take_greeting(r) == -1 || say_hello(r) == -1)
		return -1;
	if (!r->nexthop.implicit && start_tls(r) == -1)
		return -1;
	return r->nexthop.login[0] != '\0' ? log_in(r) : 0;
}

int
find_host(struct remote *r)
{
	const struct far *f = &r->far;

	while (next_address(r) == 0)
		if (try_host(r) == 0) {
			r->far.connected = 1;
			r->route.reached = 1;
			say("to=%s host=%s ip=%s port=%u tls=%s%s%s%s",
			    r->nexthop_text, f->host, f->ip, r->port,
			    f->tls.yes ? f->tls.protocol : "none",
			    f->tls.yes ? " cipher=" : "", f->tls.cipher,
			    !f->tls.yes ? "" : f->tls.verified ?
			    " verified=yes" : " verified=no");
			return 0;
		}
	return -1;
}
