/* dns-cache - see dns-cache.h */
#include "dns-cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

#define OK_S		3600
#define NOTHING_S	300
#define LATER_S		10

static struct cached **
place_of(struct cache *c, const char *key, size_t n)
{
	struct cached **p = c->bucket + (ascii_fnv(key, n) &
	    (CACHE_BUCKETS - 1));

	while (*p != NULL && ((*p)->key_n != n ||
	    memcmp((*p)->octets, key, n) != 0))
		p = &(*p)->next;
	return p;
}

static size_t
size_of(const struct cached *e)
{
	return sizeof(*e) + e->key_n + e->n;
}

static void
unlink_use(struct cache *c, struct cached *e)
{
	*(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void
link_newest(struct cache *c, struct cached *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void
forget(struct cache *c, struct cached **place)
{
	struct cached *e = *place;

	*place = e->next;
	unlink_use(c, e);
	c->entries--;
	c->octets -= size_of(e);
	free(e);
}

const struct cached *
cache_find(struct cache *c, const char *key, size_t n, int64_t now_ms)
{
	struct cached **place = place_of(c, key, n), *e = *place;

	if (e == NULL)
		return NULL;
	if (now_ms >= e->until_ms) {
		forget(c, place);
		return NULL;
	}
	unlink_use(c, e);
	link_newest(c, e);
	return e;
}

const char *
cache_answer(const struct cached *e)
{
	return e->octets + e->key_n;
}

void
cache_put(struct cache *c, const char *key, size_t key_n, const char *answer,
    size_t n, int64_t until_ms)
{
	struct cached **place = place_of(c, key, key_n), *e;

	if (*place != NULL)
		forget(c, place);
	e = malloc(sizeof(*e) + key_n + n);
	if (e == NULL)
		return;
	e->key_n = key_n;
	e->n = n;
	e->until_ms = until_ms;
	memcpy(e->octets, key, key_n);
	memcpy(e->octets + key_n, answer, n);
	while (c->oldest != NULL && (c->entries == CACHE_ENTRIES ||
	    c->octets + size_of(e) > CACHE_OCTETS))
		forget(c, place_of(c, c->oldest->octets, c->oldest->key_n));
	place = place_of(c, key, key_n);	/* its bucket may have changed */
	e->next = NULL;
	*place = e;
	link_newest(c, e);
	c->entries++;
	c->octets += size_of(e);
}

unsigned
cache_seconds(const struct dns_answer *a)
{
	unsigned most = a->status == DNS_OK ? OK_S : NOTHING_S;

	if (a->status == DNS_LATER)
		return LATER_S;
	return a->ttl < most ? a->ttl : most;
}

void
cache_free(struct cache *c)
{
	while (c->oldest != NULL)
		forget(c, place_of(c, c->oldest->octets, c->oldest->key_n));
}
