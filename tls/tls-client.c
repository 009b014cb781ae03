/* tls-client - speak TLS with a server, clear octets with a program. See
 * tls-client.8. */
#include "confine.h"
#include "handed.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "text/tlstalk.h"
#include "tls/chain.h"
#include "tls/crypto.h"
#include "tls/relay.h"
#include "tls/words.h"

#define HANDSHAKE_S	30
#define IDLE_S		1200	/* above the longest wait of RFC 5321, 600 */
#define LINGER_MS	2000	/* for the server to take our last octets */
#define CA_FILE		"/etc/ssl/certs/ca-certificates.crt"

struct session {
	/* settings */
	const char		*ca_path;
	int64_t			 handshake_ms, idle_ms;
	struct tls_question	 question;
	/* what it has open */
	struct relay		 relay;
	int			 bundle;	/* ca_path, or -1 */
	/* TLS */
	struct chain		 chain;
	br_ssl_client_context	 tls;
	unsigned char		 records[BR_SSL_BUFSIZE_BIDI];
};

static void
take_settings(struct session *s)
{
	s->ca_path = env_str("TLS_CA_FILE", CA_FILE);
	s->handshake_ms = 1000 *
	    (int64_t)env_u64("TLS_HANDSHAKE_S", HANDSHAKE_S, 1, 3600);
	s->idle_ms = 1000 * (int64_t)env_u64("TLS_IDLE_S", IDLE_S, 1, 864000);
}

/* A client ends the handshake with three records: by Nagle's rule the second
 * would wait 40 ms for the server's acknowledgement of the first. */
static void
take_connection(struct session *s)
{
	static const int on = 1;
	char record[TLS_QUESTION];
	size_t n = take_handed(record, sizeof(record), &s->relay.net,
	    clock_mono_ms() + s->handshake_ms);

	if (tls_question_read(&s->question, record, n) == -1)
		die(EXIT_PERM, "what is handed over is no record of a server");
	(void)setsockopt(s->relay.net, IPPROTO_TCP, TCP_NODELAY, &on,
	    sizeof(on));
}

static void
answer(const struct session *s, const struct tls_answer *a)
{
	char line[TLS_ANSWER];
	size_t n = tls_answer_write(line, a);

	if (send(s->relay.clear, line, n, MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		say("host=%s answer:", s->question.host);
}

/* It is read later, if a server shows certificates. A missing one is no error
 * where nothing has to be verified. */
static int
open_bundle(struct session *s)
{
	struct tls_answer no = { .yes = 0 };
	struct stat st;

	s->bundle = open(s->ca_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
	    O_NOCTTY);
	if (s->bundle != -1 && (fstat(s->bundle, &st) == -1 ||
	    !S_ISREG(st.st_mode))) {
		close(s->bundle);
		s->bundle = -1;
		errno = EINVAL;
	}
	if (s->bundle != -1 || s->question.policy != TLS_VERIFY)
		return 0;
	say("host=%s tls=failed word=no-anchors %s:", s->question.host,
	    s->ca_path);
	snprintf(no.words, sizeof(no.words), "TLS: no trust anchors here");
	answer(s, &no);
	return -1;
}

/* Whoever has a certificate for one of these names is the server. No public CA
 * vouches for an address in the way that BearSSL looks at. */
static void
set_names(struct session *s)
{
	struct tls_question *q = &s->question;
	struct chain *c = &s->chain;
	size_t i;

	if (!tls_is_address(q->host))
		c->name[c->names++] = q->host;
	for (i = 0; i < q->names; i++)
		c->name[c->names++] = q->name[i];
}

static void
ready_tls(struct session *s)
{
	br_ssl_engine_context *e = &s->tls.eng;
	const char *host = s->question.host;
	int strict = s->question.policy == TLS_VERIFY;

	br_ssl_client_zero(&s->tls);
	tls_crypto_client(&s->tls, strict);
	br_ssl_engine_add_flags(e, BR_OPT_NO_RENEGOTIATION);
	s->chain.strict = strict;
	s->chain.bundle = s->bundle;
	set_names(s);
	chain_begin(&s->chain, e);
	br_ssl_engine_set_buffer(e, s->records, sizeof(s->records), 1);
	if (tls_entropy(e) == -1)
		die(EXIT_TEMP, "getrandom:");
	/* RFC 6066 3: an address is no server name. */
	if (!br_ssl_client_reset(&s->tls, tls_is_address(host) ? NULL : host,
	    0))
		die(EXIT_BUG, "BearSSL: error %d", br_ssl_engine_last_error(e));
	s->relay.tls = e;
}

static void
say_failed(const struct session *s)
{
	const char *host = s->question.host;
	const struct relay *r = &s->relay;
	struct tls_answer no = { .yes = 0 };

	if (r->end == RELAY_TLS) {
		say("host=%s tls=failed error=%d word=%s", host, r->error,
		    tls_error(r->error));
		tls_explain(no.words, sizeof(no.words), r->error);
	} else if (r->end == RELAY_TIMEOUT) {
		say("host=%s tls=failed word=timeout", host);
		snprintf(no.words, sizeof(no.words), "TLS: timeout");
	} else {
		say("host=%s tls=failed word=lost%s%s", host,
		    r->error ? " " : "", r->error ? strerror(r->error) : "");
		snprintf(no.words, sizeof(no.words), "TLS: %s", r->error ?
		    strerror(r->error) : "the server closed the connection");
	}
	answer(s, &no);
}

static void
say_ready(const struct session *s)
{
	int error = s->chain.error, verified = error == BR_ERR_OK;
	struct tls_answer yes = { .yes = 1, .protocol = "TLSv1.2",
	    .verified = verified };
	br_ssl_session_parameters p;
	const char *suite;

	br_ssl_engine_get_session_parameters(&s->tls.eng, &p);
	suite = tls_suite(p.cipher_suite)->name;
	explicit_bzero(&p, sizeof(p));
	say("host=%s tls=TLSv1.2 cipher=%s verified=%s%s%s", s->question.host,
	    suite, verified ? "yes" : "no", verified ? "" : " why=",
	    verified ? "" : tls_error(error));
	snprintf(yes.cipher, sizeof(yes.cipher), "%s", suite);
	answer(s, &yes);
}

/* 0 if both sides ended as they should, else -1. */
static int
say_ended(const struct session *s)
{
	const char *host = s->question.host;
	const struct relay *r = &s->relay;

	if (r->truncated)
		say("host=%s tls=truncated", host);
	else if (r->end == RELAY_LOST)
		say("host=%s tls=lost %s", host, strerror(r->error));
	else if (r->end == RELAY_TIMEOUT)
		say("host=%s tls=idle", host);
	else if (r->end == RELAY_TLS)
		say("host=%s tls=broken error=%d word=%s", host, r->error,
		    tls_error(r->error));
	else
		return 0;
	return -1;
}

static int
serve(struct session *s)
{
	int r = -1;

	ready_tls(s);
	confine(&(struct kept){ NULL, -1, s->bundle });
	if (relay_handshake(&s->relay, clock_mono_ms() + s->handshake_ms) == -1)
		say_failed(s);
	else {
		say_ready(s);
		relay_run(&s->relay, s->idle_ms);
		r = say_ended(s);
	}
	relay_close(&s->relay, LINGER_MS);
	return r == 0 ? EXIT_DONE : EXIT_TEMP;
}

int
main(int argc, char **argv)
{
	static struct session s;	/* zero: untouched pages cost nothing */

	progname = "tls-client";
	if (argc != 2 || strcmp(argv[1], "-s") != 0)
		die(EXIT_PERM, "usage: tls-client -s");
	if (geteuid() == 0)
		die(EXIT_PERM, "tls-client is not for root");
	take_settings(&s);
	take_connection(&s);
	hide();
	if (open_bundle(&s) == -1)
		return EXIT_TEMP;
	close(1);			/* the clear side again, as 0 */
	return serve(&s);
}
