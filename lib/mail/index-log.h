/*
 * index-log - the entries of a folder's log, as octets. Pure functions.
 *
 * A writer collects entries in a buffer, seals them when it knows the place
 * where they will stand, and writes all at once. A reader stops at the first
 * entry that is not whole: what is behind it was never said to anybody.
 */
#ifndef MAIL_INDEX_LOG_H
#define MAIL_INDEX_LOG_H

#include <sys/types.h>

#include "mail/index-state.h"

#define INDEX_ENTRY_MAX	65536	/* octets of a payload that we write */
#define INDEX_LOG_MAX	(1u << 28)	/* of a log that we read */

struct index_batch {
	struct buf	b;
	size_t		last;	/* where in it the last entry begins */
};

/* Begin an entry of one payload. 0, or -1 with errno ENOMEM, EMSGSIZE. */
int index_log_put(struct index_batch *b, uint32_t type, const void *p, size_t n);

/* Add an item of n octets and a name of name_n (or none) to the last entry in
 * b, or begin another where it is of another type, or full. As
 * index_log_put. */
int index_log_item(struct index_batch *b, uint32_t type, const void *p, size_t n,
    const char *name, size_t name_n);

/* Give all entries in b their sums, for a log with that id, from place at
 * on. */
void index_log_seal(struct index_batch *b, uint64_t id, uint64_t at);

/* Apply the n octets of entries at p (aligned to 8), which stand in the log
 * from place at on. How many octets are whole entries; or -1 with errno
 * ENOMEM. */
ssize_t index_log_apply(struct index_state *s, const char *p, size_t n,
    uint64_t id, uint64_t at);

/* A log's head; and 1 if h is one, else 0. */
void index_log_head(struct index_log_head *h, uint64_t id, uint64_t after_id,
    uint64_t after_at);
int index_log_is_head(const struct index_log_head *h);

#endif
