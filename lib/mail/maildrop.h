/*
 * maildrop - a Maildir as POP3 sees it: its messages in the order of their
 * delivery, numbered from 0, the same ones until it is closed.
 *
 * There is no lock. Other programs may deliver, rename and delete meanwhile: a
 * message that was renamed is found again by its base name, the name up to ':';
 * one that is gone keeps its number, and what is asked of it fails with ENOENT.
 * What names beginning with '.' stand for, and what is no file, is no message.
 */
#ifndef MAIL_MAILDROP_H
#define MAIL_MAILDROP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/index.h"

#define DROP_UNKNOWN	UINT64_MAX	/* octets: not counted yet */

struct drop_message {
	uint64_t	seconds;	/* of delivery, as its name begins; or 0 */
	uint64_t	octets;		/* see maildrop_octets */
	uint32_t	name;		/* where in names; with name_n 0: the
					 * index's sequence number */
	uint32_t	uid;		/* in the index; 0: it is not there */
	uint8_t		name_n, base_n;
	uint8_t		in_new;		/* in new/, not in cur/ */
	uint8_t		gone;
};

struct maildrop {
	int		 new, cur;	/* descriptors; -1: there is none */
	struct drop_message *m;
	size_t		 n, room;
	struct buf	 names;		/* each with a NUL */
	int		 indexed;	/* ix is open */
	struct index	 ix;		/* as it was when the session began */
	int		 changing;	/* now is open */
	struct index	 now;
	struct buf	 facts, gone, seen;	/* that it does not know yet */
	char		 room_of_name[INDEX_NAME];
};

#define MAILDROP_EMPTY	{ .new = -1, .cur = -1, \
	.names = BUF_MAX(UINT32_MAX), .facts = BUF_MAX(UINT32_MAX), \
	.gone = BUF_MAX(UINT32_MAX), .seen = BUF_MAX(UINT32_MAX) }

/*
 * maildrop_open - read the names of all messages.
 *
 * returns  1; 0 where there is no Maildir (it has no messages then); or -1 with
 *          errno, d is closed
 */
int maildrop_open(struct maildrop *d, const char *path);

/*
 * maildrop_open_index - the same by the folder's index: sizes are known there,
 * and the folders are read only if they have changed.
 *
 * The messages stand in the order of their UIDs: of their delivery, but for
 * those whose names say that they are older than when they came. Where there
 * can be no index (a mailbox that may not be written) it is maildrop_open.
 *
 * boot     see index-uids.h; the caller's until maildrop_close
 */
int maildrop_open_index(struct maildrop *d, const char *path,
    const struct index_boot *boot);

/* Before the first maildrop_remove and maildrop_see: then they make the next
 * session read no folder. */
void maildrop_will_change(struct maildrop *d);

/* Tell the index what was counted, deleted and seen; what it cannot take in it
 * will find out by itself. After changes this takes 21 ms. */
void maildrop_learn(struct maildrop *d);

void maildrop_close(struct maildrop *d);

/* Read the folders anew: a message that has another name gets it, one that is
 * not there any more is gone. The functions below do it when they must. 0, or
 * -1 with errno. */
int maildrop_look_again(struct maildrop *d);

/* The name of message i, its length in *n; no folder and no NUL counted. Valid
 * until the next call. */
const char *maildrop_name(struct maildrop *d, size_t i, size_t *n);

/*
 * maildrop_octets - the size of message i as text/stuff.h sends it.
 *
 * It is the ",W=" of the name, where that is there; else the file is read, the
 * first time. 0, *out set (0 where it is gone or cannot be read); or -1 with
 * errno, *out set too.
 */
int maildrop_octets(struct maildrop *d, size_t i, uint64_t *out);

/* Open message i to read. A descriptor, or -1 with errno. */
int maildrop_read(struct maildrop *d, size_t i);

/* May files be deleted here? 0, or -1 with errno EACCES, EROFS, ... */
int maildrop_can_remove(const struct maildrop *d);

/* Delete message i. 0, also if it is gone; or -1 with errno. */
int maildrop_remove(struct maildrop *d, size_t i);

/* Mark message i as seen: flag S, in cur/. 1; 0 if it has the mark; or -1 with
 * errno. */
int maildrop_see(struct maildrop *d, size_t i);

#endif
