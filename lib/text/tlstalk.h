/*
 * tlstalk - what is said to tls-client, and what it answers. Pure functions.
 *
 * The question is one record, with the connection beside it; the answer is one
 * line on the same stream socket, which is then the clear side.
 */
#ifndef TEXT_TLSTALK_H
#define TEXT_TLSTALK_H

#include <stddef.h>

#include "base/buf.h"

#define TLS_NAME	255	/* octets of the longest name */
#define TLS_NAMES	8	/* acceptable ones beside the host */
#define TLS_QUESTION	3072	/* octets of the longest question */
#define TLS_WORDS	200	/* of an answer that is no */
#define TLS_ANSWER	256	/* octets of the longest answer, with LF */

enum tls_policy {
	TLS_MAY,		/* better than clear text, whoever it is */
	TLS_MUST,		/* TLS or nothing, whoever it is */
	TLS_VERIFY		/* TLS with the right server, or nothing */
};

struct tls_question {
	char		host[TLS_NAME + 1];	/* the server's name or address,
						 * lower case, no dot last */
	enum tls_policy	policy;
	size_t		names;
	char		name[TLS_NAMES][TLS_NAME + 1];	/* names that will do as
						 * well */
};

/* 1 if the host is an address, not a name: "192.0.2.1", "2001:db8::1", or one in
 * brackets. */
int tls_is_address(const char *host);

/*
 * tls_question_read - read a record: "host NAME", "policy may|must|verify", and
 * "name NAME" lines, in any order.
 *
 * returns  0, or -1 with errno EPROTO (a line missing, unknown, twice or wrong,
 *          or too many)
 */
int tls_question_read(struct tls_question *q, const char *p, size_t n);

/* Append the record. 0, or -1 with errno EINVAL (a name cannot be said), EMSGSIZE
 * or ENOMEM. */
int tls_question_write(struct buf *b, const struct tls_question *q);

struct tls_answer {
	int	yes;
	char	protocol[16];		/* "TLSv1.2" */
	char	cipher[48];		/* as OpenSSL names it */
	int	verified;		/* the chain is good, and for a name asked */
	char	words[TLS_WORDS + 1];	/* if it is no: why, for people */
};

/* Read a line without its LF: "ok PROTOCOL CIPHER verified|unverified" or
 * "failed WORDS". 0, or -1 with errno EPROTO. */
int tls_answer_read(struct tls_answer *a, const char *p, size_t n);

/* Write the line, with LF. Its octets. */
size_t tls_answer_write(char out[TLS_ANSWER], const struct tls_answer *a);

#endif
