/*
 * dns-response - what a response of the DNS says to a question. Pure.
 *
 * The octets are taken apart by libresolv's bounded accessors (ns_initparse,
 * ns_parserr, ns_name_uncompress), not by an own parser.
 */
#ifndef DELIVER_DNS_RESPONSE_H
#define DELIVER_DNS_RESPONSE_H

#include <stddef.h>

#include "mail/dns.h"

/*
 * dns_response_read - the answer that the n octets of a response give.
 *
 * q        what was asked, never DNS_ADDR
 * a        gets it. CNAMEs are followed within the response, 16 at most; ttl is
 *          the least of all records used, for a missing name or type that of
 *          the SOA record, 0 where there is none (do not keep it); secure is
 *          the AD bit. Records whose host is none that dns.h allows are left
 *          out, and TXT's control octets become '?'.
 *          A response that cannot be read, answers something else, has another
 *          code than NOERROR and NXDOMAIN, is cut off or a referral, whose
 *          CNAMEs go in a circle or lead past its records: DNS_LATER.
 * source   RFC 1035 4, RFC 2308 (no such name or type), RFC 3596 (AAAA), RFC
 *          6604 (CNAME and NXDOMAIN), RFC 6698 2.1 (TLSA), RFC 2181 8 (ttl)
 */
void dns_response_read(struct dns_answer *a, const struct dns_question *q,
    const unsigned char *p, size_t n);

/* The type's number in the DNS. */
int dns_rr_type(enum dns_type type);

/* The name under which q is asked: its own, or that of an address in
 * in-addr.arpa or ip6.arpa; into out of DNS_NAME octets. */
void dns_rr_name(char *out, const struct dns_question *q);

#endif
