/* qinject - what its parts share. */
#ifndef QINJECT_QINJECT_H
#define QINJECT_QINJECT_H

#include <sys/types.h>

#include "mail/injector.h"
#include "mail/queuefile.h"
#include "text/header.h"
#include "text/path.h"

/* The way to the runner, which is told each id. */
struct runner {
	const char	*path;		/* its socket, "": nobody to tell */
	int		 fd;		/* -1: not connected */
	int		 direct;	/* it may deliver what is not in the queue */
};

/* The machine's users, who send through the local socket (local.c). */
struct local {
	const char	*host, *domain;
	const char	*whois;		/* who-is's socket */
	const char	*trusted_users;	/* names or uids that may be anybody */
	uint64_t	 size_max;	/* octets of a message */
	unsigned	 rcpt_max;
	unsigned	 per_uid;	/* connections of one user */

	uid_t		 uid;		/* of the peer */
	char		 user[64];	/* its name, "" where it has none */
	int		 trusted;
	char		 sender[ADDRESS_OCTETS + 1];	/* of the message */
	unsigned	 rcpt_n;
};

/* One message at a time on its way into the queue. */
struct message {
	const char	*host;		/* for Received */
	struct local	*local;		/* NULL: the peer is a front */
	int		 msg, tmp;	/* descriptors of QUEUE/msg, QUEUE/tmp */
	struct runner	 runner;
	struct queue_writer writer;
	struct header	 header;
	unsigned	 hops;		/* Received fields that it brought */
	int		 open;		/* begun and neither ended nor given up */
	int		 queued;	/* it is in the queue: the runner is to know */
};

/* Take the settings and open the queue. EXIT_... or qmail-queue's codes on
 * failure, by die. */
void message_init(struct message *m, int exit_queue);

/*
 * message_begin - begin a message with its facts.
 *
 * facts    sender, rcpt and others; checked here, whoever sent them
 * returns  0; or -1 with errno EINVAL (facts that are none), or the system's
 */
int message_begin(struct message *m, const char *facts, size_t n);

/* Add octets. 0, or -1 with errno; the message is then given up. */
int message_add(struct message *m, const void *p, size_t n);

/* Put it on the disk, in its mailboxes or, with m->queued, in the queue; out is what
 * the sender is told. The runner is not told yet of what is queued. */
void message_end(struct message *m, struct injected *out);

/* Give it up, if one is open. */
void message_abort(struct message *m);

/* Take the settings of the way to the runner. */
void runner_init(struct runner *r);

/*
 * runner_try - let the runner deliver a message that has no name in the queue yet.
 *
 * file     of the whole message: the runner opens it anew, and may write to it
 * out      what became of it, where that is final
 * returns  1: out is set, all or nothing was delivered, and the file may go; 0: it
 *          must go into the queue, then runner_tell or runner_give_up
 */
int runner_try(struct runner *r, const char *id, int file, struct answer *out);

/* What the runner wants in the queue could not be put there. */
void runner_give_up(struct runner *r);

/* Tell the runner of a message that is on the disk. Nothing is lost when it
 * cannot be told: it looks at the whole queue when it starts, and when a
 * connection ends. */
void runner_tell(struct runner *r, const char *id);

/* End the connection politely: a runner that sees one end without this looks
 * through the queue for what its writer may have left. */
void runner_leave(struct runner *r);

/* One message as qmail-queue takes it: octets on 0, envelope on 1. Its exit code. */
int one_message(struct message *m);

/* Take the settings of the local service. */
void local_init(struct local *l);

/* Who is at the other end of fd: its uid, name and trust. 0, or -1 with errno. */
int local_meet(struct local *l, int fd);

/* May the peer be anybody? root, our own uid, and TRUSTED_USERS may. */
int local_trusts(const struct local *l);

/*
 * local_facts - what is believed of a user's facts: sender, recipients, body, and
 * what he wants to be told; uid and user are our own.
 *
 * out      gets the facts; what it held is gone
 * returns  0; or -1 with errno EINVAL, E2BIG (too many recipients), ENOMEM
 */
int local_facts(struct local *l, const char *facts, size_t n, struct buf *out);

/* The field that says of this message that its sender is another's, into out of
 * cap octets. Its length; 0: there is nothing to say. */
size_t local_warning(const struct local *l, char *out, size_t cap);

/* The log line of a message of size octets. */
void local_log(const struct local *l, const struct injected *in, uint64_t size);

/* Tell a peer that it has too many connections. */
void local_busy(int fd);

/* Serve one connection of frames until it ends. */
void serve_stream(struct message *m, int fd);

/* Keep workers that accept on the socket at path in turn, until SIGTERM. With
 * m->local each user has a few of them at most. */
int serve_pool(struct message *m, const char *path, unsigned most);

#endif
