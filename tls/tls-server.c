/* tls-server - speak TLS with the client, clear octets with a program. See
 * tls-server.8. */
#include "confine.h"
#include "handed.h"
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "text/record.h"
#include "tls/words.h"

#define HANDSHAKE_S	30
#define IDLE_S		3900	/* above IMAP's IDLE, RFC 2177: 29 minutes */
#define LINGER_MS	2000	/* for the client to take our last octets */
#define UID_LAST	4294967294u

/* A uid or gid that must be given and is not root's. */
static uint32_t
need_id(const char *name)
{
	(void)env_str(name, NULL);
	return (uint32_t)env_u64(name, 0, 1, UID_LAST);
}

static void
take_users(struct session *s)
{
	s->root = geteuid() == 0;
	s->tls_uid = geteuid();		/* whose the key must be */
	if (s->root && s->handed)
		die(EXIT_PERM, "tls-server -s is not for root");
	if (!s->root)
		return;
	s->tls_uid = need_id("TLS_UID");
	s->tls_gid = need_id("TLS_GID");
	if (s->keeps_root) {		/* it may become that user later */
		s->net_uid = (uid_t)env_u64("NET_UID", 0, 1, UID_LAST);
	} else {
		s->net_uid = need_id("NET_UID");
		s->net_gid = need_id("NET_GID");
	}
	if (s->tls_uid == s->net_uid)
		die(EXIT_PERM, "TLS_UID and NET_UID are the same: the program "
		    "could read the key");
}

static void
take_settings(struct session *s)
{
	take_users(s);
	s->client = env_str("TCPREMOTEIP", "unknown");
	s->cert.path = env_str("TLS_CERT", NULL);
	s->key.path = env_str("TLS_KEY", s->cert.path);
	s->dir_path = env_str("TLS_DIR", "");
	s->handshake_ms = 1000 *
	    (int64_t)env_u64("TLS_HANDSHAKE_S", HANDSHAKE_S, 1, 3600);
	s->idle_ms = 1000 * (int64_t)env_u64("TLS_IDLE_S", IDLE_S, 1, 864000);
}

static void
take_arguments(struct session *s, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+iks")) != -1)
		if (c == 'i')
			s->implicit = 1;
		else if (c == 'k')
			s->keeps_root = 1;
		else if (c == 's')
			s->handed = 1;
		else
			optind = argc + 1;
	s->program = argv + optind;
	if (s->handed ? optind != argc || s->implicit || s->keeps_root :
	    optind >= argc)
		die(EXIT_PERM, "usage: tls-server [-ik] program [arg ...], "
		    "or tls-server -s");
	if (s->handed)
		s->implicit = 1;	/* who hands it over is at that point */
}

/* The connection comes over descriptor 0, with a record: who the client is. */
static void
take_connection(struct session *s)
{
	char record[sizeof(s->client_room) + 16];
	const char *p = record, *end = p + take_handed(record, sizeof(record),
	    &s->relay.net, clock_mono_ms() + s->handshake_ms);
	struct field f;

	if (record_next(&p, end, &f) != 1 || p != end ||
	    !field_is(&f, "client") || f.n == 0 ||
	    field_copy(&f, s->client_room, sizeof(s->client_room)) == -1)
		die(EXIT_PERM, "what is handed over is no record");
	s->client = s->client_room;
	s->relay.clear = 0;
}

/* Wait until the program asks for TLS. 0 if it ends, or says that it never
 * will: no deadline, for we are here as long as it is; tcpserver counts us. */
static int
wait_for_request(struct session *s)
{
	ssize_t n;

	do
		n = read(s->ctl, &s->asked, 1);
	while (n == -1 && errno == EINTR);
	if (n == 1 && s->asked != 'y' && s->asked != 'Y')
		die(EXIT_PERM, "client=%s the program asked for '%c', not 'y'",
		    s->client, s->asked);
	return n == 1;
}

static const char *
name_asked(const struct session *s)
{
	return br_ssl_engine_get_server_name(&s->tls.eng);
}

/* The name for the log: '-' for none, '?' for one that is no host's. */
static const char *
name_shown(const struct session *s)
{
	const char *name = name_asked(s);

	if (*name == '\0')
		return "-";
	return is_host(name) ? name : "?";
}

/* Tell the program about the session: NUL-terminated settings, an empty one
 * at the end. */
static void
answer(struct session *s, const struct tls_suite *suite)
{
	char text[512];
	size_t n;

	if (s->asked == 'Y') {
		n = (size_t)snprintf(text, sizeof(text),
		    "SSL_PROTOCOL=TLSv1.2%c"
		    "SSL_CIPHER=%s%c" "SSL_CIPHER_USEKEYSIZE=%u%c"
		    "SSL_TLS_SNI=%s%c",
		    0, suite->name, 0, suite->bits, 0,
		    is_host(name_asked(s)) ? name_asked(s) : "", 0);
		text[n++] = '\0';	/* 256 of a name and 120 */
		if (send(s->ctl, text, n, MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
			say("client=%s SSLCTLFD:", s->client);
	}
	close(s->ctl);
}

static void
say_failed(const struct session *s)
{
	const struct relay *r = &s->relay;

	if (r->end == RELAY_TLS)
		say("client=%s tls=failed sni=%s error=%d word=%s", s->client,
		    name_shown(s), r->error, tls_error(r->error));
	else if (r->end == RELAY_TIMEOUT)
		say("client=%s tls=failed sni=%s word=timeout", s->client,
		    name_shown(s));
	else
		say("client=%s tls=failed sni=%s word=lost%s%s", s->client,
		    name_shown(s), r->error ? " " : "",
		    r->error ? strerror(r->error) : "");
}

static int
shake_hands(struct session *s)
{
	br_ssl_session_parameters p;
	const struct tls_suite *suite;
	int r = relay_handshake(&s->relay, clock_mono_ms() + s->handshake_ms);

	/* It signs once; a session lasts for hours. */
	pem_forget_key(&s->own);
	pem_forget_key(&s->named);
	if (r == -1) {
		say_failed(s);
		return -1;
	}
	br_ssl_engine_get_session_parameters(&s->tls.eng, &p);
	suite = tls_suite(p.cipher_suite);
	explicit_bzero(&p, sizeof(p));
	say("client=%s tls=TLSv1.2 cipher=%s sni=%s", s->client, suite->name,
	    name_shown(s));
	if (!s->implicit)
		answer(s, suite);
	return 0;
}

static void
say_ended(const struct session *s)
{
	const struct relay *r = &s->relay;

	if (r->truncated)
		say("client=%s tls=truncated", s->client);
	else if (r->end == RELAY_LOST)
		say("client=%s tls=lost %s", s->client, strerror(r->error));
	else if (r->end == RELAY_TIMEOUT)
		say("client=%s tls=idle", s->client);
	else if (r->end == RELAY_TLS)
		say("client=%s tls=broken error=%d word=%s", s->client,
		    r->error, tls_error(r->error));
}

static void
serve(struct session *s)
{
	read_certificate(s);
	ready_tls(s);
	confine(&(struct kept){ s->dir_path, s->dir, -1 });
	s->relay.tls = &s->tls.eng;
	if (shake_hands(s) == 0) {
		relay_run(&s->relay, s->idle_ms);
		say_ended(s);
	} else if (!s->implicit) {
		close(s->ctl);
	}
	relay_close(&s->relay, LINGER_MS);
}

int
main(int argc, char **argv)
{
	static struct session s;	/* zero: untouched pages cost nothing */

	progname = "tls-server";
	opterr = 0;
	take_arguments(&s, argc, argv);
	take_settings(&s);
	if (s.handed)
		take_connection(&s);
	else
		start_program(&s);
	signal(SIGPIPE, SIG_IGN);
	close(1);			/* the connection again, as 0 */
	if (s.root)
		become_user(s.tls_uid, s.tls_gid);
	hide();
	open_certificates(&s);
	if (s.implicit || wait_for_request(&s))
		serve(&s);
	else
		close(s.relay.net);
	return s.handed ? EXIT_DONE : end_of_program(&s);
}
