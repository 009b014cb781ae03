/*
 * dns - what a program asks dnsq and how that answers, as bounded records.
 *
 * Names are lower case, without a dot at the end: letters, digits, '-', '_' and
 * '/' in labels of 1 to 63 octets. So no name of the DNS surprises who
 * writes it to a log or into a command. Pure functions.
 * source   dnsq.8; RFC 1035 2.3.4 (sizes), RFC 6698 2.1 (TLSA)
 */
#ifndef MAIL_DNS_H
#define MAIL_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define DNS_NAME	254	/* octets of the longest name, with NUL */
#define DNS_QUESTION	300	/* octets of the longest question */
#define DNS_RECORDS	128	/* lines of an answer; more are left out */
#define DNS_ROOM	40960	/* octets of all their texts, each with NUL */

enum dns_type {
	DNS_MX,
	DNS_ADDR,	/* only asked: A and AAAA together */
	DNS_A,
	DNS_AAAA,
	DNS_PTR,
	DNS_TXT,
	DNS_TLSA
};

enum dns_status {
	DNS_OK,
	DNS_NONE,	/* the name has nothing of this type */
	DNS_NODOMAIN,	/* there is no such name */
	DNS_LATER	/* cannot be said now */
};

struct dns_question {
	enum dns_type	type;
	char		name[DNS_NAME];	/* of DNS_PTR: an address */
};

struct dns_record {
	enum dns_type	 type;		/* never DNS_ADDR */
	unsigned	 pref;		/* MX's */
	unsigned	 usage, selector, matching;	/* TLSA's */
	const char	*text;		/* host ("." too for MX), address, text or
					 * hex; in an answer with a NUL behind it */
	size_t		 n;		/* octets of text */
};

/* Not to be copied: the records' texts lie in room. */
struct dns_answer {
	enum dns_status	 status;
	int		 secure;	/* a trusted resolver has validated it */
	uint32_t	 ttl;		/* seconds it may be kept */
	char		 cname[DNS_NAME];	/* where CNAMEs led, "" for none */
	unsigned	 n;
	size_t		 used;		/* of room */
	struct dns_record record[DNS_RECORDS];
	char		 room[DNS_ROOM];
};

/* Write the name that n octets are into out of DNS_NAME octets: lower case, a dot
 * at its end dropped. 0, or -1 with errno EINVAL: no such name can be asked. */
int dns_name(char *out, const char *in, size_t n);

/* Make q from a type and n octets: a name, or an address for DNS_PTR, which is
 * then written in its usual form. 0, or -1 with errno EINVAL. */
int dns_question_set(struct dns_question *q, enum dns_type type,
    const char *in, size_t n);

/* Format into b, which is emptied first. 0, or -1 with errno. */
int dns_question_format(struct buf *b, const struct dns_question *q);
int dns_answer_format(struct buf *b, const struct dns_answer *a);

/* Read n octets. 0, or -1 with errno EINVAL. */
int dns_question_parse(struct dns_question *q, const char *in, size_t n);
int dns_answer_parse(struct dns_answer *a, const char *in, size_t n);

/* Read the n octets of a line's value, as "10 mx.example.org", into r, whose text
 * points into them and is not looked at. 0, or -1 with errno EINVAL. */
int dns_record_parse(struct dns_record *r, enum dns_type type, const char *in,
    size_t n);

/* Begin an answer without records. */
void dns_answer_begin(struct dns_answer *a, enum dns_status status);

/* Add a copy of r, a name in it in lower case. 0, or -1 with errno EINVAL (its
 * text is none for its type) or EMSGSIZE (no place), a unchanged. */
int dns_answer_add(struct dns_answer *a, const struct dns_record *r);

/*
 * dns_answer_join - make a, an answer about A, one about A and AAAA.
 *
 * What one half has is good even if the other cannot be had now; then the
 * answer is not secure, and its ttl is 0. Both must know nothing of a name
 * before the two say so.
 */
void dns_answer_join(struct dns_answer *a, const struct dns_answer *aaaa);

/* "mx", "addr", ... as questions and answers say it. */
const char *dns_type_word(enum dns_type type);

/* The type that the n octets name, or -1. */
int dns_type_of(const char *word, size_t n);

#endif
