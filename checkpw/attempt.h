/*
 * attempt - what a front may ask of mail-login, as mail-login.8 has it. Pure.
 */
#ifndef CHECKPW_ATTEMPT_H
#define CHECKPW_ATTEMPT_H

#include <stddef.h>

#define ATTEMPT_ROOM	512	/* what a checkpassword program reads */

struct attempt {
	char	user[ATTEMPT_ROOM];
	char	secret[ATTEMPT_ROOM];	/* any octets */
	size_t	secret_n;
	int	tls;			/* the front has turned to TLS */
};

/* Read the n octets of a record: user and secret, perhaps "tls yes", none twice,
 * nothing else. 0, or -1 with errno EINVAL or EMSGSIZE; then a may hold part of
 * a secret too. */
int attempt_parse(struct attempt *a, const char *in, size_t n);

#endif
