/*
 * words - what BearSSL's numbers mean, for the log and for programs that ask.
 */
#ifndef TLS_WORDS_H
#define TLS_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct tls_suite {
	uint16_t	 id;	/* as on the wire */
	const char	*name;	/* as OpenSSL has it */
	unsigned	 bits;	/* of the key */
};

/* The suite of that number; one named "unknown" if it is none of ours. */
const struct tls_suite *tls_suite(uint16_t id);

/*
 * tls_error - a word, without blanks, for br_ssl_engine_last_error()'s number.
 *
 * Of the alerts, 256 and more (the peer's) and 512 and more (ours), only
 * whose they are is said: "peer-alert", "our-alert". source: bearssl_ssl.h
 */
const char *tls_error(int e);

/* A word for an alert. source: RFC 5246 7.2, RFC 6066 9 */
const char *tls_alert(int number);

/* The same as tls_error for people: a few words, with an alert's number; cut to
 * room octets with a NUL. */
void tls_explain(char *out, size_t room, int e);

#endif
