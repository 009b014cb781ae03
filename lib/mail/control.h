/*
 * control - what an admin's tool asks and orders of a running qrunner, and how that
 * answers: one question a packet, one answer for it.
 *
 * A question is one line "verb value". An answer is lines, the last one "end WORD".
 * Pure functions, but for the last two.
 * source   qrunner.8
 */
#ifndef MAIL_CONTROL_H
#define MAIL_CONTROL_H

#include <stdint.h>

#include "base/buf.h"
#include "mail/job.h"
#include "mail/spawn.h"
#include "sys/unixsock.h"

#define CONTROL_QUESTION (SPAWN_NEXTHOP + 16)	/* octets of the longest one */
#define CONTROL_ALL	"all"	/* value of flush: every message */

enum control_verb {
	CONTROL_LIST,		/* "", or the last id of the answer before */
	CONTROL_SITES,		/* "", or the last nexthop of the answer before */
	CONTROL_STATUS,		/* "" */
	CONTROL_FLUSH,		/* an id, a nexthop, or CONTROL_ALL */
	CONTROL_HOLD,		/* an id, as all that follow */
	CONTROL_RELEASE,
	CONTROL_REMOVE,
	CONTROL_REQUEUE
};

struct control_question {
	enum control_verb verb;
	char	 value[SPAWN_NEXTHOP];
};

/* Format into b, which is emptied first. 0, or -1 with errno. */
int control_question_format(struct buf *b, enum control_verb verb,
    const char *value);

/* Read n octets. 0, or -1 with errno EINVAL: no verb, or not a value for it. */
int control_question_parse(struct control_question *q, const char *in, size_t n);

/* "list", "flush" ... */
const char *control_verb_name(enum control_verb verb);

enum control_end {
	CONTROL_DONE,
	CONTROL_MORE,		/* list, sites: ask on from the last one */
	CONTROL_ACTIVE,		/* it is tried just now: so when that is over */
	CONTROL_BARRED,		/* flush: it is held, nothing is done */
	CONTROL_UNKNOWN,	/* no such message or site */
	CONTROL_FAILED		/* the journal cannot be written: nothing is done */
};

enum control_state {
	CONTROL_WAITS,
	CONTROL_TRIED,		/* an attempt is under way */
	CONTROL_PARKED,		/* its mailbox has too many others in hand */
	CONTROL_HELD
};

/* A message, as list says it. */
struct control_message {
	char	 id[QUEUE_ID];
	enum control_state state;
	uint64_t due_us;		/* wall time */
	uint64_t attempts;
	char	 site[SPAWN_NEXTHOP];	/* dead, and it waits for it; or "" */
};

/* Another host, as sites says it. */
struct control_site {
	char	 nexthop[SPAWN_NEXTHOP];
	uint64_t lanes, limit;		/* connections that stand, and may stand */
	uint64_t failures;		/* in a row; 0: it takes mail */
	uint64_t dead_us, probe_us;	/* dead: since when, and its next try */
	uint64_t messages;		/* that wait for it */
	char	 dsn[DSN_OCTETS], why[WHY_OCTETS];	/* dead: its last answer */
};

/* "waits", "tried", "parked" or "held". */
const char *control_state_name(enum control_state s);

/* Append to an answer. 0, or -1 with errno, b unchanged. */
int control_message_format(struct buf *b, const struct control_message *m);
int control_site_format(struct buf *b, const struct control_site *s);
int control_end_format(struct buf *b, enum control_end e);

/* The next one of an answer's lines from *p to end. 1; 0 where "end" stands; or -1
 * with errno EINVAL. *p moves behind it, but not behind "end". */
int control_message_next(const char **p, const char *end,
    struct control_message *m);
int control_site_next(const char **p, const char *end, struct control_site *s);

/* The end of an answer of n octets. 0, or -1 with errno EINVAL. */
int control_end_parse(const char *in, size_t n, enum control_end *e);

/* A tool's side. */
struct control {
	int	 fd;
	size_t	 n;			/* octets of the last answer */
	enum control_end end;		/* and what it ends with */
	char	 answer[RECORD_OCTETS];
};

/* Connect to the socket at path. 0, or -1 with errno: ENOENT or ECONNREFUSED (no
 * qrunner runs), EACCES (not for this user) or the system's. Then c->fd is the
 * caller's to close. */
int control_open_at(struct control *c, const char *path);

/* Ask, and wait for the answer, which lies in c. 0, or -1 with errno: EPIPE (it
 * hung up), ETIMEDOUT, EPROTO or the system's. */
int control_ask(struct control *c, enum control_verb verb, const char *value);

#endif
