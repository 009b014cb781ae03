/*
 * maildirsize - what a Maildir holds and may hold, in Maildir++'s file.
 *
 * The first line is the quota, each further one a change: "octets messages". It is
 * made anew, from the names of all messages (,S=) in all folders but Trash, where
 * it is missing, too long or wrong, or has another quota than the tables; and
 * where the mailbox seems full but the sum has changed since, or is 15 minutes
 * old. What two programs do at the same time may be counted wrong until then: a
 * quota is kept about, as Courier and Dovecot keep it, and without a lock.
 */
#ifndef MAIL_MAILDIRSIZE_H
#define MAIL_MAILDIRSIZE_H

#include "text/quota.h"

struct maildirsize {
	int		 dir;	/* of the Maildir, the caller's */
	int		 fd;	/* of the file, or -1 */
	int		 fresh;	/* the sum is to be believed, whatever it says */
	struct quota	 limit;
	struct usage	 used;
	struct usage	 added;	/* of that, not in the file yet */
};

/*
 * maildirsize_open - read the file, or make it.
 *
 * limit    the quota; none: the file's first line counts
 * returns  1; 0: there is no quota (s is closed); -1 with errno
 */
int maildirsize_open(struct maildirsize *s, int dir,
    const struct quota *limit);

/* 1 if a message of that many octets has room, else 0. May count anew. */
int maildirsize_has_room(struct maildirsize *s, uint64_t octets);

/* A message came, and lies in its folder. */
void maildirsize_add(struct maildirsize *s, uint64_t octets);

/* Write what was added, and close. */
void maildirsize_close(struct maildirsize *s);

/* Messages were deleted from the Maildir at path: say so in its file, if it has
 * one. What cannot be written is made good when all is counted anew. */
void maildirsize_deleted(const char *path, const struct usage *deleted);

#endif
