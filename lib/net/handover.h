/*
 * handover - how a session takes over a connection from the program that spoke
 * with the client before the login.
 *
 * The session says the record "ready\n" on a SEQPACKET socket, and then gets one
 * record: the line "tag VALUE\n" (the login command's tag in IMAP, empty in
 * POP3) and behind it what the client sent beyond the login command.
 */
#ifndef NET_HANDOVER_H
#define NET_HANDOVER_H

#include "net/wire.h"

#define HANDOVER_LINE	64	/* octets of the longest first line */

/* Say that the session is there. 0, or -1 with errno. */
int handover_ready(int fd);

/*
 * handover_take - wait for the record and make its octets the first of w's input.
 *
 * w        with nothing unread in it
 * tag      gets the tag and a NUL, cap octets in all
 * returns  0, w and tag set; or -1 with errno: ETIMEDOUT (clock_mono_ms's
 *          deadline_ms is over), ECONNRESET (nobody is there to send it),
 *          EINVAL, EMSGSIZE (no such record), or the system's
 */
int handover_take(int fd, struct wire *w, char *tag, size_t cap,
    int64_t deadline_ms);

/* The record's parts, a pure function: tag as above; the octets behind the line
 * are those from the returned place on. NULL with errno EINVAL, EMSGSIZE. */
const char *handover_parse(const char *p, size_t n, char *tag, size_t cap);

#endif
