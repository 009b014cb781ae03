/*
 * tlsask - have tls-client turn a connection of ours to TLS.
 *
 * Calls socket, setsockopt, connect, sendmsg, poll, recvfrom and close; no file is
 * opened: a sandbox may be closed around it.
 */
#ifndef NET_TLSASK_H
#define NET_TLSASK_H

#include <stdint.h>
#include <sys/un.h>

#include "text/tlstalk.h"

/*
 * tls_ask - hand the connection over, and wait until hands are shaken.
 *
 * at           the service's address
 * connection   to the server, at the point where TLS begins (behind the 220 of
 *              STARTTLS, or at once); nothing of it may be read and unused. It
 *              stays the caller's, who closes it in any case: after a failure it
 *              is of no more use either
 * q            who it should be
 * deadline_ms  on clock_mono_ms's scale; later than TLS_HANDSHAKE_S of the service,
 *              so that its words come first
 * a            gets the answer: on failure the words, whatever failed
 * returns      a stream socket, the clear side (close-on-exec); or -1 with errno
 *              ECONNABORTED (there is no TLS with this server: a->words came from
 *              tls-client), EPROTO, ETIMEDOUT or the system's (the service is not
 *              to be had)
 */
int tls_ask(const struct sockaddr_un *at, int connection,
    const struct tls_question *q, int64_t deadline_ms, struct tls_answer *a);

#endif
