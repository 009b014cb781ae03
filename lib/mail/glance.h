/*
 * glance - what a queue file says of its message, for people and their tools.
 */
#ifndef MAIL_GLANCE_H
#define MAIL_GLANCE_H

#include <stdint.h>

#include "mail/queuefile.h"
#include "text/path.h"

#define GLANCE_BUCKETS	256

/* What became of one final address so far. */
struct outcome {
	struct outcome	*next;		/* in the order in which they came up */
	struct outcome	*next_alike;	/* of the same bucket */
	enum journal_kind kind;		/* J_START, J_DONE, J_LATER or J_NEVER */
	int		 told;		/* its sender has a report */
	int		 named;		/* it is a recipient as the client named it */
	uint64_t	 time_us;
	char		 dsn[12];	/* "" where it was only begun */
	char		*why;		/* or NULL */
	size_t		 n;		/* octets of the address */
	char		 address[];	/* with a NUL behind it */
};

struct glance {
	char		 id[QUEUE_ID];
	struct queue_head head;		/* facts, size, time */
	char		 sender[ADDRESS_OCTETS + 1];	/* "": <> */
	unsigned	 rcpt_n;	/* as the client named them */
	struct outcome	*first, **last;
	struct outcome	*bucket[GLANCE_BUCKETS];
	struct outcome	*latest;	/* that failed last, or NULL */
	struct outcome	*reason_of;	/* whose "why" may come next */
	uint64_t	 next_us;	/* 0: it was never put off */
	uint64_t	 attempts;
	int		 held, removed;
};

/*
 * glance_read - read the message with that id.
 *
 * msg      descriptor of QUEUE/msg, which may be another user's: nothing but a
 *          regular file is read
 * g        all zero at first; what it had before is freed. glance_free in the end
 * returns  0; or -1 with errno ENOENT (it is gone), EINVAL (no whole message, or
 *          it is being written), or the system's
 */
int glance_read(struct glance *g, int msg, const char *id);
void glance_free(struct glance *g);

/* Open the message's file to read, as glance_read does. A descriptor, or -1 with its
 * errno. */
int queue_open(int msg, const char *id);

/* What became of an address, or NULL; upper and lower case are the same. */
const struct outcome *glance_outcome(const struct glance *g, const char *address,
    size_t n);

/*
 * glance_left - hand over each address that does not have the message yet.
 *
 * They are the recipients as the client named them that have no final result, and
 * behind them the addresses that those led to and that were put off. A name that
 * is an alias stands there as long as the message waits.
 *
 * each     gets arg, the address, and what became of it or NULL; not 0 ends it
 * returns  0, or what each returned
 */
int glance_left(const struct glance *g, int (*each)(void *arg,
    const char *address, size_t n, const struct outcome *o), void *arg);

/* All ids in QUEUE/msg, in the order in which the messages came. */
struct queue_ids {
	char	(*id)[QUEUE_ID];
	size_t	  n, cap;
};

/* 0, or -1 with errno. The caller frees ids->id. */
int queue_ids_read(struct queue_ids *ids, int msg);

#endif
