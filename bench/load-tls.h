/* load-tls - the client's side of TLS, for the load programs: by OpenSSL. */
#ifndef LOAD_TLS_H
#define LOAD_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define KEPT_MAX 64	/* sessions to resume */

enum tls_mode {
	TLS_NONE,
	TLS_STARTTLS,	/* after the protocol's own command */
	TLS_IMPLICIT	/* from the first octet */
};

struct load_tls {
	enum tls_mode	mode;
	const char	*ca;		/* the CA's file; NULL: no check */
	bool		resume;		/* offer the session that came last */
	SSL_CTX		*context;
	SSL_SESSION	*kept[KEPT_MAX];
	size_t		nkept;
	unsigned	resumed;	/* handshakes that were short */
	unsigned	handshakes;
	char		version[16];	/* of the last handshake */
	char		cipher[64];
};

/*
 * load_tls_mode - "starttls" or "implicit" into t->mode; anything else: die.
 */
void load_tls_mode(struct load_tls *t, const char *word);

/*
 * load_tls_open - make the context: TLS 1.2 or better, OpenSSL's own defaults
 * else. Not called: no TLS. Dies if it cannot be had.
 */
void load_tls_open(struct load_tls *t);

/*
 * load_tls_start - TLS on a connected descriptor; the caller frees it with
 * load_tls_end. Dies without memory.
 */
SSL *load_tls_start(struct load_tls *t, int fd);

/*
 * load_tls_shake - go on with the handshake.
 *
 * returns  1 done and counted in t; 0 not yet, errno EAGAIN, call again once
 *          SSL_want_write says which way; -1 failed, *why in words
 */
int load_tls_shake(struct load_tls *t, SSL *ssl, const char **why);

/*
 * load_tls_read, load_tls_write - as read(2) and write(2) of a descriptor; ssl
 * NULL: they are. errno EAGAIN if TLS must wait, EPROTO if it is broken.
 */
ssize_t load_tls_read(SSL *ssl, int fd, void *p, size_t n);
ssize_t load_tls_write(SSL *ssl, int fd, const void *p, size_t n);

/* Send a close_notify if the session was good, and free it; NULL: nothing. */
void load_tls_end(SSL *ssl);

/* " tls=VERSION cipher=NAME handshakes=N resumed=N", if there is TLS. */
void load_tls_report(const struct load_tls *t);

#endif
