/* esmtp - what stands behind the path in MAIL and RCPT. Pure functions. */
#ifndef TEXT_ESMTP_H
#define TEXT_ESMTP_H

#include <stddef.h>

struct param {
	const char	*key;
	size_t		 key_n;
	const char	*value;	/* NULL where there is no '=' */
	size_t		 n;
};

/*
 * esmtp_next - the next parameter of the octets from *p to end.
 *
 * returns  1 with out and *p set behind it; 0 at the end; -1 with errno EINVAL
 * source   RFC 5321 4.1.2, esmtp-param
 */
int esmtp_next(const char **p, const char *end, struct param *out);

/* 1 if the n octets are xtext, else 0. source: RFC 3461 4 */
int esmtp_is_xtext(const char *p, size_t n);

#endif
