/*
 * index-scan - one look at new/ and cur/, beside what the index says. Used by
 * index-sync alone.
 */
#ifndef MAIL_INDEX_SCAN_H
#define MAIL_INDEX_SCAN_H

#include "mail/index-inside.h"

#define INDEX_FRESH	UINT32_MAX	/* the place of what is not known */

/* A file that the index does not know, or under another name. */
struct index_found {
	uint64_t	 seconds;	/* of its name */
	const char	*text;		/* its name; set when all is read */
	uint32_t	 place;		/* of the message, or INDEX_FRESH */
	uint32_t	 name, hash;
	uint8_t		 name_n, base_n, in_new;
};

struct index_look {
	struct index	*ix;
	int		 in_new;	/* which folder is being read */
	uint32_t	*slot;		/* by hash of the base name: 0, or 1 + */
	size_t		 slots, used;	/*  a place, or 1 + known + a found one */
	size_t		 known;		/* places */
	uint32_t	*seen;		/* by place: 0 no, 1 as it was, 2 + found */
	struct index_found *found;
	size_t		 n, room;
	struct buf	 names;
	struct index_stamp new, cur;	/* from before they were read */
	int		 stable;	/* cur/ was the same behind it */
	int		 again;		/* two new files of one base name, or one
					 * that was renamed: look soon */
};

/* Begin a look. 0, or -1 with errno ENOMEM. index_look_end frees it. */
int index_look_begin(struct index_look *l, struct index *ix);
void index_look_end(struct index_look *l);

/* Read a folder; of cur/ several times, while others rename there. 0 or -1. */
int index_look_new(struct index_look *l);
int index_look_cur(struct index_look *l);

/* How a folder is now. 0, or -1 with errno. */
int index_stamp_take(int fd, struct index_stamp *s);

/* 1 if nothing changed between two looks, for certain. */
int index_stamp_same(const struct index_stamp *then,
    const struct index_stamp *now);

#endif
