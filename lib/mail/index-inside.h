/*
 * index-inside - what the files of the index have in common. Others include
 * index.h.
 *
 * A change is: index_begin, entries into ix->batch, index_commit, index_end.
 */
#ifndef MAIL_INDEX_INSIDE_H
#define MAIL_INDEX_INSIDE_H

#include "mail/index.h"

/* Take the lock and be up to date. 0, or -1 with errno. */
int index_begin(struct index *ix);

/* Write ix->batch to the log and apply it. 0; or -1 with errno, nothing is
 * changed. Holds the lock. */
int index_commit(struct index *ix);

/* Let the lock go, after making a new snapshot where the log is long. r is
 * passed through, with errno; what is in the batch is forgotten. */
int index_end(struct index *ix, int r);

/* Read the files anew. 0, or -1 with errno EINVAL where they are unusable. */
int index_load(struct index *ix);

/* Begin an index for a Maildir that has none. Holds the lock. */
int index_create(struct index *ix);

/* The keywords that stand in correo-keywords, or in Dovecot's file, in their
 * order. */
void index_keywords_load(struct index *ix);

/* New messages from place first on get sequence numbers. 0, or -1 with
 * ENOMEM. */
int index_view_grow(struct index *ix, size_t first);

/* The session goes on with another state: who is gone becomes a ghost. 0, or -1
 * with ENOMEM, ix unchanged. */
int index_view_change(struct index *ix, const struct index_state *now);

/* Write a snapshot and begin a log behind it. Holds the lock. */
int index_fold(struct index *ix);

/* Look at the whole Maildir whatever its times say. Holds the lock. */
int index_scan(struct index *ix, int whole);

/* Have an inotify descriptor tell of events in part of the Maildir at path. As
 * inotify_add_watch(2). */
int index_watch_folder(int fd, const char *path, const char *part,
    uint32_t events);

/* From now on count what happens in new/ and cur/, if the index knows all that
 * was done there so far. Holds the lock. */
void index_watch_begin(struct index *ix);

/* 1 if we watch, and all that happened was ours; else 0. */
int index_watch_alone(struct index *ix);

/* Give the index the folders' new times and end the watch, if we were alone;
 * wait: until the times can be trusted, else only if they can. The lock is
 * free. */
void index_watch_end(struct index *ix, int wait);

/* How the folders are beside what the index says: bit 0 new/ is another, bit 1
 * cur/; or -1 with errno. */
int index_folders_changed(struct index *ix);

/* The modseq for a change now. */
uint64_t index_modseq(const struct index *ix);

/* Names that a killed process was changing: see which it has changed. */
int index_flush_again(struct index *ix);

/* Let the mapped cache go. */
void index_cache_close(struct index *ix);

/* Make the cache anew if most of it is nobody's; before a snapshot, which says
 * where all is now. */
void index_cache_fold(struct index *ix);

/* Append n octets for uid to b, as they stand in the cache. 0, or -1 with
 * errno. */
int index_cache_entry(struct buf *b, const struct index_blob *blob);

/* Append blobs to the cache and add to the batch where they are. 0, or -1.
 * Holds the lock. */
int index_cache_put(struct index *ix, const struct index_blob *blobs, size_t n);

/* The record of a new file but for its UID. 1; 0 if it is gone, or has another
 * name by now: the record has what the name says; or -1. */
int index_record_make(struct index *ix, struct index_record *r,
    const char *name, size_t n, int in_new, uint64_t modseq);

/* Put it into the batch. 0, or -1 with errno. */
int index_record_say(struct index *ix, const struct index_record *r,
    const char *name);

#endif
