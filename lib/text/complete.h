/*
 * complete - give a message that streams by the fields that it must have.
 *
 * For the mail of our own users alone: Date, From and Message-ID are added at
 * the end of the header where they are missing. A line that is no field ends the header
 * too; then an empty line is put before it. All other octets stay as they are.
 * Pure functions; line ends are LF.
 * source   RFC 6409 8, RFC 5322 2.1, 3.6
 */
#ifndef TEXT_COMPLETE_H
#define TEXT_COMPLETE_H

#include <stddef.h>

#include "text/header.h"

#define COMPLETE_LINE	512	/* octets of date, of from, of message_id */
#define COMPLETE_ROOM	(HEADER_LINE + 3 * COMPLETE_LINE + 1)

struct complete {
	const char *date;	/* the whole lines, each with its LF; the */
	const char *message_id;	/* caller's. All else begins with zero */
	const char *from;	/* likewise; NULL: it is not added */
	int	has_date, has_from, has_id, has_field;
	int	in_field;	/* the rest of the line is no question */
	int	done;		/* 1 behind the header: all passes as it is */
	size_t	n;		/* octets of a line that may be a field */
	char	held[HEADER_LINE];
};

/* The next n octets, into out with room for n + COMPLETE_ROOM. Octets
 * written. */
size_t complete_add(struct complete *c, const char *in, size_t n, char *out);

/* The message is over: what is still missing, into out, which the room that the
 * last complete_add left over is enough for. Octets written. */
size_t complete_end(struct complete *c, char *out);

#endif
