/*
 * reply - what a server of SMTP or LMTP answers to a command. Pure functions.
 *
 * A reply is one line or more, each with the code; '-' behind the code says that
 * another line follows. Where the codes differ, which RFC 5321 forbids, the last
 * line's counts.
 * source   RFC 5321 4.2, 4.2.1, 4.5.3.1.5; RFC 2034 (enhanced codes)
 */
#ifndef TEXT_REPLY_H
#define TEXT_REPLY_H

#include <stddef.h>

#define REPLY_LINE	1024	/* octets of a line that are looked at */
#define REPLY_LINES	512	/* more are no reply */
#define REPLY_TEXT	400	/* octets that are kept, with NUL */
#define REPLY_ENHANCED	12	/* as DSN_OCTETS of mail/job.h */

struct reply {
	int	 code;			/* 200 to 599 */
	char	 enhanced[REPLY_ENHANCED];	/* "" where there is none */
	char	 text[REPLY_TEXT];	/* code, enhanced code and words of all
					 * lines, joined by blanks, each code once;
					 * printable ASCII, others are '?' */
	size_t	 n;			/* of text */
	unsigned lines;
};

/* Before the first line. */
void reply_begin(struct reply *r);

/*
 * reply_line - take a line, n octets without its line end.
 *
 * returns  1: the reply is whole; 0: more lines follow; -1 with errno EPROTO: it
 *          is none
 */
int reply_line(struct reply *r, const char *line, size_t n);

/* The reply's RFC 3463 code: its own where that agrees with its code, else
 * "2.0.0" and so on by the first digit (3: "5.5.0"). */
const char *reply_dsn(const struct reply *r);

#endif
