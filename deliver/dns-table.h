/*
 * dns-table - answers from a text instead of the DNS: for tests, and for hosts
 * that know each other by a file. Lines "NAME TYPE VALUE", as dnsq.8 has them.
 */
#ifndef DELIVER_DNS_TABLE_H
#define DELIVER_DNS_TABLE_H

#include <sys/stat.h>

#include "mail/dns.h"
#include "text/table.h"

#define DNS_TABLE_TTL	60	/* seconds, of every answer */

struct table_entry;

/* Begin with all 0. */
struct dns_table {
	struct buf		 text;	/* the entries point into it */
	struct table_entry	*entry;	/* by name */
	size_t			 n;
};

/*
 * dns_table_parse - make t from a text. Pure.
 *
 * text     the whole text, which becomes t's; names in it are made lower case
 * t        an empty one; the caller calls dns_table_free
 * returns  0; or -1 with line and wrong of where set (wrong NULL: errno says it)
 *          and t to be freed too
 */
int dns_table_parse(struct dns_table *t, struct buf *text,
    struct table_text *where);

void dns_table_free(struct dns_table *t);

/* What the table says to q (never DNS_ADDR): the lines of the name itself, or
 * else of the "*." above it that is nearest, or of "*". CNAMEs are followed, 16
 * at most; a circle is DNS_LATER. */
void dns_table_answer(const struct dns_table *t, const struct dns_question *q,
    struct dns_answer *a);

#endif
