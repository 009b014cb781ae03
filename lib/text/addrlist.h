/*
 * addrlist - the addresses in To, Cc, From and their like. Pure.
 *
 * It reads what people and programs write: names in front, quoted strings,
 * comments in comments, groups, folded lines, routes, empty places, and ';' for ','.
 * Names are passed over, whatever octets they have.
 * source   RFC 5322 3.4, 4.4
 */
#ifndef TEXT_ADDRLIST_H
#define TEXT_ADDRLIST_H

#include <stddef.h>

#include "text/path.h"

struct mailbox_text {
	char	 address[ADDRESS_OCTETS + 1];	/* without quoting, or "" for <> */
	int	 qualified;			/* it has a domain */
	const char *from, *to;			/* the whole place in the list */
	const char *end;			/* behind the address itself */
};

/*
 * addrlist_next - the next address of the octets from *p to stop.
 *
 * returns  1 with m filled; 0 at the end; -1 with m->from and m->to around what is
 *          no address, errno EINVAL or EMSGSIZE (path.h's limits). In any case
 *          *p is behind it, so that one can go on
 */
int addrlist_next(const char **p, const char *stop, struct mailbox_text *m);

#endif
