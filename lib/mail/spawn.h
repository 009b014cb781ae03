/*
 * spawn - what the runner asks of the spawner, and what it is told.
 *
 * A request starts a deliver-local for one mailbox, a deliver-program for one
 * command or a deliver-remote for one way to another host, or ends one. The answer to a start carries its socket beside
 * it, or says why there is none.
 */
#ifndef MAIL_SPAWN_H
#define MAIL_SPAWN_H

#include <stdint.h>

#include "base/buf.h"
#include "mail/job.h"

#define SPAWN_RECORD	4096	/* octets of the longest record */
#define SPAWN_PATH	1024	/* of a path, with NUL */
#define SPAWN_NEXTHOP	1024	/* of the way to another host, with NUL */
#define SPAWN_COMMAND	(ADDRESS_OCTETS + 1)	/* for /bin/sh, with NUL */

/* Where the mail of one final address goes: one of mailbox, mbox, program, nexthop
 * is set. */
struct destination {
	uint64_t uid, gid;
	uint64_t make;			/* 1: a missing Maildir may be made */
	char	 user[64];		/* of the system, "" for a virtual one */
	char	 home[SPAWN_PATH];
	char	 mailbox[SPAWN_PATH];		/* a Maildir */
	char	 mbox[SPAWN_PATH];		/* a file */
	char	 program[SPAWN_COMMAND];	/* run in home */
	char	 nexthop[SPAWN_NEXTHOP];	/* another host's: nothing else */
};

struct spawn_request {
	uint64_t start;			/* a number that the answer repeats, or 0 */
	uint64_t kill;			/* a pid to end, or 0 */
	struct destination to;
};

struct spawn_answer {
	uint64_t start;
	uint64_t pid;			/* 0: none was started */
	char	 why[WHY_OCTETS];
};

/* 1 if d says where mail goes, else 0. */
int destination_is(const struct destination *d);

/* The one of d that is set, for the log. */
const char *destination_name(const struct destination *d);

/* Take the field into d if it is one of a destination's. 0 (also when it is not);
 * or -1 with errno EINVAL, ERANGE, EMSGSIZE. */
struct field;
int destination_field(struct destination *d, const struct field *f);

/* Format into b, which is emptied first. 0, or -1 with errno. */
int spawn_request_format(struct buf *b, const struct spawn_request *q);
int spawn_answer_format(struct buf *b, const struct spawn_answer *a);

/* Read n octets. 0, or -1 with errno. A request has at most
 * one way for mail to go. */
int spawn_request_parse(const char *s, size_t n, struct spawn_request *q);
int spawn_answer_parse(const char *s, size_t n, struct spawn_answer *a);

#endif
