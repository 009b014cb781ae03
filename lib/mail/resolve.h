/*
 * resolve - what an address means: the one answer that the front, the runner
 * and whoever asks why get alike.
 *
 * An address of ours is looked up in this order; see tables(5):
 *	1 its whole name: the virtusertable, the aliases of its domain, the
 *	  aliases, the virtual users, the system's users
 *	2 its name without the extension (user+ext): the same
 *	3 the virtusertable's catch-all for its domain
 * An alias's targets are resolved the same way. Mail for another domain goes where
 * the table of routes says. A name that comes again on its own way is no alias
 * there (sendmail's rule), so a circle ends.
 *
 * The answer is lines in record.h's notation, a group for each final address:
 *	to bob@example.org
 *	uid 1000	gid 1000	user bob	(each a line)
 *	home /home/bob
 *	mailbox /home/bob/Maildir
 *	make 1
 *	quota 1000S,20C		what the mailbox may hold, if the tables say (quota.h)
 *	own 1			his files may say otherwise
 *	ext lists		the extension, where it has one
 *	sender owner-x@ex...	the envelope's sender for this one, where it changes
 * or, for a program or a file, the same but for mailbox, make and own:
 *	to staff@example.org|COMMAND
 *	program COMMAND
 * or
 *	to staff@example.org/PATH
 *	mbox PATH		mailbox PATH and make 1, where PATH ended in '/'
 * or, on another host,
 *	to someone@example.net
 *	nexthop mx:example.net tls=may		see nexthop.h
 * or, where mail can't go:
 *	to nobody@example.org
 *	never 5.1.1		or	later 4.3.0
 *	why no such user
 *
 * "to" is \bob@example.org where no file of bob's may be asked.
 */
#ifndef MAIL_RESOLVE_H
#define MAIL_RESOLVE_H

#include "mail/existence.h"
#include "mail/tables.h"

#define ANSWER_MAX	(8u << 20)	/* octets of the longest answer */

#define NO_SUCH_USER	"no such user"	/* why, where no table knows it */

/*
 * resolve - resolve address (local@domain or local).
 *
 * domain   of an address without one
 * out      gets the answer, appended; the caller frees it
 * returns  what a front is to be told
 */
enum existence resolve(struct tables *t, const char *domain,
    const char *address, size_t n, struct buf *out);

/*
 * resolve_explain - the same, and the way, for people.
 *
 * Between the groups stand, in the order in which the names are looked up,
 *	alias staff		it was found (virtusertable or aliases), and
 *	leads bob		a line for each of its targets
 *	again staff		it came again on its own way: no alias there
 */
enum existence resolve_explain(struct tables *t, const char *domain,
    const char *address, size_t n, struct buf *out);

/*
 * resolve_forward - what a line of the file of the user of address means.
 *
 * address  a final address with "own"
 * target   as the file has it; a program or a file is that user's, whoever he is.
 *          What leads back to him is his mailbox (\bob@...), and never his file
 */
enum existence resolve_forward(struct tables *t, const char *domain,
    const char *address, size_t n, const char *target, size_t target_n,
    struct buf *out);

#endif
