/*
 * injector - hand messages to qinject over its socket.
 *
 * The connection is made at the first octet that must go, kept for the messages
 * that follow, and made anew where it was lost. A small message leaves in one
 * write. No memory is taken after the start: a sandbox may be closed around it.
 */
#ifndef MAIL_INJECTOR_H
#define MAIL_INJECTOR_H

#include <sys/un.h>

#include "mail/job.h"

#define INJECTOR_BUF	(128u << 10)
#define INJECTOR_PIECE	(64u << 10)

struct injector {
	const struct sockaddr_un *at;	/* the caller's; never copied */
	int	fd;			/* -1: not connected */
	int	timeout_ms;
	int	failed;			/* errno of the message under way, or 0 */
	size_t	n;
	char	buf[INJECTOR_BUF];	/* frames that did not leave yet */
};

/* What became of a message: verdict V_DONE is an acknowledgement. */
struct injected {
	struct answer answer;
	char	 id[QUEUE_ID];		/* "" where it got none */
	int	 not_taken;		/* V_LATER before its end had left: surely it
					 * is nowhere */
};

/* Connect if there is no connection; a failure comes out at injector_end. For a
 * moment in which one waits anyway. */
void injector_connect(struct injector *i);

/* Begin a message with its facts (sender, rcpt, ...). Failures come out at
 * injector_end. */
void injector_begin(struct injector *i, const char *facts, size_t n);

/* Add octets of the message, LF line ends. */
void injector_data(struct injector *i, const char *p, size_t n);

/* The same without a copy: room for n octets (at most INJECTOR_PIECE), then how
 * many of them were filled. */
char *injector_room(struct injector *i, size_t n);
void injector_filled(struct injector *i, size_t n);

/* End the message and wait for the answer. */
void injector_end(struct injector *i, struct injected *out);

/* Give the message up; nothing of it is kept. */
void injector_abort(struct injector *i);

#endif
