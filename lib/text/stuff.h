/*
 * stuff - a message as POP3 and SMTP send it: lines that end in CRLF, a dot more
 * before a line that begins with one, and CRLF.CRLF at the end.
 *
 * The message's own lines may end in LF or CRLF; a CR elsewhere is an octet like
 * others. What does not end in LF gets a CRLF at its end, unless it is empty.
 * Pure functions; feed them any pieces.
 * source   RFC 1939 3, 11; RFC 5321 4.5.2; TOP: RFC 1939 7
 */
#ifndef TEXT_STUFF_H
#define TEXT_STUFF_H

#include <stddef.h>
#include <stdint.h>

#define STUFF_END	5	/* octets that stuff_end writes at most */

struct stuff {
	int	state;		/* start with all zero */
};

/* The n octets of in as they are sent: to out, which has room for 2 * n octets.
 * How many it wrote. */
size_t stuff_put(struct stuff *s, const char *in, size_t n, char *out);

/* The end: a CRLF if the last line has none, and the final dot. Octets. */
size_t stuff_end(const struct stuff *s, char out[STUFF_END]);

/* Make each CR that no LF follows a blank, in place: some servers take it for a
 * line end, and then what stands behind it for a line that we would have stuffed.
 * If more of the message follows, its n octets must not end in CR.
 * source   RFC 5321 2.3.8 */
void stuff_mend_cr(char *s, size_t n);

/* How many octets these n are when sent, without the dots that are added; and
 * how many the end adds to them, the final dot not counted. */
uint64_t stuff_count(struct stuff *s, const char *in, size_t n);
uint64_t stuff_count_end(const struct stuff *s);

struct stuff_top {
	uint64_t lines;		/* still to come behind the header; set by the caller */
	int	 in_body;	/* the rest starts with all zero */
	int	 state;
	int	 done;		/* 1: nothing more belongs to it */
};

/* How many of the n octets belong to a message's header, the empty line behind
 * it, and so many lines of the body. */
size_t stuff_top(struct stuff_top *t, const char *in, size_t n);

#endif
