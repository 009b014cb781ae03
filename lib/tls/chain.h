/*
 * chain - the server's certificates, for a client: its key, and whether it is
 * who it should be.
 *
 * BearSSL has an engine that believes nobody without a trust anchor, and one
 * that knows the key beforehand. Mail is sent to strangers and wants a third: take
 * the key that the server shows, and say whether the chain was good.
 */
#ifndef TLS_CHAIN_H
#define TLS_CHAIN_H

#include <bearssl.h>
#include <stddef.h>

#include "tls/anchors.h"

#define CHAIN_CERTS	10
#define CHAIN_NAMES	16
#define CHAIN_OCTETS	32768	/* of all of them, as DER */

struct chain {
	const br_x509_class *vtable;	/* first: BearSSL hands us its address */
	/* settings */
	int		 strict;	/* a handshake fails with the chain */
	int		 bundle;	/* of trust anchors, PEM; or -1 */
	const char	*name[CHAIN_NAMES];	/* one must be in the certificate; or none
					 * will do */
	size_t		 names;
	/* the result */
	int		 error;		/* BR_ERR_X509_*, or BR_ERR_OK: it leads to
					 * an anchor, holds now, has a name */
	/* private */
	unsigned	 usages;
	size_t		 n;		/* certificates */
	int		 too_long;	/* there were more */
	size_t		 end[CHAIN_CERTS];	/* of each, in der */
	unsigned char	 der[CHAIN_OCTETS];
	br_x509_decoder_context leaf;
	br_x509_minimal_context minimal;
	struct anchors	 anchors;
};

/*
 * chain_begin - make c, whose settings are set, the engine of e.
 *
 * The bundle is read at the end of the chain, and only then: pread(2). Chains
 * with SHA-1 or RSA keys below 2048 bits, an anchor's aside, are never good.
 * error is BR_ERR_X509_NOT_TRUSTED until a chain came.
 */
void chain_begin(struct chain *c, br_ssl_engine_context *e);

#endif
