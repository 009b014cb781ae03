/*
 * route - the lines of the table of routes: where the mail of a domain goes.
 *
 *	example.net	[relay.example.org]:587 tls=must login=school
 *	.example.com	mx.example.com		its sub-domains, by that name's MX
 *	lists.example	lmtp:/run/lists/lmtp
 *	old.example	bounce it has moved to new.example
 *	*		mx			all else, by their own MX
 *
 * A pure function over the whole text, as those of table.h.
 */
#ifndef TEXT_ROUTE_H
#define TEXT_ROUTE_H

#include "text/table.h"

#define ROUTE_OCTETS	512	/* octets of the longest way, with NUL */

/*
 * route_next - the next entry.
 *
 * key      gets the domain, ".domain" or "*", lower case
 * way      gets one of
 *		mx [word ...]			the domain's own MX
 *		smtp:HOST:PORT [word ...]	HOST's MX; in brackets, itself
 *		lmtp:/PATH [word ...]
 *		lmtp:HOST:PORT [word ...]
 *		bounce text, hold text
 *	    where a word is tls=none|may|must|verify|implicit or login=NAME
 * returns  1; 0 at the end; -1 with t->line and t->wrong set
 */
int route_next(struct table_text *t, struct buf *key, struct buf *way);

#endif
