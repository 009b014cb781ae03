/* dns-lookup - see dns-lookup.h */
#include "dns-lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/unixsock.h"

/* The question as one record in key. Its octets. */
static size_t
key_of(char *key, const struct dns_question *q)
{
	struct buf b = BUF_MAX(DNS_QUESTION);
	size_t n = 0;

	if (dns_question_format(&b, q) == 0)
		memcpy(key, b.s, n = b.len);
	buf_free(&b);
	return n;
}

int
lookups_cached(struct lookups *l, const struct dns_question *q,
    struct buf *record)
{
	static struct dns_answer a;
	char key[DNS_QUESTION];
	int64_t now = clock_mono_ms();
	const struct cached *e = cache_find(&l->cache, key, key_of(key, q),
	    now);

	if (e == NULL || dns_answer_parse(&a, cache_answer(e), e->n) == -1)
		return 0;
	a.ttl = (uint32_t)((e->until_ms - now) / 1000);
	return dns_answer_format(record, &a) == 0;
}

static void
take_out(struct lookups *l, struct lookup *one)
{
	struct lookup **p = &l->all;

	while (*p != one)
		p = &(*p)->next;
	*p = one->next;
}

struct lookup *
lookups_join(struct lookups *l, const struct dns_question *q)
{
	struct lookup **p = &l->all, *one;
	char key[DNS_QUESTION];
	size_t n = key_of(key, q);

	for (; *p != NULL; p = &(*p)->next)
		if ((*p)->n == n && memcmp((*p)->key, key, n) == 0)
			break;
	if (*p == NULL) {
		one = calloc(1, sizeof(*one));
		if (one == NULL)
			return NULL;
		memcpy(one->key, key, n);
		one->n = n;
		*p = one;
	}
	(*p)->waiters++;
	return *p;
}

void
lookups_leave(struct lookup *one)
{
	one->waiters--;
}

/* Keep what a worker said as long as it says itself, in the place of what it says. */
static void
keep(struct lookups *l, const struct lookup *one, struct dns_answer *a,
    struct buf *b)
{
	a->ttl = cache_seconds(a);
	if (dns_answer_format(b, a) == 0 && a->ttl > 0)
		cache_put(&l->cache, one->key, one->n, b->s, b->len,
		    clock_mono_ms() + 1000 * (int64_t)a->ttl);
}

static void
on_done(void *arg, void *job, const char *record, size_t n)
{
	static struct dns_answer a;
	struct lookups *l = arg;
	struct lookup *one = job;
	struct buf b = BUF_MAX(RECORD_OCTETS);

	if (n == 0 || dns_answer_parse(&a, record, n) == -1)
		dns_answer_begin(&a, DNS_LATER);
	keep(l, one, &a, &b);
	take_out(l, one);
	l->done(l->arg, one, b.s, b.len);
	buf_free(&b);
	free(one);
}

int
lookups_start(struct lookups *l)
{
	l->workers.done = on_done;
	l->workers.arg = l;
	return workers_start(&l->workers);
}

static void
give_out(struct lookups *l)
{
	struct lookup *one, *next;

	for (one = l->all; one != NULL; one = next) {
		next = one->next;
		if (one->given)
			continue;
		if (one->waiters == 0) {
			take_out(l, one);
			free(one);
			continue;
		}
		if (workers_give(&l->workers, one->key, one->n, one,
		    clock_mono_ms() + l->timeout_ms) == -1)
			return;
		one->given = 1;
	}
}

int64_t
lookups_go_on(struct lookups *l)
{
	(void)workers_go_on(&l->workers);
	give_out(l);
	return workers_go_on(&l->workers);
}
