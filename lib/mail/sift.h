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
 * sift_range - read "90", "2h", "1M", or with '-' before it.
 *
 * units    pairs of a letter and its factor; '\0' ends them
 * min, max gets the number as the least; with '-' max gets it as the most, and 0
 *          is not less than anything: it is wrong there
 * returns  0, or -1 with errno EINVAL
 */
struct sift_unit {
	char	 letter;
	uint64_t factor;
};
int sift_range(const char *text, const struct sift_unit *units, uint64_t *min,
    uint64_t *max);

extern const struct sift_unit sift_ages[];	/* s m h d w, in seconds */
extern const struct sift_unit sift_sizes[];	/* k M G, in octets */

#endif
