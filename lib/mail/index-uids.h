/*
 * index-uids - UIDs that never come again, without an fsync for each message.
 *
 * correo-uids has UIDVALIDITY and a UID that none has reached: UIDs up to it
 * may be given out, those behind it only after the file was replaced and
 * synced. Whoever finds it written by another boot of the machine (after a
 * power cut the log may have lost its tail), or the index gone, goes on behind
 * that UID. So a UID that was said to a client is never another message's.
 */
#ifndef MAIL_INDEX_UIDS_H
#define MAIL_INDEX_UIDS_H

#include <stddef.h>
#include <stdint.h>

#include "mail/index-format.h"

#define INDEX_UIDS_AHEAD	256	/* reserved with each sync */

/* Which run of the kernel this is; all 0: unknown, so each is another one. */
struct index_boot {
	unsigned char	id[16];
};

/* Ask /proc; before a sandbox that hides it. */
void index_boot_read(struct index_boot *b);

struct index_uids {
	char		magic[8];
	uint32_t	order;
	uint32_t	crc;		/* of all, with 0 here */
	uint32_t	validity, reserved;	/* UIDs below it may be in use */
	struct index_boot boot;
};

/* Read correo-uids in the Maildir dir. 0, or -1 with errno ENOENT, EINVAL,
 * ... */
int index_uids_read(int dir, struct index_uids *u);

/* Replace it, for good. 0, or -1 with errno. */
int index_uids_write(int dir, struct index_uids *u);

/*
 * index_uids_take - n UIDs in a row. The lock is held.
 *
 * head     of the index as it is now
 * returns  0, *first set; or -1 with errno, as EOVERFLOW: there are no more
 */
int index_uids_take(int dir, const struct index_head *head,
    const struct index_boot *boot, uint32_t n, uint32_t *first);

/* Write n octets as the file name in dir, by way of name.new, for good. 0 or
 * -1. */
int index_replace(int dir, const char *name, const void *p, size_t n);

#endif
