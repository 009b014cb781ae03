/*
 * lookup - find things by names that they hold themselves, few or many.
 *
 * A struct lookup that is all zero is empty. Whoever declares it calls lookup_free;
 * the things and their names are the caller's, and stay while they are in it.
 */
#ifndef BASE_LOOKUP_H
#define BASE_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

struct lookup {
	size_t	 n;			/* things in it */
	size_t	 places;		/* of the table */
	struct lookup_place {
		uint64_t	 hash;
		const char	*name;	/* NULL: free */
		size_t		 name_n;
		void		*thing;
	}	*table;
};

/* The thing whose name is these n octets, or NULL. */
void *lookup_find(const struct lookup *l, const char *name, size_t n);

/* Put in a thing with a name that is not there. 0, or -1 with errno ENOMEM. */
int lookup_add(struct lookup *l, const char *name, size_t n, void *thing);

void lookup_free(struct lookup *l);

#endif
