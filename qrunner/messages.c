/* messages - every message in the queue by its id, and a heap by when it is due. */
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

#define BUCKETS_FIRST	1024

static size_t
bucket_of(const struct messages *m, const char *id)
{
	return ascii_fnv(id, strlen(id)) & (m->buckets - 1);
}

struct waiting *
messages_find(const struct messages *m, const char *id)
{
	struct waiting *w;

	if (m->buckets == 0)
		return NULL;
	for (w = m->bucket[bucket_of(m, id)]; w != NULL; w = w->next)
		if (strcmp(w->id, id) == 0)
			return w;
	return NULL;
}

/* The bucket that follows b: they are walked in the order of their bits backwards,
 * where all that one bucket of a smaller table was split into stand together. So a
 * walk goes on rightly when the table has grown. 0 is the first, and the end. */
static size_t
next_bucket(const struct messages *m, size_t b)
{
	size_t bit = m->buckets >> 1;

	while (bit > 0 && (b & bit)) {
		b ^= bit;
		bit >>= 1;
	}
	return b | bit;
}

const char *
messages_walk(const struct messages *m, const char *from,
    int (*each)(void *arg, const struct waiting *w), void *arg)
{
	const struct waiting *w;
	const char *last = NULL;
	int enough = 0;
	size_t b = 0;

	if (m->buckets == 0)
		return NULL;
	if (from != NULL) {
		b = next_bucket(m, bucket_of(m, from));
		if (b == 0)
			return NULL;
	}
	do {
		for (w = m->bucket[b]; w != NULL; w = w->next) {
			enough |= each(arg, w);
			last = w->id;
		}
		b = next_bucket(m, b);
	} while (b != 0 && !enough);
	return b != 0 ? last : NULL;
}

/* Twice the buckets, everything in its new one. */
static int
grow_buckets(struct messages *m)
{
	struct messages bigger = *m;
	size_t i;

	bigger.buckets = m->buckets > 0 ? 2 * m->buckets : BUCKETS_FIRST;
	bigger.bucket = calloc(bigger.buckets, sizeof(*bigger.bucket));
	if (bigger.bucket == NULL)
		return -1;
	for (i = 0; i < m->buckets; i++) {
		struct waiting *w = m->bucket[i], *next;

		for (; w != NULL; w = next) {
			struct waiting **b =
			    &bigger.bucket[bucket_of(&bigger, w->id)];

			next = w->next;
			w->next = *b;
			*b = w;
		}
	}
	free(m->bucket);
	*m = bigger;
	return 0;
}

struct waiting *
messages_add(struct messages *m, const char *id)
{
	struct waiting *w, **b;

	if (!queue_id_is(id) || messages_find(m, id) != NULL ||
	    (m->n == m->buckets && grow_buckets(m) == -1))
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	memcpy(w->id, id, strlen(id) + 1);
	w->heap_at = NOT_IN_HEAP;
	b = &m->bucket[bucket_of(m, id)];
	w->next = *b;
	*b = w;
	m->n++;
	return w;
}

static void
unpark(struct line *l, struct waiting *w)
{
	*w->parked_at = w->next_parked;
	if (w->next_parked != NULL)
		w->next_parked->parked_at = w->parked_at;
	else
		l->parked_last = w->parked_at;
	w->place = W_NEW;
}

void
messages_leave(struct waiting *w)
{
	if (w->line == NULL)
		return;
	if (w->place == W_PARKED)
		unpark(w->line, w);
	else
		w->line->called--;
	w->line = NULL;
}

void
messages_await(struct waiting *w, struct site *s)
{
	struct site *old = w->site;

	if (old != NULL) {
		*w->site_prev = w->site_next;
		if (w->site_next != NULL)
			w->site_next->site_prev = w->site_prev;
		else
			old->waiting_last = w->site_prev;
		old->messages--;
	}
	w->site = s;
	w->site_next = NULL;
	if (s == NULL)
		return;
	w->site_prev = s->waiting_last;
	*s->waiting_last = w;
	s->waiting_last = &w->site_next;
	s->messages++;
}

void
messages_forget(struct messages *m, struct waiting *w)
{
	struct waiting **b = &m->bucket[bucket_of(m, w->id)];

	if (w->heap_at != NOT_IN_HEAP)
		messages_take(m, w);
	while (*b != w)
		b = &(*b)->next;
	*b = w->next;
	m->n--;
	messages_await(w, NULL);
	messages_hold(m, w, 0);
	messages_leave(w);
	free(w);
}

static void
heap_put(struct messages *m, size_t at, struct waiting *w)
{
	m->heap[at] = w;
	w->heap_at = at;
}

static void
heap_up(struct messages *m, size_t at, struct waiting *w)
{
	while (at > 0 && m->heap[(at - 1) / 2]->due_ms > w->due_ms) {
		heap_put(m, at, m->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(m, at, w);
}

static void
heap_down(struct messages *m, size_t at, struct waiting *w)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < m->heap_n &&
		    m->heap[child + 1]->due_ms < m->heap[child]->due_ms)
			child++;
		if (child >= m->heap_n || m->heap[child]->due_ms >= w->due_ms)
			break;
		heap_put(m, at, m->heap[child]);
		at = child;
	}
	heap_put(m, at, w);
}

int
messages_schedule(struct messages *m, struct waiting *w, int64_t due_ms)
{
	if (w->heap_at != NOT_IN_HEAP)
		messages_take(m, w);
	w->due_ms = due_ms;
	if (w->held) {
		w->place = W_HELD;
		return 0;
	}
	if (m->heap_n == m->heap_cap) {
		size_t cap = m->heap_cap > 0 ? 2 * m->heap_cap : 256;
		struct waiting **h = realloc(m->heap, cap * sizeof(*h));

		if (h == NULL)
			return -1;
		m->heap = h;
		m->heap_cap = cap;
	}
	heap_up(m, m->heap_n++, w);
	w->place = W_DUE;
	return 0;
}

void
messages_hold(struct messages *m, struct waiting *w, int held)
{
	if (w->held == held)
		return;
	w->held = (unsigned char)held;
	m->held += held ? (size_t)1 : (size_t)-1;
}

struct waiting *
messages_first(const struct messages *m)
{
	return m->heap_n > 0 ? m->heap[0] : NULL;
}

void
messages_take(struct messages *m, struct waiting *w)
{
	size_t at = w->heap_at;
	struct waiting *last = m->heap[--m->heap_n];

	w->heap_at = NOT_IN_HEAP;
	w->place = W_ACTIVE;
	if (last == w)
		return;
	if (at > 0 && m->heap[(at - 1) / 2]->due_ms > last->due_ms)
		heap_up(m, at, last);
	else
		heap_down(m, at, last);
}
