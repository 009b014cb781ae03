/*
 * quota - how much a mailbox may hold, as tables and Maildir++'s file maildirsize
 * write it. Pure; the octets stay the caller's.
 *
 * source   Maildir++ (Courier's README.maildirquota); Dovecot writes the same
 */
#ifndef TEXT_QUOTA_H
#define TEXT_QUOTA_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define QUOTA_OCTETS	48	/* of the longest quota_format, with NUL */
#define QUOTA_SIZE_FILE	5120	/* octets of a maildirsize; a longer one is made anew */

struct quota {
	uint64_t octets, messages;	/* INT64_MAX at most; 0: no limit */
};

/* What a mailbox holds; a sum of changes may be below 0. */
struct usage {
	int64_t octets, messages;
};

/*
 * quota_parse - "100M,5000", "1000000S,1000C", "1000C", "" or "0".
 *
 * A number, perhaps with K, M or G (of 1024), then S for octets or C for messages;
 * without these the first is octets, the second messages.
 * returns  0, or -1 with errno EINVAL or ERANGE, q unchanged
 */
int quota_parse(const char *s, size_t n, struct quota *q);

/* As maildirsize's first line has it, without its end; "" where there is none. */
void quota_format(char out[QUOTA_OCTETS], const struct quota *q);

/* Append a record's line "quota ..." where there is one. 0, or -1 with errno. */
int quota_add(struct buf *b, const struct quota *q);

/* 1 if a mailbox with that usage has more than its quota, else 0. */
int quota_is_over(const struct quota *q, const struct usage *u);

/* 1 if it has nine tenths of it or more, else 0. */
int quota_is_near(const struct quota *q, const struct usage *u);

/*
 * quota_read - a whole maildirsize.
 *
 * limit    gets that of the first line; none where that is not one
 * used     gets the sum of the others
 * returns  how many others there are; -1: it is to be made anew
 */
int quota_read(const char *s, size_t n, struct quota *limit,
    struct usage *used);

/* The octets that a message's file name tells (,S=). 0, or -1: it does not. */
int quota_name(const char *name, uint64_t *octets);

#endif
