/* sasl - the message of SASL's PLAIN, which SMTP, POP3 and IMAP share. Pure
 * functions; the octets stay the caller's. */
#ifndef TEXT_SASL_H
#define TEXT_SASL_H

#include <stddef.h>

struct plain {
	const char	*authzid;	/* whose mail; may be empty */
	const char	*user;		/* whose secret (authcid) */
	const char	*secret;
	size_t		 authzid_n, user_n, secret_n;
};

/*
 * plain_parse - take apart "authzid NUL user NUL secret".
 *
 * in, n    n octets, decoded from base64
 * returns  0; or -1 with errno EINVAL: not just two NULs, no user or no secret
 * source   RFC 4616 2; no length is asked for, and octets need not be UTF-8:
 *          secrets of old are not
 */
int plain_parse(struct plain *p, const char *in, size_t n);

/* 1 if nobody else's mail is asked for: authzid is empty or spells the account
 * of user, case ignored, domain (may be "") added to names without a '@'. Else
 * 0. */
int plain_same_account(const struct plain *p, const char *domain);

#endif
