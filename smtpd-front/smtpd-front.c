/* smtpd-front - speak SMTP with one client, hand its mail to qinject. See
 * smtpd-front.8. */
#include "session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"

#define SIZE_MAX_OCTETS	(64u << 20)
#define RCPT_MAX	1000	/* RFC 5321 4.5.3.1.8 asks for 100 and more */
#define TIMEOUT_S	300	/* RFC 5321 4.5.3.2.7 */
#define DATA_S		3600	/* 4.5.3.2: one message, however it trickles */
#define SESSION_S	21600
#define QUEUE_MS	300000	/* qinject syncs disks; a client waits 600 s */
#define FACTS_OCTETS	2048	/* of all facts but the recipients */
/* "rcpt ", "notify ", "orcpt ", and a LF behind each. */
#define RCPT_LINES	(ADDRESS_OCTETS + 6 + NOTIFY_OCTETS + 7 + \
			    ORCPT_OCTETS + 7)

static void
take_settings(struct session *s)
{
	static const char *const auth_words[] = {
		"off", "optional", "required", NULL
	};
	static const char *const check_words[] = { "off", "own", NULL };
	static const char *const complete_words[] = { "login", "all", NULL };

	s->name = env_str("NAME", NULL);
	s->domain = env_str("DOMAIN", s->name);
	s->client = env_str("TCPREMOTEIP", "unknown");
	s->may_relay = getenv("RELAYCLIENT") != NULL;
	s->size_max = env_u64("SMTP_SIZE_MAX", SIZE_MAX_OCTETS, 1, INT64_MAX);
	s->rcpt_max = (unsigned)env_u64("SMTP_RCPT_MAX", RCPT_MAX, 1, 10000);
	s->wire.timeout_ms = (int)env_u64("SMTP_TIMEOUT_S", TIMEOUT_S, 1,
	    3600) * 1000;
	s->data_ms = (int)env_u64("SMTP_DATA_S", DATA_S, 1, DATA_S) * 1000;
	s->wire.end_ms = clock_mono_ms() + 1000 *
	    (int64_t)env_u64("SMTP_SESSION_S", SESSION_S, 1, SESSION_S);
	s->auth = (enum smtp_auth)env_word("SMTP_AUTH", auth_words);
	s->sender_check = env_word("SENDER_CHECK", check_words) == 1;
	s->completes_all = env_word("SMTP_COMPLETE", complete_words) == 1;
	s->auth_clear = env_u64("AUTH_CLEAR", 0, 0, 1) == 1;
}

/* Behind the sandbox no memory can be had: take all of it now, in one piece. What
 * is not used costs nothing; more than a queue file's head can't be used. */
static void
take_room(struct session *s)
{
	size_t path = ADDRESS_OCTETS + DOMAIN_OCTETS, facts;
	size_t rcpts = (size_t)s->rcpt_max * RCPT_LINES;
	char *room;

	if (rcpts > QUEUE_HEAD_MAX - 2 * FACTS_OCTETS)
		rcpts = QUEUE_HEAD_MAX - 2 * FACTS_OCTETS;
	facts = rcpts + FACTS_OCTETS;
	room = mmap(NULL, rcpts + facts + path, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		die(EXIT_TEMP, "client=%s no memory:", s->client);
	s->path = (struct buf){ .s = room, .cap = path, .max = path };
	room += path;
	s->facts = (struct buf){ .s = room, .cap = facts, .max = facts };
	room += facts;
	s->rcpts = (struct buf){ .s = room, .cap = rcpts, .max = rcpts };
}

/* The sandbox has none to be had. */
static void
take_entropy(struct session *s)
{
	unsigned char octets[RANDOM_OCTETS / 2];
	size_t i;

	if (getrandom(octets, sizeof(octets), 0) != sizeof(octets))
		die(EXIT_TEMP, "client=%s getrandom:", s->client);
	for (i = 0; i < sizeof(octets); i++)
		snprintf(s->random + 2 * i, 3, "%02x", octets[i]);
}

/* Whom the session may ask. TLS and logins cost nothing where they are not. */
static void
ready_peers(struct session *s)
{
	static const char *const words[] = {
		"none", "starttls", "implicit", NULL
	};
	enum listen_tls tls = (enum listen_tls)env_word("LISTEN_TLS", words);
	const char *service = env_str("TLS_SOCKET", "");

	if (tls != TLS_STARTTLS || *service == '\0')
		service = NULL;
	s->peers = fix_peers(env_str("WHOIS_SOCKET", NULL),
	    env_str("QINJECT_SOCKET", NULL), s->auth != AUTH_OFF ?
	    env_str("AUTH_SOCKET", NULL) : NULL, service);
	s->injector.at = &s->peers->qinject;
	if (tls == TLS_STARTTLS)
		s->offers_tls = starttls_find(&s->starttls, service != NULL ?
		    &s->peers->tls : NULL, &s->wire);
	s->tls = tls == TLS_IMPLICIT;
	if (s->auth != AUTH_OFF || s->completes_all)
		take_entropy(s);
}

int
main(int argc, char **argv)
{
	static struct session s;	/* all zero: pages untouched cost nothing */

	(void)argv;
	progname = "smtpd-front";
	if (argc != 1)
		die(EXIT_PERM, "usage: smtpd-front (under tcpserver)");
	signal(SIGPIPE, SIG_IGN);
	s.wire.out = 1;
	s.injector.fd = s.whois = -1;
	s.injector.timeout_ms = QUEUE_MS;
	s.state = S_START;
	take_settings(&s);
	take_room(&s);
	wire_begin(&s.wire);
	/* tcpserver -B has said it, or it goes out while we put on the sandbox;
	 * nothing that the client sends is read before it is on. */
	if (getenv("SMTP_GREETED") == NULL)
		reply(&s, 220, NULL, "%s ESMTP Correo", s.name);
	(void)wire_flush(&s.wire);
	ready_peers(&s);
	confine(s.peers);
	expect_recipients(&s);
	while (!s.done)
		serve_command(&s);
	(void)wire_flush(&s.wire);
	return EXIT_DONE;
}
