/*
 * starttls - turn a session that began in the clear to TLS.
 *
 * Another process does TLS, and there are two ways to it:
 *	TLS_SOCKET	a service that takes the client's connection over its UNIX
 *			socket, which is then the clear side (tls-server -s);
 *	UCSPI-TLS	a wrapper that was started before us and has the connection
 *			as well: UCSPITLS, SSLCTLFD, SSLREADFD, SSLWRITEFD.
 * From then on the program speaks in the clear with that process. No file is
 * opened and no memory taken behind starttls_find: a sandbox may be closed around
 * the rest. The service wants socket(2) and connect(2) to one address.
 */
#ifndef NET_STARTTLS_H
#define NET_STARTTLS_H

#include <sys/un.h>

#include "net/wire.h"

struct starttls {
	const struct sockaddr_un *at;	/* the service, or NULL */
	int	ctl;			/* to ask the wrapper, or -1 */
	int	in, out;		/* the clear side */
	int	is_socket;		/* in waits by itself */
};

/*
 * starttls_find - read from the environment how TLS can be had, and make a
 * wrapper's descriptors ready for w, whose time limits are set.
 *
 * at       the service's address, the caller's; or NULL for a wrapper
 * returns  1 if it can be had, else 0
 */
int starttls_find(struct starttls *t, const struct sockaddr_un *at,
    const struct wire *w);

/* Only read which descriptors a wrapper gave us, for a program that leaves the
 * rest to another. 1 if there is one, else 0. */
int starttls_wrapper(struct starttls *t);

/*
 * starttls_ask - have TLS begin. Then tell the client so, and call starttls_turn.
 *
 * w        the connection
 * client   its address for the log, without control octets
 * returns  0; or -1 with errno: it cannot be had now; the session goes on in
 *          the clear
 */
int starttls_ask(struct starttls *t, const struct wire *w, const char *client);

/*
 * starttls_turn - send what w has for the client, still in the clear, and let w
 * use the clear side.
 *
 * What the client sent too early must have been refused: nothing may be unread.
 * A connection that was handed over is closed here.
 *
 * returns  0; or -1 with errno EPROTO (something is unread), or the client is
 *          gone
 */
int starttls_turn(struct starttls *t, struct wire *w);

#endif
