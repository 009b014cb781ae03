/* load-tls - the client's side of TLS. See load-tls.h. */
#include "load-tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"

void
load_tls_mode(struct load_tls *t, const char *word)
{
	if (strcmp(word, "starttls") == 0)
		t->mode = TLS_STARTTLS;
	else if (strcmp(word, "implicit") == 0)
		t->mode = TLS_IMPLICIT;
	else
		die(EXIT_PERM, "%s: not starttls or implicit", word);
}

static const char *
reason(void)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	return why != NULL ? why : errno != 0 ? strerror(errno) : "closed";
}

/* In TLS 1.3 tickets come behind the handshake, so a callback takes them. */
static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct load_tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (t->nkept == KEPT_MAX)
		return 0;	/* OpenSSL frees it */
	t->kept[t->nkept++] = session;
	return 1;
}

/* A ticket of TLS 1.3 serves once: RFC 8446, C.4. */
static void
offer_session(struct load_tls *t, SSL *ssl)
{
	SSL_SESSION *last = t->kept[t->nkept - 1];

	if (SSL_set_session(ssl, last) != 1)
		die(EXIT_TEMP, "TLS: %s", reason());
	if (SSL_SESSION_get_protocol_version(last) == TLS1_3_VERSION) {
		SSL_SESSION_free(last);
		t->nkept--;
	}
}

void
load_tls_open(struct load_tls *t)
{
	t->context = SSL_CTX_new(TLS_client_method());
	if (t->context == NULL ||
	    SSL_CTX_set_min_proto_version(t->context, TLS1_2_VERSION) != 1)
		die(EXIT_TEMP, "TLS: %s", reason());
	SSL_CTX_set_mode(t->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (t->ca != NULL) {
		if (SSL_CTX_load_verify_file(t->context, t->ca) != 1)
			die(EXIT_PERM, "%s: %s", t->ca, reason());
		SSL_CTX_set_verify(t->context, SSL_VERIFY_PEER, NULL);
	}
	if (t->resume) {
		SSL_CTX_set_app_data(t->context, t);
		SSL_CTX_set_session_cache_mode(t->context,
		    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(t->context, keep_session);
	}
}

SSL *
load_tls_start(struct load_tls *t, int fd)
{
	SSL *ssl = SSL_new(t->context);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		die(EXIT_TEMP, "TLS: %s", reason());
	if (t->nkept > 0)
		offer_session(t, ssl);
	SSL_set_connect_state(ssl);
	return ssl;
}

int
load_tls_shake(struct load_tls *t, SSL *ssl, const char **why)
{
	int n;

	errno = 0;
	n = SSL_do_handshake(ssl);
	if (n == 1) {
		t->handshakes++;
		t->resumed += (unsigned)SSL_session_reused(ssl);
		snprintf(t->version, sizeof(t->version), "%s",
		    SSL_get_version(ssl));
		snprintf(t->cipher, sizeof(t->cipher), "%s",
		    SSL_get_cipher_name(ssl));
		return 1;
	}
	n = SSL_get_error(ssl, n);
	if (n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE)
		return errno = EAGAIN, 0;
	*why = reason();
	return -1;
}

/* What a call of OpenSSL came to, in read(2)'s terms. */
static ssize_t
result(SSL *ssl, int done, size_t n)
{
	if (done == 1)
		return (ssize_t)n;
	switch (SSL_get_error(ssl, done)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		ERR_clear_error();
		errno = EPROTO;
		return -1;
	}
}

ssize_t
load_tls_read(SSL *ssl, int fd, void *p, size_t n)
{
	size_t got = 0;
	int done;

	if (ssl == NULL)
		return read(fd, p, n);
	done = SSL_read_ex(ssl, p, n, &got);
	return result(ssl, done, got);
}

ssize_t
load_tls_write(SSL *ssl, int fd, const void *p, size_t n)
{
	size_t put = 0;
	int done;

	if (ssl == NULL)
		return write(fd, p, n);
	done = SSL_write_ex(ssl, p, n, &put);
	return result(ssl, done, put);
}

void
load_tls_end(SSL *ssl)
{
	if (ssl != NULL && SSL_is_init_finished(ssl))
		(void)SSL_shutdown(ssl);
	ERR_clear_error();
	SSL_free(ssl);
}

void
load_tls_report(const struct load_tls *t)
{
	if (t->context != NULL)
		printf(" tls=%s cipher=%s handshakes=%u resumed=%u",
		    t->version, t->cipher, t->handshakes, t->resumed);
}
