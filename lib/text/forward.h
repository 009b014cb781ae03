/*
 * forward - the lines of ~/.forward and ~/.qmail. Pure functions over the whole
 * text; an error names its line and says in words what is wrong.
 */
#ifndef TEXT_FORWARD_H
#define TEXT_FORWARD_H

#include <stddef.h>

#include "base/buf.h"

#define FORWARD_TEXT	65536	/* octets of the longest file */

struct forward_text {
	const char	*p, *end;	/* what is still to read */
	unsigned	 line;		/* of the target read last, from 1 */
	const char	*wrong;		/* why -1 was returned */
};

enum forward_kind {
	FORWARD_ADDRESS = 1,		/* local@domain, local or \local */
	FORWARD_PROGRAM,		/* |command */
	FORWARD_FILE,			/* /path, ./path: a Maildir with '/' last */
	FORWARD_INCLUDE,		/* path of a file with more of them */
};

/*
 * forward_next - the next target of a .forward file.
 *
 *	# comment
 *	bob@example.org, \bob, Carol <carol@example.org>
 *	"|exec procmail"	with \" for a quote, or |command up to a comma
 *	/var/mail/bob
 *	:include:/home/bob/friends
 *
 * target   is emptied, and gets it without quotes and blanks around it
 * returns  its enum forward_kind; 0 at the end; -1 with t->line and t->wrong set
 * source   sendmail's .forward, "Sendmail Installation and Operation Guide"
 *          5.9, aliases(5); procmail(1)
 */
int forward_next(struct forward_text *t, struct buf *target);

/*
 * qmail_next - the next line of a .qmail file that is no comment.
 *
 *	# comment
 *	|command		the rest of the line, as it is
 *	/path or ./path
 *	&address or address
 *
 * As forward_next. The first line must not be empty.
 * source   dot-qmail(5)
 */
int qmail_next(struct forward_text *t, struct buf *target);

/*
 * qmail_name - the i-th file, from 0, that qmail looks for by an extension.
 *
 *	.qmail-a-b	.qmail-a-default	.qmail-default
 * in lower case, ':' for each '.'. ext has been let through by ext_is (final.h), or
 * is "": then .qmail is the only one.
 * out      gets the name with a NUL, emptied first
 * rest     gets the length of ext that the name has in full: what is behind that
 *          (and behind a '-') is "default"; of .qmail-a-b all of it
 * returns  1; 0: there are no more; -1 with errno as buf_add
 */
int qmail_name(struct buf *out, const char *ext, unsigned i, size_t *rest);

#endif
