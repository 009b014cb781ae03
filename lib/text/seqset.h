/*
 * seqset - sets of message numbers or UIDs, as 1,3:5,9:*.
 *
 * Parsing keeps them as they stand, for what '*' is may change until the command
 * runs; seqset_settle makes sorted ranges of them, none touching the next, so that
 * 5,000 times 1:* cost what one does. Memory: one piece, of 8 octets for each range
 * that was written. All zero to begin with; who declares one calls seqset_free.
 * source   RFC 3501 9 (sequence-set), RFC 5182 ($)
 */
#ifndef TEXT_SEQSET_H
#define TEXT_SEQSET_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SEQSET_RANGES	65536	/* that may be written in one set */
#define SEQSET_STAR	0	/* '*', before it is settled */

struct seqrange {
	uint32_t from, to;
};

struct seqset {
	struct seqrange *range;
	size_t	 n, room;
	int	 saved;		/* it is "$", and n is 0 */
};

/*
 * seqset_parse - read a set at *p, up to the first octet that does not belong to
 * it; *p is set there.
 *
 * returns  0; or -1, *p as it was, with errno EINVAL (none, a 0, a number over
 *          2^32-1), EMSGSIZE or ENOMEM
 */
int seqset_parse(struct seqset *s, const char **p, const char *end);

/* Sort and join; '*' is max, which is 0 if there is no message: then it is none.
 * Numbers over max stay. */
void seqset_settle(struct seqset *s, uint32_t max);

/* Of a settled one: 1 if v is in it, else 0; and how many numbers are. */
int seqset_has(const struct seqset *s, uint32_t v);
uint64_t seqset_count(const struct seqset *s);

/* Add v, at least as great as all in it, to a settled one. 0, or -1 with errno
 * ENOMEM. */
int seqset_add(struct seqset *s, uint32_t v);

/* Append a settled one as text; "" for none. 0, or -1 as buf_add. */
int seqset_text(const struct seqset *s, struct buf *b);

void seqset_free(struct seqset *s);

#endif
