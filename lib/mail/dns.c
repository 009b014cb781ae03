/* dns - see dns.h */
#include "mail/dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/record.h"

#define LABEL_OCTETS	63
#define RECORD_MAX	65536	/* octets of an answer */

static const char *const type_words[] = {
	[DNS_MX] = "mx", [DNS_ADDR] = "addr", [DNS_A] = "a",
	[DNS_AAAA] = "aaaa", [DNS_PTR] = "ptr", [DNS_TXT] = "txt",
	[DNS_TLSA] = "tlsa",
};

static const char *const status_words[] = {
	[DNS_OK] = "ok", [DNS_NONE] = "none", [DNS_NODOMAIN] = "nodomain",
	[DNS_LATER] = "later",
};

/* The place of the n octets among the count words, or -1. */
static int
find_word(const char *const *words, int count, const char *s, size_t n)
{
	int i;

	for (i = 0; i < count; i++)
		if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
			return i;
	return -1;
}

const char *
dns_type_word(enum dns_type type)
{
	return type_words[type];
}

int
dns_type_of(const char *word, size_t n)
{
	return find_word(type_words, DNS_TLSA + 1, word, n);
}

static int
is_name_octet(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_' || c == '/';
}

int
dns_name(char *out, const char *in, size_t n)
{
	size_t i, label = 0;

	if (n > 0 && in[n - 1] == '.')
		n--;
	if (n == 0 || n >= DNS_NAME)
		return errno = EINVAL, -1;
	for (i = 0; i < n; i++) {
		label = in[i] == '.' ? 0 : label + 1;
		if (label > LABEL_OCTETS ||
		    (in[i] == '.' ? i == 0 || in[i - 1] == '.' :
		    !is_name_octet(in[i])))
			return errno = EINVAL, -1;
	}
	if (label == 0)
		return errno = EINVAL, -1;
	for (i = 0; i < n; i++)
		out[i] = ascii_lower(in[i]);
	out[n] = '\0';
	return 0;
}

/* Write the address that n octets are, in its usual form. 0, or -1. */
static int
address(char *out, int family, const char *in, size_t n)
{
	char s[INET6_ADDRSTRLEN];
	unsigned char bits[sizeof(struct in6_addr)];

	if (n >= sizeof(s) || memchr(in, '\0', n) != NULL)
		return errno = EINVAL, -1;
	memcpy(s, in, n);
	s[n] = '\0';
	if (inet_pton(family, s, bits) != 1 ||
	    inet_ntop(family, bits, out, INET6_ADDRSTRLEN) == NULL)
		return errno = EINVAL, -1;
	return 0;
}

int
dns_question_set(struct dns_question *q, enum dns_type type, const char *in,
    size_t n)
{
	q->type = type;
	if (type != DNS_PTR)
		return dns_name(q->name, in, n);
	if (address(q->name, AF_INET, in, n) == 0)
		return 0;
	return address(q->name, AF_INET6, in, n);
}

int
dns_question_format(struct buf *b, const struct dns_question *q)
{
	b->len = 0;
	return record_adds(b, dns_type_word(q->type), q->name);
}

int
dns_question_parse(struct dns_question *q, const char *in, size_t n)
{
	const char *p = in;
	struct field f;
	int type;

	if (record_next(&p, in + n, &f) != 1 || p != in + n)
		return errno = EINVAL, -1;
	type = dns_type_of(f.key, f.key_n);
	if (type == -1)
		return errno = EINVAL, -1;
	return dns_question_set(q, (enum dns_type)type, f.value, f.n);
}

void
dns_answer_begin(struct dns_answer *a, enum dns_status status)
{
	a->status = status;
	a->secure = 0;
	a->ttl = 0;
	a->cname[0] = '\0';
	a->n = 0;
	a->used = 0;
}

static int
is_hex(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!(s[i] >= '0' && s[i] <= '9') &&
		    !(s[i] >= 'a' && s[i] <= 'f'))
			return 0;
	return n > 0 && n % 2 == 0;
}

static int
is_text(const char *s, size_t n)
{
	for (; n > 0; s++, n--)
		if ((unsigned char)*s < 32 || *s == 127)
			return 0;
	return 1;
}

/* The record's text as an answer holds it, in name or as it is; NULL if it is none
 * for its type. */
static const char *
checked(const struct dns_record *r, char *name)
{
	switch (r->type) {
	case DNS_MX:
		if (r->pref > 65535)
			return NULL;
		if (r->n == 1 && *r->text == '.')
			return r->text;
		/* FALLTHROUGH */
	case DNS_PTR:
		return dns_name(name, r->text, r->n) == 0 ? name : NULL;
	case DNS_A:
		return address(name, AF_INET, r->text, r->n) == 0 ? name : NULL;
	case DNS_AAAA:
		return address(name, AF_INET6, r->text, r->n) == 0 ? name :
		    NULL;
	case DNS_TXT:
		return is_text(r->text, r->n) ? r->text : NULL;
	case DNS_TLSA:
		if (r->usage > 255 || r->selector > 255 || r->matching > 255)
			return NULL;
		return is_hex(r->text, r->n) ? r->text : NULL;
	default:
		return NULL;
	}
}

int
dns_answer_add(struct dns_answer *a, const struct dns_record *r)
{
	char name[DNS_NAME], *place = a->room + a->used;
	const char *text = checked(r, name);
	size_t n;

	if (text == NULL)
		return errno = EINVAL, -1;
	n = text == name ? strlen(name) : r->n;
	if (a->n == DNS_RECORDS || n >= DNS_ROOM - a->used)
		return errno = EMSGSIZE, -1;
	memcpy(place, text, n);
	place[n] = '\0';
	a->record[a->n] = *r;
	a->record[a->n].text = place;
	a->record[a->n].n = n;
	a->n++;
	a->used += n + 1;
	return 0;
}

static int
add_record(struct buf *b, const struct dns_record *r)
{
	const char *word = dns_type_word(r->type);

	if (r->type == DNS_MX)
		return buf_addf(b, "%s %u %s\n", word, r->pref, r->text);
	if (r->type == DNS_TLSA)
		return buf_addf(b, "%s %u %u %u %s\n", word, r->usage,
		    r->selector, r->matching, r->text);
	return record_add(b, word, r->text, r->n);
}

int
dns_answer_format(struct buf *b, const struct dns_answer *a)
{
	unsigned i;

	b->len = 0;
	if (record_adds(b, "status", status_words[a->status]) == -1)
		return -1;
	for (i = 0; i < a->n; i++)
		if (add_record(b, a->record + i) == -1)
			return -1;
	if (a->cname[0] != '\0' && record_adds(b, "cname", a->cname) == -1)
		return -1;
	if (record_add_u64(b, "ttl", a->ttl) == -1)
		return -1;
	return record_adds(b, "secure", a->secure ? "yes" : "no");
}

/* Take a number of at most max and the blank behind it. 0, or -1. */
static int
take_number(const char **s, size_t *n, unsigned *out, uint64_t max)
{
	const char *blank = memchr(*s, ' ', *n);
	uint64_t v;
	size_t len = blank != NULL ? (size_t)(blank - *s) : 0;

	if (num_u64(*s, len, &v) == -1 || v > max)
		return errno = EINVAL, -1;
	*out = (unsigned)v;
	*s += len + 1;
	*n -= len + 1;
	return 0;
}

int
dns_record_parse(struct dns_record *r, enum dns_type type, const char *in,
    size_t n)
{
	memset(r, 0, sizeof(*r));
	r->type = type;
	if (type == DNS_ADDR)
		return errno = EINVAL, -1;
	if (type == DNS_MX && take_number(&in, &n, &r->pref, 65535) == -1)
		return -1;
	if (type == DNS_TLSA && (take_number(&in, &n, &r->usage, 255) == -1 ||
	    take_number(&in, &n, &r->selector, 255) == -1 ||
	    take_number(&in, &n, &r->matching, 255) == -1))
		return -1;
	r->text = in;
	r->n = n;
	return 0;
}

/* A line but for the status. 0, or -1. */
static int
take(struct dns_answer *a, const struct field *f)
{
	struct dns_record r;
	uint64_t ttl;
	int type;

	if (field_is(f, "cname"))
		return dns_name(a->cname, f->value, f->n);
	if (field_is(f, "ttl")) {
		if (field_u64(f, &ttl) == -1 || ttl > UINT32_MAX)
			return -1;
		a->ttl = (uint32_t)ttl;
		return 0;
	}
	if (field_is(f, "secure")) {
		a->secure = ascii_is(f->value, f->n, "yes");
		return 0;
	}
	type = dns_type_of(f->key, f->key_n);
	if (type == -1)
		return 0;		/* a newer dnsq may say more */
	if (dns_record_parse(&r, (enum dns_type)type, f->value, f->n) == -1)
		return -1;
	return dns_answer_add(a, &r);
}

int
dns_answer_parse(struct dns_answer *a, const char *in, size_t n)
{
	const char *p = in, *end = in + n;
	struct field f;
	int status, r;

	dns_answer_begin(a, DNS_LATER);
	if (n > RECORD_MAX || record_next(&p, end, &f) != 1 ||
	    !field_is(&f, "status"))
		return errno = EINVAL, -1;
	status = find_word(status_words, DNS_LATER + 1, f.value, f.n);
	if (status == -1)
		return errno = EINVAL, -1;
	a->status = (enum dns_status)status;
	while ((r = record_next(&p, end, &f)) == 1)
		if (take(a, &f) == -1)
			return errno = EINVAL, -1;
	if (r == -1 || (a->status == DNS_OK) != (a->n > 0))
		return errno = EINVAL, -1;
	return 0;
}

/* Neither half has an address. */
static enum dns_status
worse(enum dns_status a, enum dns_status b)
{
	if (a == DNS_LATER || b == DNS_LATER)
		return DNS_LATER;
	return a == DNS_NONE || b == DNS_NONE ? DNS_NONE : DNS_NODOMAIN;
}

void
dns_answer_join(struct dns_answer *a, const struct dns_answer *aaaa)
{
	unsigned i;

	a->secure = a->secure && aaaa->secure;
	if (aaaa->ttl < a->ttl)
		a->ttl = aaaa->ttl;
	if (a->status == DNS_LATER || aaaa->status == DNS_LATER)
		a->secure = 0, a->ttl = 0;
	if (a->cname[0] == '\0')
		memcpy(a->cname, aaaa->cname, sizeof(a->cname));
	if (a->status == DNS_OK || aaaa->status == DNS_OK)
		a->status = DNS_OK;
	else
		a->status = worse(a->status, aaaa->status);
	for (i = 0; i < aaaa->n; i++)
		if (dns_answer_add(a, aaaa->record + i) == -1)
			break;		/* it has enough */
}
