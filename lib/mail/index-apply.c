/* index-apply - what each entry of the log does to the state; see
 * index-state.h. An entry is looked through before it changes anything. */
#include "mail/index-state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mail/index-name.h"


void
index_state_count(struct index_head *h, const struct index_record *r,
    uint32_t sign)
{
	uint64_t wide = sign == 1 ? 1 : UINT64_MAX;

	h->messages += sign;
	if (!(r->flags & INDEX_SEEN))
		h->unseen += sign;
	if (r->flags & INDEX_DELETED)
		h->deleted += sign;
	if (r->flags & INDEX_IN_NEW)
		h->in_new += sign;
	if (index_name_dirty(r))
		h->dirty += sign;
	h->octets += wide * (r->size != INDEX_UNKNOWN ? r->size : 0);
	if (r->wire == INDEX_UNKNOWN)
		h->unsized += sign;
	else
		h->wire += wide * r->wire;
	if (sign == 1 && !(r->flags & INDEX_SEEN) && r->uid < h->unseen_from)
		h->unseen_from = r->uid;
}

void
index_state_modseq(struct index_head *h, uint64_t modseq)
{
	if (modseq > h->highest)
		h->highest = modseq;
}

/* 1 if they are ranges that rise, else 0. */
static int
good_ranges(const struct index_range *r, size_t n)
{
	uint32_t last = 0;

	for (; n > 0; r++, n--) {
		if (r->first <= last || r->last < r->first)
			return 0;
		last = r->last;
	}
	return 1;
}

static int
remember_gone(struct index_state *s, const struct index_range *range,
    uint64_t modseq)
{
	if (s->gone_n == s->gone_room) {
		size_t room = s->gone_room > 0 ? 2 * s->gone_room : 16;
		void *p = realloc(s->gone, room * sizeof(*s->gone));

		if (p == NULL)
			return -1;
		s->gone = p;
		s->gone_room = room;
	}
	s->gone[s->gone_n].first = range->first;
	s->gone[s->gone_n].last = range->last;
	s->gone[s->gone_n++].modseq = modseq;
	return 0;
}

/* r has no place in the cache any more: as much is free as one has on
 * average. */
static void
leave_cache(struct index_head *h, struct index_record *r)
{
	if (r->cache == 0 || h->cached == 0)
		return;
	h->cache_used -= h->cache_used / h->cached;
	h->cached--;
	r->cache = 0;
}

static void
expunge_range(struct index_state *s, const struct index_range *range)
{
	size_t i = index_state_find(s, range->first), n = index_state_n(s);

	for (; i < n; i++) {
		struct index_record *r = index_state_at(s, i);

		if (r->uid > range->last)
			break;
		if (r->flags & INDEX_EXPUNGED)
			continue;
		index_state_count(&s->head, r, UINT32_MAX);
		r->flags |= INDEX_EXPUNGED;
		leave_cache(&s->head, r);
		s->expunged = 1;
	}
}

static int
apply_expunge(struct index_state *s, const void *p, size_t n)
{
	const struct index_range *r;
	uint64_t modseq;
	size_t i, ranges = (n - sizeof(modseq)) / sizeof(*r);

	if (n < sizeof(modseq))
		return errno = EINVAL, -1;
	memcpy(&modseq, p, sizeof(modseq));
	r = (const void *)((const char *)p + sizeof(modseq));
	if (!good_ranges(r, ranges))
		return errno = EINVAL, -1;
	for (i = 0; i < ranges; i++) {
		if (remember_gone(s, r + i, modseq) == -1)
			return -1;
		expunge_range(s, r + i);
	}
	index_state_modseq(&s->head, modseq);
	return 0;
}

static void
store(struct index_state *s, struct index_record *r,
    const struct index_store *o)
{
	uint32_t flags = o->flags & INDEX_FLAGS, old = r->flags & INDEX_FLAGS;
	uint64_t keywords = o->keywords;

	if (o->op == INDEX_PLUS) {
		flags |= old;
		keywords |= r->keywords;
	} else if (o->op == INDEX_MINUS) {
		flags = old & ~flags;
		keywords = r->keywords & ~keywords;
	}
	if (flags == old && keywords == r->keywords)
		return;
	index_state_count(&s->head, r, UINT32_MAX);
	r->flags = (r->flags & ~INDEX_FLAGS) | flags;
	r->keywords = keywords;
	r->modseq = o->modseq;
	index_state_count(&s->head, r, 1);
	index_state_modseq(&s->head, o->modseq);
}

static int
apply_store(struct index_state *s, const void *p, size_t n)
{
	const struct index_store *o = p;
	const struct index_range *range = (const void *)(o + 1);
	size_t ranges = (n - sizeof(*o)) / sizeof(*range), i, k;

	if (n < sizeof(*o) || o->op > INDEX_MINUS ||
	    !good_ranges(range, ranges))
		return errno = EINVAL, -1;
	for (k = 0; k < ranges; k++) {
		size_t all = index_state_n(s);

		for (i = index_state_find(s, range[k].first); i < all; i++) {
			struct index_record *r = index_state_at(s, i);

			if (r->uid > range[k].last)
				break;
			if (!(r->flags & INDEX_EXPUNGED))
				store(s, r, o);
		}
	}
	return 0;
}

static int
apply_facts(struct index_state *s, const void *p, size_t n)
{
	const struct index_fact *f = p, *end = f + n / sizeof(*f);

	for (; f < end; f++) {
		struct index_record *r = index_state_uid(s, f->uid);

		if (r == NULL || r->flags & INDEX_EXPUNGED)
			continue;
		index_state_count(&s->head, r, UINT32_MAX);
		if (f->wire != INDEX_UNKNOWN)
			r->wire = f->wire;
		index_state_count(&s->head, r, 1);
		if (f->cache == 0)
			continue;
		leave_cache(&s->head, r);
		r->cache = f->cache;
		s->head.cached++;
		s->head.cache_used += f->cache_n;
	}
	return 0;
}

static int
apply_keyword(struct index_state *s, const void *p, size_t n)
{
	uint64_t number;

	if (n != sizeof(number) + INDEX_KEYWORD)
		return errno = EINVAL, -1;
	memcpy(&number, p, sizeof(number));
	if (number != s->head.keywords_n || number >= INDEX_KEYWORDS)
		return errno = EINVAL, -1;
	memcpy(s->keyword[number], (const char *)p + sizeof(number),
	    INDEX_KEYWORD);
	s->keyword[number][INDEX_KEYWORD - 1] = '\0';
	s->head.keywords_n++;
	return 0;
}

static int
apply_stamps(struct index_state *s, const void *p, size_t n)
{
	const struct index_stamp *two = p;

	if (n != 2 * sizeof(*two))
		return errno = EINVAL, -1;
	s->head.new = two[0];
	s->head.cur = two[1];
	return 0;
}

/* A new, empty correo-cache. */
static void
forget_cache(struct index_state *s, uint64_t id)
{
	size_t i, n = index_state_n(s);

	for (i = 0; i < n; i++)
		index_state_at(s, i)->cache = 0;
	s->head.cache_id = id;
	s->head.cache_used = s->head.cached = 0;
}

static int
apply_number(struct index_state *s, uint32_t type, const void *p, size_t n)
{
	uint64_t v;

	if (n != sizeof(v))
		return errno = EINVAL, -1;
	memcpy(&v, p, sizeof(v));
	if (type == INDEX_FLUSH)
		s->flushing = v != 0;
	else if (type == INDEX_CACHE)
		forget_cache(s, v);
	else if (v == 0 || v > UINT32_MAX)
		return errno = EINVAL, -1;
	else if (type == INDEX_RECENT)
		s->head.recent = (uint32_t)v;
	else if (v > s->head.next)
		s->head.next = (uint32_t)v;
	return 0;
}

int
index_state_apply(struct index_state *s, uint32_t type, const void *p, size_t n)
{
	switch (type) {
	case INDEX_ADD:
		return index_state_add(s, p, n);
	case INDEX_EXPUNGE:
		return apply_expunge(s, p, n);
	case INDEX_STORE:
		return apply_store(s, p, n);
	case INDEX_NAMES:
		return index_state_rename(s, p, n);
	case INDEX_FACTS:
		return apply_facts(s, p, n);
	case INDEX_KEYWORD_IS:
		return apply_keyword(s, p, n);
	case INDEX_STAMPS:
		return apply_stamps(s, p, n);
	case INDEX_RECENT:
	case INDEX_NEXT:
	case INDEX_FLUSH:
	case INDEX_CACHE:
		return apply_number(s, type, p, n);
	}
	return errno = EINVAL, -1;
}
