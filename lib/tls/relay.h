/*
 * relay - octets between a TLS connection and a program's clear socket.
 *
 * Each side goes on as fast as the other takes it and no faster: what waits
 * stands in the engine's two buffers, of a record each. Nothing is read from
 * the net that the engine does not ask for. What the program wrote is sent as a
 * record as soon as it has no more at hand.
 */
#ifndef TLS_RELAY_H
#define TLS_RELAY_H

#include <bearssl.h>
#include <stdint.h>

enum relay_end {
	RELAY_OPEN,		/* not ended */
	RELAY_PROGRAM,		/* the program has closed its side; all that it
				 * wrote is sent, and a close_notify */
	RELAY_PEER,		/* the peer sent close_notify, and got ours */
	RELAY_LOST,		/* the connection broke, or ended before the
				 * handshake did; errno in relay.error, or 0 */
	RELAY_TLS,		/* TLS failed; its number in relay.error */
	RELAY_TIMEOUT
};

struct relay {
	br_ssl_engine_context	*tls;		/* with buffers for both ways */
	int			 net;		/* a socket */
	int			 clear;		/* a socket of the program's */
	enum relay_end		 end;
	int			 error;
	int			 truncated;	/* the peer's end came without
						 * close_notify */
	/* private */
	int			 ready;		/* what poll(2) said, bits */
	int			 shaken;	/* the handshake is over */
	int			 net_done;	/* the peer's octets ended */
	int			 clear_done;	/* the program's did */
	int			 deaf;		/* the program reads no more */
};

/* Shake hands until deadline_ms (clock_mono_ms's scale). 0, or -1 with end. */
int relay_handshake(struct relay *r, int64_t deadline_ms);

/* Pass octets on until there is an end, which it returns; RELAY_TIMEOUT when
 * none moved for idle_ms. An end of the peer's without close_notify is
 * truncated: the program's input ends, what it writes is still sent. */
enum relay_end relay_run(struct relay *r, int64_t idle_ms);

/*
 * relay_close - close both sides, so that each end gets what was meant for it.
 *
 * The program's writes fail from here on; it can still read all that came, then
 * its input ends. Of the peer, whose end is awaited for linger_ms, octets are
 * thrown away: closing over unread ones would reset the connection and take our
 * last octets with it.
 */
void relay_close(struct relay *r, int64_t linger_ms);

#endif
