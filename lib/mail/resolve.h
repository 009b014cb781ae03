/*
 * resolve - what an address means: the one answer that the front, the runner
 * and whoever asks why get alike.
 *
 * An address is looked up as: an alias (whole address, then local part), a
 * virtual user, a user of the system. An alias's targets are resolved the same
 * way. Mail for another domain goes where the table of routes says. A name that comes again on its own way is no alias there (sendmail's
 * rule), so a circle ends.
 *
 * The answer is lines in record.h's notation, a group for each final address:
 *	to bob@example.org
 *	uid 1000	gid 1000	user bob	(each a line)
 *	home /home/bob
 *	mailbox /home/bob/Maildir
 *	make 1
 * or, on another host,
 *	to someone@example.net
 *	nexthop mx:example.net tls=may		see nexthop.h
 * or, where mail can't go:
 *	to nobody@example.org
 *	never 5.1.1		or	later 4.3.0
 *	why no such user
 */
#ifndef MAIL_RESOLVE_H
#define MAIL_RESOLVE_H

#include "mail/existence.h"
#include "mail/tables.h"

#define ANSWER_MAX	(8u << 20)	/* octets of the longest answer */

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
 *	alias staff		it was found, and
 *	leads bob		a line for each of its targets
 *	again staff		it came again on its own way: no alias there
 */
enum existence resolve_explain(struct tables *t, const char *domain,
    const char *address, size_t n, struct buf *out);

#endif
