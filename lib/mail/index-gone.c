/* index-gone - which UIDs are gone since a client was here; see index.h. */
#include "mail/index.h"

#include <stdlib.h>

static int
by_first(const void *a, const void *b)
{
	uint32_t x = ((const struct index_range *)a)->first;
	uint32_t y = ((const struct index_range *)b)->first;

	return x < y ? -1 : x > y;
}

/* All gaps between the UIDs of messages, as ranges, for want of a memory. */
static void
tell_gaps(const struct index_state *s, void (*each)(void *arg, uint32_t first,
    uint32_t last), void *arg)
{
	uint32_t from = 1;
	size_t i;

	for (i = 0; i < index_state_n(s); i++) {
		const struct index_record *r = index_state_at(s, i);

		if (r->flags & INDEX_EXPUNGED)
			continue;
		if (r->uid > from)
			each(arg, from, r->uid - 1);
		from = r->uid + 1;
	}
	if (s->head.next > from)
		each(arg, from, s->head.next - 1);
}

static void
tell_merged(struct index_range *r, size_t n, void (*each)(void *arg,
    uint32_t first, uint32_t last), void *arg)
{
	size_t i, k = 0;

	qsort(r, n, sizeof(*r), by_first);
	for (i = 1; i < n; i++) {
		if (r[i].first > r[k].last + 1)
			r[++k] = r[i];
		else if (r[i].last > r[k].last)
			r[k].last = r[i].last;
	}
	for (i = 0; n > 0 && i <= k; i++)
		each(arg, r[i].first, r[i].last);
}

int
index_vanished(const struct index *ix, uint64_t since, void (*each)(void *arg,
    uint32_t first, uint32_t last), void *arg)
{
	const struct index_state *s = &ix->state;
	struct index_range *ranges;
	size_t all = s->old_gone_n + s->gone_n, i, n = 0;

	if (since < s->head.gone_since) {
		tell_gaps(s, each, arg);
		return 0;
	}
	ranges = malloc((all + 1) * sizeof(*ranges));
	if (ranges == NULL)
		return -1;
	for (i = 0; i < all; i++) {
		const struct index_gone *g = i < s->old_gone_n ?
		    s->old_gone + i : s->gone + (i - s->old_gone_n);

		if (g->modseq > since) {
			ranges[n].first = g->first;
			ranges[n++].last = g->last;
		}
	}
	tell_merged(ranges, n, each, arg);
	free(ranges);
	return 0;
}
