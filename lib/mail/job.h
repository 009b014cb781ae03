/*
 * job - one delivery to one address, and its answer, as bounded records.
 *
 * The queue file's read-only descriptor travels beside a job. Strings are
 * NUL-terminated; both structs own all their octets.
 */
#ifndef MAIL_JOB_H
#define MAIL_JOB_H

#include <stdint.h>

#include "base/buf.h"
#include "mail/queuefile.h"
#include "text/dsn.h"
#include "text/final.h"
#include "text/path.h"
#include "text/quota.h"

#define JOB_RECORD	2048		/* octets of the longest job or answer, but for */
#define FORWARD_RECORD	16384		/* ... an answer with targets */
#define WHY_OCTETS	512		/* octets of an answer's words, with NUL */
#define DSN_OCTETS	12		/* octets of an RFC 3463 code, with NUL */
#define RELAY_OCTETS	320		/* octets of a relay, with NUL */

struct job {
	uint64_t number;		/* the answer carries it back */
	int	 replay;		/* it was begun before: look first */
	int	 direct;		/* somebody waits for the answer */
	char	 id[QUEUE_ID];
	char	 sender[ADDRESS_OCTETS + 1];	/* "" for <> */
	char	 to[ADDRESS_OCTETS + 1];	/* the final address, see final.h */
	int	 own;			/* its user's files are to be asked first */
	char	 ext[EXT_OCTETS + 1];	/* the address's extension, or "" */
	struct quota quota;		/* of the mailbox, as the tables have it */
	uint64_t time_us;		/* when the message came */
	uint64_t at, size, wire;	/* where the message lies in the file */
	/* What the sender wants to be told, for the next host (RFC 3461): as that
	 * has it, but for the letters' case; "" where nothing was said. */
	char	 ret[sizeof("full")];
	char	 envid[ENVID_OCTETS + 1];
	char	 notify[NOTIFY_OCTETS];
	char	 orcpt[ORCPT_OCTETS + 1];
};

/* V_FORWARD: not delivered; the user's file says to whom, and the answer's record
 * has these as lines "target ..." (text/forward.h). */
enum verdict { V_DONE, V_LATER, V_NEVER, V_FORWARD };

struct answer {
	uint64_t number;
	int	 onward;		/* done: the next host has been told what the
					 * sender wants to hear, and says it */
	enum verdict verdict;
	char	 dsn[DSN_OCTETS];	/* RFC 3463 */
	char	 relay[RELAY_OCTETS];	/* the far host as host[ip]:port, or "" */
	uint64_t down;			/* 1, later: no mail can go there, whatever it is */
	char	 why[WHY_OCTETS];
};

/* Format into b, which is emptied first. 0, or -1 with errno. */
int job_format(struct buf *b, const struct job *j);
int answer_format(struct buf *b, const struct answer *a);

/* Read n octets. 0, or -1 with errno EINVAL. */
int job_parse(const char *s, size_t n, struct job *j);
int answer_parse(const char *s, size_t n, struct answer *a);

/* Fill a's verdict, dsn and words (formatted as by printf(3)); the rest stays. */
void answer_set(struct answer *a, enum verdict verdict, const char *dsn,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* "done", "later", "never" or "forward". */
const char *verdict_name(enum verdict v);

#endif
