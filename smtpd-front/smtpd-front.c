/* smtpd-front - speak SMTP with one client, hand its mail to qinject. See
 * smtpd-front.8. */
#include "session.h"

#include <signal.h>
#include <stdlib.h>

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
#define RCPT_LINE	(ADDRESS_OCTETS + 6)	/* "rcpt ", LF */

static void
take_settings(struct session *s)
{
	s->name = env_str("NAME", NULL);
	s->domain = env_str("DOMAIN", s->name);
	s->client = env_str("TCPREMOTEIP", "unknown");
	s->may_relay = getenv("RELAYCLIENT") != NULL;
	s->size_max = env_u64("SMTP_SIZE_MAX", SIZE_MAX_OCTETS, 1, INT64_MAX);
	s->rcpt_max = (unsigned)env_u64("SMTP_RCPT_MAX", RCPT_MAX, 1, 10000);
	s->wire.timeout_ms = (int)env_u64("SMTP_TIMEOUT_S", TIMEOUT_S, 1,
	    3600) * 1000;
	s->data_ms = (int)env_u64("SMTP_DATA_S", DATA_S, 1, 86400) * 1000;
	s->wire.end_ms = clock_mono_ms() + 1000 *
	    (int64_t)env_u64("SMTP_SESSION_S", SESSION_S, 1, 864000);
}

/* Behind the sandbox no memory can be had: take all of it now. */
static void
take_room(struct session *s)
{
	s->rcpts.max = (size_t)s->rcpt_max * RCPT_LINE;
	s->facts.max = s->rcpts.max + 2048;
	s->path.max = ADDRESS_OCTETS + DOMAIN_OCTETS;
	if (buf_room(&s->rcpts, s->rcpts.max) == -1 ||
	    buf_room(&s->facts, s->facts.max) == -1 ||
	    buf_room(&s->path, s->path.max) == -1)
		die(EXIT_TEMP, "client=%s no memory:", s->client);
}

int
main(int argc, char **argv)
{
	static struct session s = {
		.wire = { .in = 0, .out = 1 },
		.injector = { .fd = -1, .timeout_ms = QUEUE_MS },
		.whois = -1,
		.state = S_START,
	};

	(void)argv;
	progname = "smtpd-front";
	if (argc != 1)
		die(EXIT_PERM, "usage: smtpd-front (under tcpserver)");
	signal(SIGPIPE, SIG_IGN);
	take_settings(&s);
	take_room(&s);
	s.peers = confine(env_str("WHOIS_SOCKET", NULL),
	    env_str("QINJECT_SOCKET", NULL));
	s.injector.at = &s.peers->qinject;
	reply(&s, 220, NULL, "%s ESMTP Correo", s.name);
	while (!s.done)
		serve_command(&s);
	(void)wire_flush(&s.wire);
	return EXIT_DONE;
}
