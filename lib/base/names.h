/*
 * names - a set of strings, each held once.
 *
 * Begin with NAMES(max): max octets of all strings together. The first few need no
 * table on the heap. Whoever declares it calls names_free.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include "base/buf.h"

#define NAMES_FIRST	32	/* a power of two */

struct names {
	struct buf text;
	size_t	 n;			/* strings held */
	size_t	 places;		/* of the table, 0: few serves */
	struct name_place {
		size_t	at, n;		/* where in text; n 0: free */
	}	*table, few[NAMES_FIRST];
};

#define NAMES(octets)	{ .text = BUF_MAX(octets) }

/* Add the n octets (1 or more) of s. 1; 0 if the set has them; or -1 with errno
 * EMSGSIZE, ENOMEM. */
int names_add(struct names *set, const char *s, size_t n);

void names_free(struct names *set);

#endif
