/* seqset - see seqset.h */
#include "text/seqset.h"

#include <errno.h>
#include <stdlib.h>

static int
make_room(struct seqset *s)
{
	size_t room = s->room > 0 ? s->room * 2 : 4;
	struct seqrange *r;

	if (s->n < s->room)
		return 0;
	r = realloc(s->range, room * sizeof(*r));
	if (r == NULL)
		return -1;
	s->range = r;
	s->room = room;
	return 0;
}

/* A number of 1 to 2^32-1, or '*'. */
static int
number(const char **p, const char *end, uint32_t *v)
{
	uint64_t big = 0;

	if (*p < end && **p == '*') {
		++*p;
		*v = SEQSET_STAR;
		return 0;
	}
	for (; *p < end && **p >= '0' && **p <= '9'; ++*p) {
		big = big * 10 + (uint64_t)(**p - '0');
		if (big > UINT32_MAX)
			return errno = EINVAL, -1;
	}
	if (big == 0)
		return errno = EINVAL, -1;
	*v = (uint32_t)big;
	return 0;
}

/* "n", "*", "n:m" */
static int
range(const char **p, const char *end, struct seqrange *r)
{
	if (number(p, end, &r->from) == -1)
		return -1;
	r->to = r->from;
	if (*p == end || **p != ':')
		return 0;
	++*p;
	return number(p, end, &r->to);
}

int
seqset_parse(struct seqset *s, const char **p, const char *end)
{
	const char *at = *p;
	struct seqrange r;

	s->n = 0;
	s->saved = at < end && *at == '$';
	if (s->saved) {
		++*p;
		return 0;
	}
	for (;; at++) {
		if (range(&at, end, &r) == -1)
			break;
		if (s->n == SEQSET_RANGES) {
			errno = EMSGSIZE;
			break;
		}
		if (make_room(s) == -1)
			break;
		s->range[s->n++] = r;
		if (at == end || *at != ',') {
			*p = at;
			return 0;
		}
	}
	s->n = 0;
	return -1;
}

static int
by_from(const void *a, const void *b)
{
	const struct seqrange *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* What it means where '*' is max; 0: nothing. */
static int
settle_range(struct seqrange *r, uint32_t max)
{
	uint32_t from = r->from == SEQSET_STAR ? max : r->from;
	uint32_t to = r->to == SEQSET_STAR ? max : r->to;

	r->from = from < to ? from : to;
	r->to = from < to ? to : from;
	return r->from > 0;
}

void
seqset_settle(struct seqset *s, uint32_t max)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		if (settle_range(s->range + i, max))
			s->range[n++] = s->range[i];
	if (n > 1)
		qsort(s->range, n, sizeof(*s->range), by_from);
	s->n = n > 0;
	for (i = 1; i < n; i++) {
		struct seqrange *last = s->range + s->n - 1;

		if (s->range[i].from - 1 > last->to)
			s->range[s->n++] = s->range[i];
		else if (s->range[i].to > last->to)
			last->to = s->range[i].to;
	}
}

int
seqset_has(const struct seqset *s, uint32_t v)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v > s->range[mid].to)
			low = mid + 1;
		else if (v < s->range[mid].from)
			high = mid;
		else
			return 1;
	}
	return 0;
}

uint64_t
seqset_count(const struct seqset *s)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->n; i++)
		sum += (uint64_t)s->range[i].to - s->range[i].from + 1;
	return sum;
}

int
seqset_add(struct seqset *s, uint32_t v)
{
	if (s->n > 0 && v - 1 <= s->range[s->n - 1].to) {
		if (v > s->range[s->n - 1].to)
			s->range[s->n - 1].to = v;
		return 0;
	}
	if (make_room(s) == -1)
		return -1;
	s->range[s->n++] = (struct seqrange){ v, v };
	return 0;
}

int
seqset_text(const struct seqset *s, struct buf *b)
{
	size_t i, was = b->len;
	int r = 0;

	for (i = 0; i < s->n && r == 0; i++) {
		const char *comma = i > 0 ? "," : "";
		const struct seqrange *g = s->range + i;

		if (g->from == g->to)
			r = buf_addf(b, "%s%u", comma, (unsigned)g->from);
		else
			r = buf_addf(b, "%s%u:%u", comma, (unsigned)g->from,
			    (unsigned)g->to);
	}
	if (r == -1)
		b->len = was;
	return r;
}

void
seqset_free(struct seqset *s)
{
	free(s->range);
	*s = (struct seqset){ .n = 0 };
}
