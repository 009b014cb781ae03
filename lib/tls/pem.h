/*
 * pem - a chain of certificates and a private key, out of PEM files.
 *
 * All of it stands in the struct, so it needs no memory of its own, and the key
 * can be wiped from it. BearSSL's pointers lead into the struct: it must not
 * move.
 */
#ifndef TLS_PEM_H
#define TLS_PEM_H

#include <bearssl.h>
#include <stddef.h>

#define PEM_CHAIN_MAX		8	/* certificates of a chain */
#define PEM_CHAIN_OCTETS	32768	/* of all of them, as DER */
#define PEM_FILE_OCTETS		131072	/* the longest file */

enum pem_part {			/* bits */
	PEM_CHAIN = 1,
	PEM_KEY = 2
};

struct pem {
	br_x509_certificate	 chain[PEM_CHAIN_MAX];	/* as in the file: ours,
							 * then its issuers */
	size_t			 chain_len;
	br_skey_decoder_context	 key;
	int			 key_type;	/* 0: no key, or BearSSL's
						 * BR_KEYTYPE_RSA, _EC */
	unsigned char		 der[PEM_CHAIN_OCTETS];
	size_t			 der_len;
};

/*
 * pem_read - take what is wanted out of an open file, from where it stands.
 *
 * p        zeroed, or with the other part read already
 * want     PEM_CHAIN: each CERTIFICATE is added to the chain; PEM_KEY: the
 *          first key of a kind that we can use (PKCS#8, "RSA" or "EC PRIVATE
 *          KEY", not encrypted). Other objects and text around are skipped.
 * returns  0, even if nothing was found: look at chain_len and key_type; or -1
 *          with errno EBADMSG (an object has no end, or is not base64),
 *          EMSGSIZE (longer than we take), or read(2)'s
 * source   RFC 7468; lines of any length, ended as they like. Not BearSSL's own
 *          decoder, which takes a tenth of a handshake for it
 */
int pem_read(struct pem *p, int fd, unsigned want);

/* Overwrite the key. */
void pem_forget_key(struct pem *p);

#endif
