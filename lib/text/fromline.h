/*
 * fromline - the lines that divide messages in an mbox, and those that must not.
 *
 * A line of the message that is "From " behind any number of '>' gets one '>' more
 * (mboxrd), so that it divides nothing and can be undone. Pure.
 * source   mbox(5); RFC 4155 appendix A
 */
#ifndef TEXT_FROMLINE_H
#define TEXT_FROMLINE_H

#include <stdint.h>

#include "base/buf.h"

struct from_quote {
	size_t	quotes;		/* '>' of this line that are held back */
	size_t	matched;	/* octets of "From " behind them, too */
	int	inside;		/* the line is none of these */
};

/* Append the n octets to out, quoted; a line that is not decided yet is held back:
 * start with all zero, end with from_quote_end. 0, or -1 as buf_add. */
int from_quote(struct from_quote *q, const char *in, size_t n,
    struct buf *out);

/* The end of the message: what is held back, and LF where the last line has none. */
int from_quote_end(struct from_quote *q, struct buf *out);

#define FROM_LINE	400	/* octets of the line, with NUL */

/* "From SENDER DATE\n" in out: MAILER-DAEMON for no sender, '-' for blanks in it,
 * the date in UTC as ctime(3) has it. */
void from_line(char out[FROM_LINE], const char *sender, uint64_t time_us);

#endif
