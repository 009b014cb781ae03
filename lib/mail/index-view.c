/* index-view - a session's sequence numbers; see index.h. As long as nothing was
 * expunged they are the places, and cost nothing. */
#include "mail/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GHOST	0x80000000u	/* a place among the ghosts */

const struct index_record *
index_at(const struct index *ix, size_t i)
{
	uint32_t place;

	if (ix->seq == NULL)
		return index_state_at(&ix->state, i);
	place = ix->seq[i];
	return place & GHOST ? ix->ghost + (place & ~GHOST) :
	    index_state_at(&ix->state, place);
}

size_t
index_find(const struct index *ix, uint32_t uid)
{
	size_t low = 0, high = ix->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (index_at(ix, mid)->uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t
index_first_unseen(const struct index *ix)
{
	size_t i = index_find(ix, ix->state.head.unseen_from);

	while (i < ix->n && index_at(ix, i)->flags & (INDEX_SEEN |
	    INDEX_EXPUNGED))
		i++;
	return i;
}

void
index_changed(const struct index *ix, uint64_t since, void (*each)(void *arg,
    size_t i, const struct index_record *r), void *arg)
{
	size_t i;

	if (ix->state.head.highest <= since)
		return;
	for (i = 0; i < ix->n; i++) {
		const struct index_record *r = index_at(ix, i);

		if (r->modseq > since && !(r->flags & INDEX_EXPUNGED))
			each(arg, i, r);
	}
}

static int
make_room(struct index *ix, size_t room)
{
	uint32_t *p;

	if (room <= ix->room)
		return 0;
	room += room / 8 + 64;
	p = realloc(ix->seq, room * sizeof(*p));
	if (p == NULL)
		return -1;
	ix->seq = p;
	ix->room = room;
	return 0;
}

/* Write the numbers down. 0, or -1 with errno ENOMEM. */
static int
write_down(struct index *ix)
{
	size_t i;

	if (ix->seq != NULL)
		return 0;
	if (make_room(ix, ix->n + 1) == -1)
		return -1;
	for (i = 0; i < ix->n; i++)
		ix->seq[i] = (uint32_t)i;
	return 0;
}

int
index_view_grow(struct index *ix, size_t first)
{
	size_t n = index_state_n(&ix->state), i;

	if (ix->seq == NULL) {
		ix->n = n;
		return 0;
	}
	if (make_room(ix, ix->n + (n - first)) == -1)
		return -1;
	for (i = first; i < n; i++)
		ix->seq[ix->n++] = (uint32_t)i;
	return 0;
}

/* Tell from the last to the first, then close the gaps. */
void
index_forget(struct index *ix, void (*each)(void *arg, size_t i, uint32_t uid),
    void *arg)
{
	size_t i, n = 0;

	if ((!ix->state.expunged && ix->ghost_n == 0) || write_down(ix) == -1)
		return;
	for (i = ix->n; i-- > 0;)
		if (index_at(ix, i)->flags & INDEX_EXPUNGED && each != NULL)
			each(arg, i, index_at(ix, i)->uid);
	for (i = 0; i < ix->n; i++)
		if (!(index_at(ix, i)->flags & INDEX_EXPUNGED))
			ix->seq[n++] = ix->seq[i];
	ix->n = n;
	free(ix->ghost);
	ix->ghost = NULL;
	ix->ghost_n = 0;
	ix->state.expunged = 0;
}

/* Where the message with r's UID is in now; a ghost's place if it is not. */
static uint32_t
new_place(const struct index_state *now, const struct index_record *r,
    struct index_record *ghosts, size_t *ghost_n)
{
	size_t place = index_state_find(now, r->uid);

	if (place < index_state_n(now) &&
	    index_state_at(now, place)->uid == r->uid)
		return (uint32_t)place;
	ghosts[*ghost_n] = *r;
	ghosts[*ghost_n].flags |= INDEX_EXPUNGED;
	return GHOST | (uint32_t)(*ghost_n)++;
}

/* How many messages of the session are not in now. */
static size_t
count_ghosts(const struct index *ix, const struct index_state *now)
{
	size_t i, n = 0;

	for (i = 0; i < ix->n; i++)
		n += index_state_uid(now, index_at(ix, i)->uid) == NULL;
	return n;
}

/* What the session has not seen begins behind its last UID. */
static size_t
first_unknown(const struct index *ix, const struct index_state *now)
{
	return ix->n == 0 ? 0 : index_state_find(now,
	    index_at(ix, ix->n - 1)->uid + 1);
}

int
index_view_change(struct index *ix, const struct index_state *now)
{
	size_t ghosts = count_ghosts(ix, now), n = 0, i, k = 0;
	size_t all = index_state_n(now), first = first_unknown(ix, now);
	struct index_record *ghost = NULL;
	uint32_t *seq;

	seq = malloc((ix->n + all + 1) * sizeof(*seq));
	if (ghosts > 0)
		ghost = malloc(ghosts * sizeof(*ghost));
	if (seq == NULL || (ghosts > 0 && ghost == NULL)) {
		free(seq);
		return -1;
	}
	for (i = 0; i < ix->n; i++)
		seq[n++] = new_place(now, index_at(ix, i), ghost, &k);
	for (i = first; i < all; i++)
		seq[n++] = (uint32_t)i;
	free(ix->seq);
	free(ix->ghost);
	ix->seq = seq;
	ix->room = ix->n + all + 1;
	ix->n = n;
	ix->ghost = ghost;
	ix->ghost_n = ghosts;
	return 0;
}
