/*
 * dot - the octets of SMTP's DATA become a message with LF line ends.
 *
 * Only CRLF ends a line and only CRLF.CRLF ends the data; what else stands in
 * the stream is kept as it is, and a bare LF is noted, for it is how one message
 * is smuggled inside another. With by_lf it is the other way round: LF and
 * LF.LF, and a CRLF is noted. In neither mode does the other one's line end end
 * the data. A pure function; feed it any pieces.
 * source   RFC 5321 2.3.8, 4.1.1.4, 4.5.2
 */
#ifndef TEXT_DOT_H
#define TEXT_DOT_H

#include <stddef.h>
#include <stdint.h>

struct dot {
	int	by_lf;		/* the mode; the caller's */
	int	state;		/* start with all zero */
	int	wrong_end;	/* 1 when the other line end was seen */
	int	done;		/* 1 when the final dot was read */
};

/*
 * dot_decode - decode a piece.
 *
 * in, n    the next octets
 * out      room for n + 2 octets
 * out_n    gets how many it wrote
 * returns  octets read: n, or fewer when the data ended inside (d->done is 1)
 */
size_t dot_decode(struct dot *d, const char *in, size_t n, char *out,
    size_t *out_n);

#endif
