/* names - see names.h */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

static struct name_place *
find(const struct names *set, struct name_place *table, size_t places,
    const char *s, size_t n)
{
	size_t i = ascii_fnv(s, n) & (places - 1);

	while (table[i].n > 0 && (table[i].n != n ||
	    memcmp(set->text.s + table[i].at, s, n) != 0))
		i = (i + 1) & (places - 1);
	return table + i;
}

static int
grow(struct names *set)
{
	size_t bigger = 4 * set->places, i;
	struct name_place *table = calloc(bigger, sizeof(*table));

	if (table == NULL)
		return -1;
	for (i = 0; i < set->places; i++) {
		struct name_place *p = set->table + i;

		if (p->n > 0)
			*find(set, table, bigger, set->text.s + p->at, p->n) =
			    *p;
	}
	if (set->table != set->few)
		free(set->table);
	set->table = table;
	set->places = bigger;
	return 0;
}

int
names_add(struct names *set, const char *s, size_t n)
{
	struct name_place *p;

	if (set->places == 0) {
		set->table = set->few;
		set->places = NAMES_FIRST;
	}
	if (set->n >= set->places / 2 && grow(set) == -1)
		return -1;
	p = find(set, set->table, set->places, s, n);
	if (p->n > 0)
		return 0;
	p->at = set->text.len;
	if (buf_add(&set->text, s, n) == -1)
		return -1;
	p->n = n;
	set->n++;
	return 1;
}

void
names_free(struct names *set)
{
	if (set->table != set->few)
		free(set->table);
	buf_free(&set->text);
	set->table = NULL;
	set->places = set->n = 0;
	memset(set->few, 0, sizeof(set->few));
}
