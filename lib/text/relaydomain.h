/*
 * relaydomain - the lines of relay-domains: for whom mail is relayed.
 *
 *	example.net		a domain and all below it
 *	192.168.1		all addresses that begin so, by whole octets
 *	IPv6:2001:db8		the same of IPv6, by whole groups
 *
 * Pure functions. A table's key of a domain is its name in lower case; that of an
 * address is RELAY_TAG octets that tell the kind, then RELAY_PART for each group.
 */
#ifndef TEXT_RELAYDOMAIN_H
#define TEXT_RELAYDOMAIN_H

#include "text/table.h"

#define RELAY_TAG	2	/* octets before the first group */
#define RELAY_PART	5	/* octets of each */
#define RELAY_KEY	(RELAY_TAG + 8 * RELAY_PART + 1)

/*
 * relay_key - the key of the n octets of an address, or of the beginning of one.
 *
 * key      gets it without a NUL
 * returns  its octets, or 0: it is no address
 */
size_t relay_key(char key[RELAY_KEY], const char *s, size_t n);

/* The next entry's key into b. 1; 0 at the end; -1 with t->line and t->wrong set.
 * source   relay-domains of sendmail (cf/README) */
int relay_next(struct table_text *t, struct buf *b);

#endif
