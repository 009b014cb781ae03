/* dns-response - see dns-response.h */
#include "dns-response.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CHAIN_MAX	16
#define TTL_WRONG	0x80000000u	/* RFC 2181 8: from here on it is 0 */
#define NS_T_TLSA	52		/* newer than libresolv's table */

struct response {
	ns_msg		 h;
	int		 type;
	char		 name[NS_MAXDNAME];	/* where the CNAMEs led */
	uint32_t	 ttl;
	unsigned	 links;
	unsigned	 left_out;
};

int
dns_rr_type(enum dns_type type)
{
	static const int types[] = {
		[DNS_MX] = ns_t_mx, [DNS_ADDR] = ns_t_a, [DNS_A] = ns_t_a,
		[DNS_AAAA] = ns_t_aaaa, [DNS_PTR] = ns_t_ptr,
		[DNS_TXT] = ns_t_txt, [DNS_TLSA] = NS_T_TLSA,
	};

	return types[type];
}

void
dns_rr_name(char *out, const struct dns_question *q)
{
	unsigned char b[sizeof(struct in6_addr)];
	int i;

	if (q->type != DNS_PTR) {
		memcpy(out, q->name, DNS_NAME);
	} else if (inet_pton(AF_INET, q->name, b) == 1) {
		snprintf(out, DNS_NAME, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2],
		    b[1], b[0]);
	} else {
		memset(b, 0, sizeof(b));
		(void)inet_pton(AF_INET6, q->name, b);
		for (i = 15; i >= 0; i--, out += 4)
			snprintf(out, 5, "%x.%x.", b[i] & 15, b[i] >> 4);
		memcpy(out, "ip6.arpa", sizeof("ip6.arpa"));
	}
}

static void
lower_ttl(struct response *r, const ns_rr *rr)
{
	uint32_t ttl = ns_rr_ttl(*rr) < TTL_WRONG ? ns_rr_ttl(*rr) : 0;

	if (ttl < r->ttl)
		r->ttl = ttl;
}

/* The name at p, which must end at or before end, into out of NS_MAXDNAME octets.
 * The octets it takes, or -1. */
static int
name_at(const struct response *r, const unsigned char *p,
    const unsigned char *end, char *out)
{
	int n = ns_name_uncompress(ns_msg_base(r->h), ns_msg_end(r->h), p, out,
	    NS_MAXDNAME);

	return n > 0 && n <= end - p ? n : -1;
}

/* Does the response repeat the question? */
static int
is_asked(struct response *r)
{
	ns_rr rr;

	if (ns_msg_count(r->h, ns_s_qd) != 1 ||
	    ns_parserr(&r->h, ns_s_qd, 0, &rr) == -1)
		return 0;
	return (int)ns_rr_type(rr) == r->type && ns_rr_class(rr) == ns_c_in &&
	    strcasecmp(ns_rr_name(rr), r->name) == 0;
}

/* Follow the CNAME of r->name. 1 if there was one, 0 if none, -1. */
static int
follow_one(struct response *r)
{
	int i, count = ns_msg_count(r->h, ns_s_an);
	const unsigned char *p;
	ns_rr rr;

	for (i = 0; i < count; i++) {
		if (ns_parserr(&r->h, ns_s_an, i, &rr) == -1)
			return -1;
		if (ns_rr_type(rr) != ns_t_cname ||
		    ns_rr_class(rr) != ns_c_in ||
		    strcasecmp(ns_rr_name(rr), r->name) != 0)
			continue;
		lower_ttl(r, &rr);
		p = ns_rr_rdata(rr);
		return name_at(r, p, p + ns_rr_rdlen(rr), r->name) == -1 ? -1 :
		    1;
	}
	return 0;
}

static int
follow(struct response *r)
{
	int one;

	while ((one = follow_one(r)) == 1)
		if (++r->links > CHAIN_MAX)
			return -1;
	return one;
}

/* The strings of a TXT record as one text into out. Its octets, or -1. */
static int
txt_text(char *out, const unsigned char *p, const unsigned char *end)
{
	char *o = out;

	while (p < end) {
		unsigned n = *p++;

		if (n > (size_t)(end - p))
			return -1;
		for (; n > 0; n--, p++)
			*o++ = *p < 32 || *p == 127 ? '?' : (char)*p;
	}
	return (int)(o - out);
}

static int
hex_text(char *out, const unsigned char *p, const unsigned char *end)
{
	static const char digits[] = "0123456789abcdef";
	char *o = out;

	for (; p < end; p++) {
		*o++ = digits[*p >> 4];
		*o++ = digits[*p & 15];
	}
	return (int)(o - out);
}

/* The text of the record d into text, which has room for any; and the numbers of
 * MX and TLSA. Its octets, or -1: the record is wrong. */
static int
record_text(const struct response *r, const ns_rr *rr, struct dns_record *d,
    char *text)
{
	const unsigned char *p = ns_rr_rdata(*rr), *end = p + ns_rr_rdlen(*rr);

	switch (d->type) {
	case DNS_A:
		return end - p == 4 && inet_ntop(AF_INET, p, text,
		    INET6_ADDRSTRLEN) != NULL ? (int)strlen(text) : -1;
	case DNS_AAAA:
		return end - p == 16 && inet_ntop(AF_INET6, p, text,
		    INET6_ADDRSTRLEN) != NULL ? (int)strlen(text) : -1;
	case DNS_MX:
		if (end - p < 3)
			return -1;
		d->pref = ns_get16(p);
		p += 2;
		/* FALLTHROUGH */
	case DNS_PTR:
		return name_at(r, p, end, text) == -1 ? -1 : (int)strlen(text);
	case DNS_TXT:
		return txt_text(text, p, end);
	case DNS_TLSA:
		if (end - p < 3)
			return -1;
		d->usage = p[0];
		d->selector = p[1];
		d->matching = p[2];
		return hex_text(text, p + 3, end);
	default:
		return -1;
	}
}

/* Add the records of r->name. How many of the type there are, whosever; or -1. */
static int
collect(struct response *r, struct dns_answer *a, enum dns_type type)
{
	static char text[2 * NS_MAXMSG];
	int i, n, seen = 0, count = ns_msg_count(r->h, ns_s_an);
	struct dns_record d = { .type = type, .text = text };
	ns_rr rr;

	for (i = 0; i < count; i++) {
		if (ns_parserr(&r->h, ns_s_an, i, &rr) == -1)
			return -1;
		if ((int)ns_rr_type(rr) != r->type ||
		    ns_rr_class(rr) != ns_c_in)
			continue;
		seen++;
		if (strcasecmp(ns_rr_name(rr), r->name) != 0)
			continue;
		n = record_text(r, &rr, &d, text);
		if (n == -1)
			return -1;
		d.n = (size_t)n;
		if (dns_answer_add(a, &d) == -1)
			r->left_out++;
		lower_ttl(r, &rr);
	}
	return seen;
}

/* How long nothing may be believed to be there: 1 and the time if the response has
 * the zone's SOA record. source: RFC 2308 5 */
static int
soa_ttl(struct response *r)
{
	int i, count = ns_msg_count(r->h, ns_s_ns);
	uint32_t minimum;
	ns_rr rr;

	for (i = 0; i < count; i++) {
		if (ns_parserr(&r->h, ns_s_ns, i, &rr) == -1)
			return 0;
		if (ns_rr_type(rr) != ns_t_soa || ns_rr_rdlen(rr) < 22)
			continue;
		minimum = (uint32_t)ns_get32(ns_rr_rdata(rr) +
		    ns_rr_rdlen(rr) - 4);
		lower_ttl(r, &rr);
		if (minimum < r->ttl)
			r->ttl = minimum;
		return 1;
	}
	return 0;
}

/* Nothing was found. Is that true, or has nobody looked for us? */
static enum dns_status
why_nothing(struct response *r)
{
	int soa = soa_ttl(r);

	if (!soa)
		r->ttl = 0;
	if (ns_msg_getflag(r->h, ns_f_rcode) == ns_r_nxdomain)
		return DNS_NODOMAIN;
	if (!soa && !ns_msg_getflag(r->h, ns_f_ra) && (r->links > 0 ||
	    !ns_msg_getflag(r->h, ns_f_aa)))
		return DNS_LATER;	/* a referral: it does not look up */
	return DNS_NONE;
}

static enum dns_status
read_it(struct response *r, struct dns_answer *a, enum dns_type type)
{
	int code = ns_msg_getflag(r->h, ns_f_rcode), seen;

	if ((code != ns_r_noerror && code != ns_r_nxdomain) ||
	    ns_msg_getflag(r->h, ns_f_tc) || !ns_msg_getflag(r->h, ns_f_qr) ||
	    !is_asked(r) || follow(r) == -1)
		return DNS_LATER;
	seen = collect(r, a, type);
	if (seen == -1 || (a->n == 0 && seen > 0) ||
	    (a->n > 0 && code == ns_r_nxdomain))
		return DNS_LATER;
	return a->n > 0 ? DNS_OK : why_nothing(r);
}

void
dns_response_read(struct dns_answer *a, const struct dns_question *q,
    const unsigned char *p, size_t n)
{
	struct response r = { .type = dns_rr_type(q->type), .ttl = UINT32_MAX };
	enum dns_status status = DNS_LATER;

	dns_answer_begin(a, DNS_LATER);
	dns_rr_name(r.name, q);
	if (n <= NS_MAXMSG && ns_initparse(p, (int)n, &r.h) == 0)
		status = read_it(&r, a, q->type);
	if (status == DNS_LATER) {
		dns_answer_begin(a, DNS_LATER);
		return;
	}
	a->status = status;
	a->secure = ns_msg_getflag(r.h, ns_f_ad) != 0;
	a->ttl = r.ttl;
	if (r.links > 0 && dns_name(a->cname, r.name, strlen(r.name)) == -1)
		a->cname[0] = '\0';
}
