/*
 * letter - a message as it is delivered here: Return-Path and Delivered-To, then
 * the octets of the queue file.
 */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include <sys/types.h>

#include "mail/job.h"
#include "text/header.h"

#define LETTER_PREFIX	(2 * QUOTED_OCTETS + 64)	/* of its first lines */

struct letter {
	const struct job *job;
	int	 queue;			/* the queue file, read by offset */
	char	 sender[QUOTED_OCTETS + 1];
	char	 to[QUOTED_OCTETS + 1];	/* the address of the job's to, alone */
	char	 prefix[LETTER_PREFIX];
	size_t	 prefix_n;
	uint64_t size;			/* octets of the whole */
	uint64_t done;			/* octets of the message that were read */
	int	 begun;			/* the prefix was read */
	int	 loop;			/* its header has that Delivered-To already */
	struct header header;
};

/* Begin; nothing is read yet. job and queue stay the caller's. 0, or -1 with errno
 * EMSGSIZE. */
int letter_begin(struct letter *l, const struct job *j, int queue);

/*
 * letter_next - the next octets.
 *
 * cap      of room; at least LETTER_PREFIX + 1
 * returns  octets; 0 at the end; -1 with errno ELOOP (l->loop: this address had it
 *          before), EIO (the queue file is shorter), or the system's
 */
ssize_t letter_next(struct letter *l, char *room, size_t cap);

/* The next octets are the first ones again. */
void letter_rewind(struct letter *l);

/* Read the header alone, then begin anew. 0, or -1 as letter_next. For who cannot
 * take back what it has passed on. */
int letter_check(struct letter *l);

/* The verdict for errno ELOOP. */
void letter_looped(struct answer *a, const struct job *j);

#endif
