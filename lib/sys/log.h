/*
 * log - one event, one line on descriptor 2, one write(2).
 *
 * A line is "progname: text\n", at most LOG_OCTETS octets; control octets and
 * octets over 126 are shown as '?'. A format that ends in ':' gets the
 * system's word for errno behind it. Lines of parallel processes never mix:
 * they are shorter than PIPE_BUF.
 */
#ifndef SYS_LOG_H
#define SYS_LOG_H

#define LOG_OCTETS	1024

extern const char *progname;	/* set first thing in main() */

/* Write one line and go on; errno is left as it was. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Write one line and leave with code (base/exits.h, or an older contract's). */
void die(int code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));

#endif
