/*
 * starttls - turn a session that began in the clear to TLS.
 *
 * A wrapper that was started before the program holds the connection too, and
 * speaks TLS on it when it is asked (UCSPI-TLS: UCSPITLS, SSLCTLFD, SSLREADFD,
 * SSLWRITEFD). From then on the program has other descriptors, and speaks in the
 * clear with the wrapper.
 */
#ifndef NET_STARTTLS_H
#define NET_STARTTLS_H

#include "net/wire.h"

struct starttls {
	int	ctl, in, out;		/* ctl -1: there is no wrapper */
	int	is_socket;		/* in waits by itself */
};

/* Read from the environment whether there is a wrapper, and make its
 * descriptors ready for w, which is. 1 if TLS can be had, else 0. */
int starttls_find(struct starttls *t, const struct wire *w);

/*
 * starttls_ask - have the wrapper begin. Say so to the client after it, and then
 * call starttls_turn.
 *
 * returns  0; or -1 with errno: there is none, or no more; the session goes on
 *          in the clear
 */
int starttls_ask(struct starttls *t);

/*
 * starttls_turn - send what w has for the client, still in the clear, and let w
 * use the wrapper's descriptors.
 *
 * What the client sent too early must have been refused: nothing may be unread.
 * The old descriptors stay open, for the wrapper closes nothing.
 *
 * returns  0, or -1 with errno: EPROTO (something is unread), or the client is
 *          gone
 */
int starttls_turn(struct starttls *t, struct wire *w);

#endif
