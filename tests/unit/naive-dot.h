/*
 * naive-dot - SMTP's DATA decoded the long way: the whole input at once, by
 * lines. The fuzz target and the unit test hold lib/text/dot.c against it.
 */
#ifndef NAIVE_DOT_H
#define NAIVE_DOT_H

#include <stddef.h>

struct naive_dot {
	size_t	read;		/* octets of the input, with the final dot */
	int	done;		/* the final dot was there */
	int	wrong_end;
	size_t	n;		/* octets of the message */
};

/* by_lf: lines end with LF, not with CRLF. out has room for n octets. What may
 * still become a line end or the final dot, at the input's end, is not decoded. */
void naive_dot(int by_lf, const char *in, size_t n, char *out,
    struct naive_dot *r);

#endif
