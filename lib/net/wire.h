/*
 * wire - a client's connection: lines in with a deadline, replies out in as few
 * packets as the client's pipelining allows.
 *
 * Replies wait in out until input must be waited for (RFC 2920 3.2), so that a
 * client that pipelines gets them together.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_IN		16384
#define WIRE_OUT	8192

struct wire {
	int	in, out;		/* descriptors */
	int	timeout_ms;		/* for one wait */
	int	is_socket;		/* in waits by itself (SO_RCVTIMEO) */
	int	had_crlf;		/* a line ended with CRLF, not LF alone */
	int64_t	end_ms;			/* of the whole session, clock_mono_ms's */
	size_t	at, n;			/* what is unread in in_buf */
	size_t	out_n;
	char	in_buf[WIRE_IN];
	char	out_buf[WIRE_OUT];
};

/* Begin, with in, out and timeout_ms set: a socket gets the time limit of a wait
 * itself, which saves a poll(2) for each read. A trickling client is let off at
 * most one wait later than its deadline. */
void wire_begin(struct wire *w);

/* Send the replies if nothing is unread: the client waits for them. 0, or -1. */
int wire_hand_over(struct wire *w);

/*
 * wire_line - the next line, without its CRLF or LF.
 *
 * line     gets at most cap - 1 octets, a CR among them, and a NUL
 * returns  octets; or -1 with errno EMSGSIZE (the line was longer, it is read
 *          to its end and gone), ETIMEDOUT, ECONNRESET (no more lines), or the
 *          system's. A NUL in the line is an octet like others.
 */
ssize_t wire_line(struct wire *w, char *line, size_t cap);

/* Overwrite all that was read: it held a secret. What is unread stays. */
void wire_forget(struct wire *w);

/* Make sure that something is unread in in_buf: octets there, 0 at the end, or -1
 * with errno. Replies are flushed before a wait. */
ssize_t wire_fill(struct wire *w);

/*
 * wire_wait - wait until something is unread or can be read; replies are sent before.
 *
 * peer         a socket that is only watched for its end, or -1
 * deadline_ms  clock_mono_ms's; end_ms counts too
 * returns      0; or -1 with errno ETIMEDOUT, ECONNRESET (peer has left), or the
 *              system's
 */
int wire_wait(struct wire *w, int peer, int64_t deadline_ms);

/* Add to the replies. 0, or -1 with errno: the client is gone or does not read. */
int wire_put(struct wire *w, const char *p, size_t n);

/* Send the replies now. 0, or -1. */
int wire_flush(struct wire *w);

#endif
