/*
 * sift - choose messages of the queue. Pure functions.
 */
#ifndef MAIL_SIFT_H
#define MAIL_SIFT_H

#include <stdint.h>

#include "mail/glance.h"

/* All that is set must hold. Texts are patterns as ascii_glob has them; reason is
 * none. */
struct sift {
	const char	*id;
	const char	*sender;	/* "<>": the message has none */
	const char	*recipient;	/* of one who does not have it yet */
	const char	*domain;	/* of such a one */
	const char	*reason;	/* of such a one's failure: a part of its
					 * words, or how its code begins */
	uint64_t	 age_min_s, age_max_s;		/* max 0: no end */
	uint64_t	 size_min, size_max;		/* octets, the same */
};

/* 1 if the message is one of them, else 0. */
int sift_takes(const struct sift *s, const struct glance *g, uint64_t now_us);

/*
 * sift_age, sift_size - read "90", "2h", "1M", or such with '-' before it.
 *
 * text     a number and perhaps a unit: s m h d w for ages, k M G for sizes. It is
 *          the least; with '-' the most, and then not 0
 * returns  0; or -1 with errno EINVAL, s unchanged
 */
int sift_age(struct sift *s, const char *text);
int sift_size(struct sift *s, const char *text);

#endif
