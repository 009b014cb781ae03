/*
 * index-state - a folder's messages as snapshot and log say, in memory.
 *
 * Nothing here calls the system: the octets come from elsewhere, and hostile
 * ones do no harm. The snapshot is mapped privately, so that a log entry can
 * change a record in its place: the kernel copies just the pages that are
 * touched. A message has a place, counted from 0, by rising UID; one that is
 * expunged keeps it until the next snapshot.
 */
#ifndef MAIL_INDEX_STATE_H
#define MAIL_INDEX_STATE_H

#include <stddef.h>

#include "base/buf.h"
#include "mail/index-format.h"

struct index_state {
	struct index_head head;		/* as the log has left it */
	struct index_record *base, *more;	/* the snapshot's, the log's */
	size_t		 base_n, more_n, more_room;
	const char	*names;
	size_t		 names_n;
	struct buf	 more_names;
	const struct index_gone *old_gone;
	size_t		 old_gone_n;
	struct index_gone *gone;
	size_t		 gone_n, gone_room;
	char		 keyword[INDEX_KEYWORDS][INDEX_KEYWORD];
	int		 flushing;	/* somebody is changing names */
	int		 expunged;	/* records that are */
};

/* The sum that stands in a head of n octets whose crc is at sum. */
uint32_t index_head_crc(const void *head, size_t n, size_t sum);

/* A state without messages. */
void index_state_empty(struct index_state *s);

/* Begin with the n octets of a snapshot at p, aligned to 8, which stay there
 * and may be written. 0, or -1 with errno EINVAL: it is none; s is empty
 * then. */
int index_state_begin(struct index_state *s, void *p, size_t n);

void index_state_free(struct index_state *s);

/* Do what a log entry says. 0; or -1 with errno EINVAL (it is no such entry; s
 * is as before) or ENOMEM. */
int index_state_apply(struct index_state *s, uint32_t type, const void *p,
    size_t n);

/* Add r to the sums in a head, or take it out of them (sign UINT32_MAX). */
void index_state_count(struct index_head *h, const struct index_record *r,
    uint32_t sign);

/* Parts of index_state_apply: INDEX_ADD and INDEX_NAMES. */
int index_state_add(struct index_state *s, const void *p, size_t n);
int index_state_rename(struct index_state *s, const void *p, size_t n);

/* There was a change with that modseq. */
void index_state_modseq(struct index_head *h, uint64_t modseq);

/* How many places there are; the record at one. */
size_t index_state_n(const struct index_state *s);
struct index_record *index_state_at(const struct index_state *s, size_t place);

/* The first place with a UID of at least that. */
size_t index_state_find(const struct index_state *s, uint32_t uid);

/* The message of that UID, or NULL; expunged ones too. */
struct index_record *index_state_uid(const struct index_state *s, uint32_t uid);

/* What is kept of the name of r's file, r->name_n octets; "" of 0 octets where
 * r is hostile (then *n is 0). */
const char *index_state_kept(const struct index_state *s,
    const struct index_record *r, size_t *n);

/* The name of r's file, with a NUL. Its length; 0 where there is none. */
size_t index_state_name(const struct index_state *s,
    const struct index_record *r, char out[INDEX_NAME]);

/* The number of a keyword, case ignored; or -1. */
int index_state_keyword(const struct index_state *s, const char *name, size_t n);

#endif
