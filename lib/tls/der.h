/*
 * der - the two names in a certificate, as they stand there.
 */
#ifndef TLS_DER_H
#define TLS_DER_H

#include <stddef.h>

/* A distinguished name: its DER with tag and length. The octets are the
 * certificate's. */
struct dn {
	const unsigned char	*p;
	size_t			 n;
};

struct der_names {
	struct dn issuer, subject;
};

/*
 * der_names - whose certificate it is, and who signed it.
 *
 * der, n   the certificate, or its first octets: what stands behind the subject
 *          is not looked at
 * returns  0, or -1 with errno EBADMSG (no certificate, or the subject does not
 *          end within n octets), out unchanged
 * source   RFC 5280 4.1; X.690 8.1, lengths of at most three octets
 */
int der_names(const unsigned char *der, size_t n, struct der_names *out);

/* 1 if both are the same octets, which is how issuers are found; else 0. */
int dn_same(struct dn a, struct dn b);

#endif
