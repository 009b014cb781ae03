/*
 * dns-lookup - what is being looked up, each question once, however many wait
 * for it; with the cache before it and the workers behind it.
 */
#ifndef DELIVER_DNS_LOOKUP_H
#define DELIVER_DNS_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "dns-cache.h"
#include "dns-workers.h"

struct lookup {
	struct lookup	*next;
	unsigned	 waiters;
	int		 given;		/* a worker has it */
	char		 key[DNS_QUESTION];	/* the question's record */
	size_t		 n;
};

/* The lookup ended: an answer's record, never empty. */
typedef void lookup_done_fn(void *arg, struct lookup *l, const char *record,
    size_t n);

struct lookups {
	struct workers	 workers;
	struct cache	 cache;
	struct lookup	*all;		/* the oldest first */
	int64_t		 timeout_ms;	/* of one that a worker has */
	lookup_done_fn	*done;
	void		*arg;
};

/* With workers' loop, asker and n, timeout_ms, done and arg set: start. 0, or -1. */
int lookups_start(struct lookups *l);

/* The answer to q if the cache has it, with the rest of its ttl. 1 or 0. */
int lookups_cached(struct lookups *l, const struct dns_question *q,
    struct buf *record);

/* Wait for the answer to q; who waits no longer leaves. The lookup, which stays
 * until done was called, or NULL with errno. */
struct lookup *lookups_join(struct lookups *l, const struct dns_question *q);
void lookups_leave(struct lookup *one);

/* Give work to the workers, forget what nobody waits for, see to what is late. When
 * this is needed again (clock_mono_ms's scale), -1: not before something
 * happens. */
int64_t lookups_go_on(struct lookups *l);

#endif
