/*
 * address - the addresses of To, Cc, From and their like in their parts, as IMAP
 * shows them: name, route, mailbox, host, groups. Pure, linear, no memory but the
 * caller's. (addrlist.h is for mail that is sent: it says what is no address.
 * This one makes the best of whatever stands there.)
 *
 *  - the name is that before '<', without quoting and with one blank for many;
 *    or, of an address without '<', its last comment; encoded words stay
 *  - ';' outside of a group counts as ','
 *  - words that are no address are a name, with mailbox and host empty
 * source   RFC 5322 3.4, 4.4; RFC 3501 7.4.2 (ENVELOPE)
 */
#ifndef TEXT_ADDRESS_H
#define TEXT_ADDRESS_H

#include <stddef.h>

#define ADDRESS_TEXT	1000	/* octets of each part; more are left out */

enum address_kind {
	ADDRESS_MAILBOX,
	ADDRESS_GROUP,		/* its name is in mailbox; members follow */
	ADDRESS_GROUP_END
};

struct address_text {
	size_t	n;
	char	s[ADDRESS_TEXT];
};

struct address {
	enum address_kind kind;
	int		 has_name;	/* it may be there and empty */
	struct address_text name, route, mailbox, host;
};

struct address_list {
	const char	*p, *end;	/* what is still to read; the caller's */
	int		 in_group;	/* 0 to begin with */
};

/* The next one: 1; 0 at the end. */
int address_next(struct address_list *l, struct address *a);

#endif
