/*
 * pop3line - a command line of POP3 after the login. A pure function.
 *
 * Case does not count; blanks may stand behind the verb in any number and at the
 * end of the line. A number that no uint64_t holds is UINT64_MAX.
 * source   RFC 1939 3, 5 to 7, 9; RFC 2449 5
 */
#ifndef TEXT_POP3LINE_H
#define TEXT_POP3LINE_H

#include <stddef.h>
#include <stdint.h>

#define POP3_ARGS	2

enum pop3_verb {
	POP3_UNKNOWN,
	POP3_WRONG,		/* a verb that is known, with wrong arguments */
	POP3_CAPA,
	POP3_DELE,
	POP3_LIST,
	POP3_LOGIN,		/* APOP, AUTH, PASS, STLS, USER */
	POP3_NOOP,
	POP3_QUIT,
	POP3_RETR,
	POP3_RSET,
	POP3_STAT,
	POP3_TOP,
	POP3_UIDL
};

struct pop3_line {
	enum pop3_verb	verb;
	unsigned	args;		/* how many of arg there are */
	uint64_t	arg[POP3_ARGS];	/* 0 where it is not there */
};

/* Read the n octets of a line without its CRLF; out is always set. The verb. */
enum pop3_verb pop3_line(const char *line, size_t n, struct pop3_line *out);

#endif
