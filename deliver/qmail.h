/*
 * qmail - what deliver-qmail's parts share.
 *
 *	deliver-qmail		the lines of a .qmail file in their order
 *	qmail-message		the message as a file, and its first lines
 *	qmail-environment	what qmail-command(8) promises to commands
 */
#ifndef DELIVER_QMAIL_H
#define DELIVER_QMAIL_H

#include <sys/types.h>

#include "base/buf.h"
#include "mail/job.h"

/* The message without the lines that were put before it. */
struct qmail_message {
	int	fd;		/* a file that has no name */
	off_t	at, end;	/* where it lies in the other one */
	char	return_path[QUOTED_OCTETS + 32];	/* lines, with LF */
	char	delivered_to[QUOTED_OCTETS + 32];
	uint64_t wire;		/* octets with CRLF line ends */
};

/* Take the message from descriptor 0, which may be a pipe; the two lines are made
 * where it does not begin with them. 0, or -1 with errno. */
int qmail_message_take(struct qmail_message *m, const char *sender,
    const char *recipient);

/* A descriptor of prefix and the message for one command, that begins at 0; what it
 * does with it concerns nobody else. -1 with errno. */
int qmail_message_open(const struct qmail_message *m, const char *prefix);

/* Set EXT2 to 4, HOST2 to 4, DEFAULT, NEWSENDER, DTLINE, RPLINE, UFLINE from EXT,
 * HOST, SENDER and the message; rest is how much of EXT the file's name has. 0, or
 * -1 with errno. */
int qmail_environment(const struct qmail_message *m, int is_default,
    size_t rest);

#endif
