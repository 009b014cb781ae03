/*
 * anchors - of a bundle of CA certificates, those that a chain may end at.
 *
 * A system's bundle has some 140; decoding the keys of all takes longer than a
 * handshake. So the server's chain comes first, then the bundle is searched for
 * the names of its issuers.
 */
#ifndef TLS_ANCHORS_H
#define TLS_ANCHORS_H

#include <bearssl.h>
#include <stddef.h>
#include <sys/types.h>

#include "tls/der.h"

#define ANCHORS_MAX		8	/* of one chain */
#define ANCHOR_OCTETS		8192	/* of a certificate, as DER */
#define ANCHORS_ROOM		8192	/* names and keys of all */
#define BUNDLE_OCTETS		(4u << 20)	/* of the longest bundle */

struct anchors {
	br_x509_trust_anchor	list[ANCHORS_MAX];
	size_t			n;
	size_t			used;
	unsigned char		room[ANCHORS_ROOM];
};

/*
 * anchors_find - read the bundle, and take the CAs with one of the names.
 *
 * a        is overwritten; BearSSL's pointers lead into it: it must not move
 * fd       of the bundle, a regular file, read from its start; PEM (RFC 7468),
 *          text around and objects of other kinds are skipped, and so is a
 *          certificate that is longer than ANCHOR_OCTETS, no CA's or that we
 *          cannot use
 * returns  0, even if none was found; or -1 with read(2)'s errno or EFBIG (the
 *          bundle is longer than BUNDLE_OCTETS), and a with what was found
 */
int anchors_find(struct anchors *a, int fd, const struct dn *wanted, size_t n);

/*
 * bundle_next - the next certificate in PEM text.
 *
 * p        moves on behind it; when there is none, to where one may begin that
 *          does not end before end
 * der      gets it
 * returns  its octets; 0 if there is none; or -1 with errno EBADMSG (no base64,
 *          or no end) or EMSGSIZE (longer than ANCHOR_OCTETS), and p behind it
 */
ssize_t bundle_next(const char **p, const char *end,
    unsigned char der[ANCHOR_OCTETS]);

#endif
