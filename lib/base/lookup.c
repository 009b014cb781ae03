/* lookup - see lookup.h */
#include "base/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

#define PLACES_FIRST	8	/* a power of two */

/* Where the name is, or the free place where it would be. */
static struct lookup_place *
place(const struct lookup *l, uint64_t hash, const char *name, size_t n)
{
	size_t i = hash & (l->places - 1);

	while (l->table[i].name != NULL && (l->table[i].hash != hash ||
	    l->table[i].name_n != n ||
	    memcmp(l->table[i].name, name, n) != 0))
		i = (i + 1) & (l->places - 1);
	return l->table + i;
}

/* One place in two stays free. */
static int
grow(struct lookup *l)
{
	struct lookup bigger = { .n = l->n,
	    .places = l->places > 0 ? 4 * l->places : PLACES_FIRST };
	size_t i;

	bigger.table = calloc(bigger.places, sizeof(*bigger.table));
	if (bigger.table == NULL)
		return -1;
	for (i = 0; i < l->places; i++) {
		const struct lookup_place *p = l->table + i;

		if (p->name != NULL)
			*place(&bigger, p->hash, p->name, p->name_n) = *p;
	}
	free(l->table);
	*l = bigger;
	return 0;
}

void *
lookup_find(const struct lookup *l, const char *name, size_t n)
{
	if (l->n == 0)
		return NULL;
	return place(l, ascii_fnv(name, n), name, n)->thing;
}

int
lookup_add(struct lookup *l, const char *name, size_t n, void *thing)
{
	uint64_t hash = ascii_fnv(name, n);

	if (l->n >= l->places / 2 && grow(l) == -1)
		return -1;
	*place(l, hash, name, n) = (struct lookup_place){ .hash = hash,
	    .name = name, .name_n = n, .thing = thing };
	l->n++;
	return 0;
}

void
lookup_free(struct lookup *l)
{
	free(l->table);
	*l = (struct lookup){ .n = 0 };
}
