/*
 * ehlo - what a server says it can do. Pure functions.
 *
 * source   RFC 5321 4.1.1.1; RFC 1870 (SIZE), 2920 (PIPELINING), 3207
 *          (STARTTLS), 3461 (DSN), 4954 (AUTH), 6152 (8BITMIME), 9422
 *          (LIMITS)
 */
#ifndef TEXT_EHLO_H
#define TEXT_EHLO_H

#include <stddef.h>
#include <stdint.h>

struct ehlo {
	int	 pipelining, starttls, eightbit, dsn;
	int	 auth_plain, auth_login;
	int	 size;			/* it wants to be told */
	uint64_t size_max;		/* octets; 0: it did not say */
	unsigned rcpt_max;		/* recipients of a message; 0: as above */
};

/* Take one line of the reply behind its code, n octets; the first one names the
 * server and is not for here. What is unknown or broken is passed over. */
void ehlo_line(struct ehlo *e, const char *in, size_t n);

#endif
