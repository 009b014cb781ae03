/*
 * index - what is known of a Maildir folder's messages without opening one.
 *
 * Beside new/, cur/ and tmp/ stand correo-index (the snapshot), correo-log
 * (what changed since), correo-cache (what was made of the messages' text),
 * correo-uids (UIDVALIDITY, and a UID that was never reached), correo-keywords
 * and correo-lock. All but correo-uids and correo-keywords can be deleted at
 * any time: they are made anew, with the same UIDVALIDITY and with higher UIDs.
 *
 * Readers take no lock. Whoever changes something holds the lock, and what he
 * says is true when his entry is in the log: to kill him at any octet of it
 * does no harm. What a power cut takes of the log's tail are changes of the
 * last seconds, and no UID comes again (index-uids.h).
 *
 * A session sees messages by sequence number, counted from 0: those that others
 * expunge keep theirs until index_forget.
 * source   RFC 9051, RFC 7162 (modseq), the Maildir's own rules for names
 */
#ifndef MAIL_INDEX_H
#define MAIL_INDEX_H

#include <stdint.h>
#include <sys/types.h>

#include "mail/index-log.h"
#include "mail/index-state.h"
#include "mail/index-uids.h"

struct index {
	struct index_state state;
	int		 dir, new, cur;	/* descriptors */
	int		 lock, log;	/* -1: none */
	int		 opened;	/* there is a session to keep numbers for */
	const struct index_boot *boot;
	char		*map;		/* the snapshot */
	size_t		 map_n;
	uint64_t	 log_id, log_at;	/* up to where it is applied */
	uint64_t	 log_dev, log_ino;
	struct index_batch batch;	/* entries on their way */

	uint32_t	*seq;		/* places by sequence number; NULL: both
					 * are the same */
	size_t		 n, room;	/* sequence numbers there are */
	struct index_record *ghost;	/* expunged by a snapshot, not forgotten */
	size_t		 ghost_n;

	const char	*path;		/* as index_open got it */
	int		 watch;		/* descriptor, or -1 */
	uint64_t	 own, events;	/* what we did and what happened since */
	int64_t		 own_ms;	/* when we did the last of it */

	char		*cache;		/* correo-cache, mapped */
	size_t		 cache_n;
	uint64_t	 cache_id;
};

/*
 * index_open - open the index of the Maildir at path; make it where there is
 * none.
 *
 * It is as the files say: index_sync looks at the Maildir itself.
 *
 * path, boot
 *          the caller's, until index_close; see index-uids.h
 * returns  0; or -1 with errno ENOENT (no Maildir), EACCES, EROFS, ENOSPC, ENOLCK
 *          (no index can be had: read the Maildir), ETIMEDOUT (the lock). Nothing
 *          is left open then
 */
int index_open(struct index *ix, const char *path,
    const struct index_boot *boot);

/* Give back all that it has. errno stays. */
void index_close(struct index *ix);

/* Keep what is known as it is, and close all descriptors but those of new/ and
 * cur/, which are the caller's from now on. Then only index_close, and what
 * asks for records and their names. */
void index_freeze(struct index *ix, int *new, int *cur);

/* Take in what others have written to the index; one system call if they have
 * not. 1 if there was something, 0 if not, -1 with errno. */
int index_refresh(struct index *ix);

/*
 * index_sync - index_refresh, and take in what others did to the Maildir.
 *
 * Two system calls if new/ and cur/ are as they were. A message that is missing
 * is expunged only when a second look says the same; a flag that others changed
 * wins over the same flag's older value, and over no other. Files stay where
 * they are.
 *
 * returns  0, or -1 with errno
 */
int index_sync(struct index *ix);

/* The message with sequence number i, below ix->n; valid until the next call
 * that changes ix. Expunged ones have INDEX_EXPUNGED, and have no file. */
const struct index_record *index_at(const struct index *ix, size_t i);

/* The first sequence number with a UID of at least that; ix->n if there is
 * none. */
size_t index_find(const struct index *ix, uint32_t uid);

/* Take the expunged ones out, the last first; each gets their numbers at that
 * moment. each may be NULL. */
void index_forget(struct index *ix, void (*each)(void *arg, size_t i,
    uint32_t uid), void *arg);

/* The path of the message's file below the Maildir, "cur/NAME"; "" if
 * hostile. */
#define INDEX_PATH	(INDEX_NAME + 4)
const char *index_path(const struct index *ix, const struct index_record *r,
    char out[INDEX_PATH]);

/* Open the message's file to read; one that others renamed is looked for. A
 * descriptor, or -1 with errno ENOENT. */
int index_read(struct index *ix, uint32_t uid);

/* The first unseen message's sequence number, or ix->n. */
size_t index_first_unseen(const struct index *ix);

/* Changes. All take the lock themselves, wait INDEX_LOCK_MS at most, and return
 * -1 with errno if nothing is changed for certain. */
#define INDEX_LOCK_MS	10000

/*
 * index_store - change flags of the messages in n ranges of UIDs.
 *
 * flags    of INDEX_FLAGS; keywords: bits
 * since    UINT64_MAX, or: leave those alone that changed after this modseq
 *          (RFC 7162's UNCHANGEDSINCE)
 * each     gets the UIDs of those, or NULL
 * returns  0, ix->state.head.highest is the modseq of the change
 */
int index_store(struct index *ix, const struct index_range *ranges, size_t n,
    enum index_op op, uint32_t flags, uint64_t keywords, uint64_t since,
    void (*each)(void *arg, uint32_t uid), void *arg);

/* The number of a keyword of n octets; make: define it where it is not. -1 with
 * errno ENOENT, ENOSPC (all are taken), EINVAL (too long). */
int index_keyword(struct index *ix, const char *name, size_t n, int make);

/* Delete the files of the messages in n ranges of UIDs, if deleted only of
 * those with the flag, and their messages. 0, or -1 with errno when a file is
 * left. */
int index_expunge(struct index *ix, const struct index_range *ranges, size_t n,
    int deleted);

/*
 * For a caller that changes files itself. index_watch: be up to date, and from
 * now on count what happens in new/ and cur/. Then each file that the caller
 * deletes is index_watch_own(ix, 1), each that he renames index_watch_own(ix,
 * 2); and before index_close, which waits 21 ms for the folders' times, he says
 * what he did: index_deleted: those of n ranges whose files are gone are
 * expunged; index_seen: the n messages, a range each, moved to cur/ with the
 * flag S. If all that happened was his, the next session need not look. 0, or
 * -1 with errno.
 */
int index_watch(struct index *ix);
void index_watch_own(struct index *ix, unsigned events);
int index_deleted(struct index *ix, const struct index_range *ranges, size_t n);
int index_seen(struct index *ix, const struct index_range *ranges, size_t n);

/* A file that was just linked. name without folder. */
struct index_file {
	const char	*name;
	int		 in_new;
	uint32_t	 wire;		/* or INDEX_UNKNOWN */
	uint32_t	 date;		/* INTERNALDATE; 0: the file's time */
	uint64_t	 keywords;	/* flags stand in the name */
	const void	*blob;		/* for the cache, or NULL */
	size_t		 blob_n;
	uint32_t	 uid;		/* gets the message's */
};

/* Give n files their UIDs; one that somebody saw meanwhile keeps that one. */
int index_add(struct index *ix, struct index_file *files, size_t n);

/* Give at most max files the names that their flags want; adopt: and move what
 * is in new/ to cur/. How many; or -1. Call it when there is time. */
ssize_t index_flush(struct index *ix, size_t max, int adopt);

/* Messages from this UID on are recent: no session had them before this one. */
int index_take_recent(struct index *ix, uint32_t *uid);

/* What was learnt of messages: n facts of {uid, wire, 0, 0}. */
int index_note(struct index *ix, const struct index_fact *facts, size_t n);

/* fdatasync of the log, where what was said must outlive a power cut. */
int index_secure(struct index *ix);

/*
 * index_listen - a descriptor that can be read when somebody has written to the
 * index or changed new/ or cur/; index_heard takes in what was said there.
 *
 * Our own changes are heard too. Other hosts' on a shared file system are not:
 * look now and then.
 *
 * returns  the descriptor, which the caller closes; or -1 with errno. index_heard:
 *          1 if it is time for index_sync, else 0
 */
int index_listen(const struct index *ix);
int index_heard(int fd);

/* What changed. Each message whose modseq is higher. */
void index_changed(const struct index *ix, uint64_t since, void (*each)(
    void *arg, size_t i, const struct index_record *r), void *arg);

/* Ranges of UIDs that are gone since then, rising and apart. Where nobody
 * remembers: all that are not there. 0, or -1 with errno ENOMEM. */
int index_vanished(const struct index *ix, uint64_t since, void (*each)(
    void *arg, uint32_t first, uint32_t last), void *arg);

/* The cache: octets that somebody made of a message. The n octets of r's, until
 * the next call with ix; NULL where there are none. */
const void *index_blob(struct index *ix, const struct index_record *r,
    size_t *n);

struct index_blob {
	uint32_t	 uid;
	uint32_t	 wire;		/* as found on the way, or INDEX_UNKNOWN */
	const void	*p;
	size_t		 n;		/* 1 to INDEX_BLOB_MAX */
};
#define INDEX_BLOB_MAX	(1u << 24)

int index_put_blobs(struct index *ix, const struct index_blob *blobs, size_t n);

/*
 * index_fill - have octets made for messages from sequence number first on that
 * have none, at most max of them.
 *
 * make     gets a file to read and adds its octets to b, at most INDEX_BLOB_MAX;
 *          sets *wire if it knows; not 0: skip this message
 * returns  how many were made, or -1 with errno
 */
ssize_t index_fill(struct index *ix, size_t first, size_t max, int (*make)(
    void *arg, int fd, struct buf *b, uint32_t *wire), void *arg);

#endif
