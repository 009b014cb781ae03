/*
 * dns-cache - the answers that are still good, by question. Bounded: what was
 * used longest ago goes first. The time is the caller's, so it is pure but for
 * the memory.
 */
#ifndef DELIVER_DNS_CACHE_H
#define DELIVER_DNS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "mail/dns.h"

#define CACHE_ENTRIES	4096
#define CACHE_OCTETS	(16u << 20)	/* of all questions and answers */
#define CACHE_BUCKETS	8192		/* a power of two */

struct cached {
	struct cached	*next;		/* of the same bucket */
	struct cached	*newer, *older;	/* by use */
	int64_t		 until_ms;
	size_t		 key_n, n;
	char		 octets[];	/* the question, then the answer */
};

/* Begin with all 0. */
struct cache {
	struct cached	*bucket[CACHE_BUCKETS];
	struct cached	*newest, *oldest;
	unsigned	 entries;
	size_t		 octets;
};

/* The entry of the n octets of key, which is then the one used last; NULL if there
 * is none or its time is over. It stays the cache's, until the next call. */
const struct cached *cache_find(struct cache *c, const char *key, size_t n,
    int64_t now_ms);

/* The octets of an entry's answer, e->n. */
const char *cache_answer(const struct cached *e);

/* Keep the answer of n octets until then, in the place of an older one. Without
 * memory it is not kept. */
void cache_put(struct cache *c, const char *key, size_t key_n,
    const char *answer, size_t n, int64_t until_ms);

/* How many seconds an answer is kept: its ttl, at most an hour; 5 minutes for a
 * name or type that is not there; 10 seconds for later. source: RFC 2308 5, 7 */
unsigned cache_seconds(const struct dns_answer *a);

void cache_free(struct cache *c);

#endif
