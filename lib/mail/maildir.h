/*
 * maildir - put messages into one Maildir so that each is there once and stays.
 *
 * The file's name is made from the queue id and the address, so a delivery that
 * was interrupted is found again:
 *	SECONDS.ID-HASH.HOST,S=octets,W=octets with CRLF line ends
 * A batch is: maildir_open, maildir_put for each job, maildir_sync once for each
 * in the same order, maildir_close. Only then is an answer true.
 */
#ifndef MAIL_MAILDIR_H
#define MAIL_MAILDIR_H

#include "mail/job.h"

struct maildir {
	const char	*host;	/* for names; the caller's */
	int		 dir, new;	/* descriptors, or -1 */
	int		 cur, tmp;	/* -1 until they are needed */
	int		 links;		/* O_NOFOLLOW: its folders are no links; or 0 */
	int		 full;		/* set by the caller: nothing new is put */
};

/* A file that was put, until maildir_sync. */
struct put {
	int	fd;		/* -1: the answer is settled already */
	int	in_cur;		/* it was found in cur/, not in new/ */
	int	found;		/* it was there before this job */
	char	name[NEWFILE_NAME];
	struct answer answer;	/* the verdict so far; number is the job's */
};

/* Make the Maildir at path, with its three folders, for good; its parent must
 * exist. 0, or -1 with errno. */
int maildir_make(const char *path);

/*
 * maildir_open - open the Maildir at path for one batch.
 *
 * make     not 0: make it where it is missing and its parent is not
 * returns  0; or -1 with errno, as ENOENT where it is missing
 */
int maildir_open(struct maildir *m, const char *path, const char *host,
    int make);

/* Open the Maildir++ folder .name of the Maildir at path, where no link leads; that
 * path itself may be one. 0, or -1 with errno. */
int maildir_open_below(struct maildir *m, const char *path, const char *name,
    const char *host);

/*
 * maildir_put - write and link one message; it is not on the disk for good yet.
 *
 * j        the job; Return-Path and Delivered-To come from it
 * queue    descriptor of the queue file, read by offset
 * p        gets fd and verdict; a message that has been here already (its own
 *          Delivered-To) is V_NEVER 5.4.6; every failure is V_LATER, as 4.2.2
 *          for what is not there yet while m->full
 */
void maildir_put(struct maildir *m, const struct job *j, int queue,
    struct put *p);

/* fsync the file; one that fails is unlinked. p->answer is final after maildir_sync_dirs. */
void maildir_sync(struct maildir *m, struct put *p);

/* fsync the folders that the n puts used, and close their files. */
void maildir_sync_dirs(struct maildir *m, struct put *p, size_t n);

void maildir_close(struct maildir *m);

/* The words and the RFC 3463 code for a failure e of a mailbox: V_LATER. */
void maildir_failure(struct answer *a, int e, const char *what);

#endif
