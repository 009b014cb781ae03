/*
 * qp - octets as quoted-printable. Pure.
 * source: RFC 2045 6.7; line ends are LF here
 */
#ifndef TEXT_QP_H
#define TEXT_QP_H

#include "base/buf.h"

#define QP_LINE		76	/* octets of the longest line, without its end */

/* Append n octets of text to out, lines of at most QP_LINE octets, printable ASCII
 * alone. 0, or -1 with errno as buf_add. */
int qp_encode(struct buf *out, const char *in, size_t n);

#endif
