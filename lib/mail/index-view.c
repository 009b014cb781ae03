/* index-view - a session's sequence numbers; see index.h. As long as nothing
 * was expunged they are the places, and cost nothing. */
#include "mail/index-inside.h"

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

/* A session's numbers that are being made for another state. */
struct change {
	const struct index_state *now;
	uint32_t	*seq;
	struct index_record *ghost;
	size_t		 n, ghost_n, place;
};

/* The next message of the session; UIDs rise on both sides. */
static void
follow(struct change *c, const struct index_record *r)
{
	size_t all = index_state_n(c->now);

	while (c->place < all &&
	    index_state_at(c->now, c->place)->uid < r->uid)
		c->place++;
	if (c->place < all &&
	    index_state_at(c->now, c->place)->uid == r->uid) {
		c->seq[c->n++] = (uint32_t)c->place++;
		return;
	}
	c->ghost[c->ghost_n] = *r;
	c->ghost[c->ghost_n].flags |= INDEX_EXPUNGED;
	c->ghost[c->ghost_n].name_n = 0;	/* its name is with the old one */
	c->seq[c->n++] = GHOST | (uint32_t)c->ghost_n++;
}

/* How many messages of the session are not in now, at most. */
static size_t
count_ghosts(const struct index *ix, const struct index_state *now)
{
	size_t i, k = 0, all = index_state_n(now), n = 0;

	for (i = 0; i < ix->n; i++) {
		uint32_t uid = index_at(ix, i)->uid;

		while (k < all && index_state_at(now, k)->uid < uid)
			k++;
		n += k == all || index_state_at(now, k)->uid != uid;
	}
	return n;
}

/* 1 if the numbers are just the places again. */
static int
is_plain(const struct change *c)
{
	size_t i;

	if (c->ghost_n > 0 || c->n != index_state_n(c->now))
		return 0;
	for (i = 0; i < c->n; i++)
		if (c->seq[i] != i)
			return 0;
	return 1;
}

static int
make_change(struct change *c, const struct index *ix)
{
	size_t all = index_state_n(c->now), i;

	c->seq = malloc((ix->n + all + 1) * sizeof(*c->seq));
	c->ghost = malloc((count_ghosts(ix, c->now) + 1) * sizeof(*c->ghost));
	if (c->seq == NULL || c->ghost == NULL) {
		free(c->seq);
		free(c->ghost);
		return -1;
	}
	for (i = 0; i < ix->n; i++)
		follow(c, index_at(ix, i));
	while (c->place < all)
		c->seq[c->n++] = (uint32_t)c->place++;
	return 0;
}

int
index_view_change(struct index *ix, const struct index_state *now)
{
	struct change c = { .now = now };
	size_t room = ix->n + index_state_n(now) + 1;

	if (make_change(&c, ix) == -1)
		return -1;
	if (is_plain(&c)) {
		free(c.seq);
		c.seq = NULL;
		room = 0;
	}
	free(ix->seq);
	free(ix->ghost);
	ix->seq = c.seq;
	ix->room = room;
	ix->n = c.n;
	ix->ghost = c.ghost;
	ix->ghost_n = c.ghost_n;
	return 0;
}
