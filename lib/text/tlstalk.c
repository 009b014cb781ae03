/* tlstalk - see tlstalk.h */
#include "text/tlstalk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "text/path.h"
#include "text/record.h"

static const char *const policies[] = {
	[TLS_MAY] = "may",
	[TLS_MUST] = "must",
	[TLS_VERIFY] = "verify",
};

#define POLICIES	(sizeof(policies) / sizeof(*policies))

/* Of an address without brackets: digits, letters and dots beside a colon. */
static int
is_colon_address(const char *host)
{
	return strchr(host, ':') != NULL &&
	    host[strspn(host, "0123456789abcdefABCDEF.:")] == '\0';
}

int
tls_is_address(const char *host)
{
	const char *last = strrchr(host, '.');

	last = last != NULL ? last + 1 : host;
	return *host == '[' || is_colon_address(host) ||
	    last[strspn(last, "0123456789")] == '\0';
}

/* Take a name into out. 0, or -1. */
static int
take_name(const struct field *f, char out[TLS_NAME + 1], int address_too)
{
	struct field name = *f;

	if (name.n > 1 && name.value[name.n - 1] == '.')
		name.n--;
	if (field_copy(&name, out, TLS_NAME + 1) == -1)
		return -1;
	ascii_lower_all(out, name.n);
	if (address_too && is_colon_address(out))
		return 0;
	if (!domain_is_valid(out, name.n))
		return -1;
	return address_too || !tls_is_address(out) ? 0 : -1;
}

static int
take_policy(const struct field *f, enum tls_policy *out)
{
	size_t i;

	for (i = 0; i < POLICIES; i++)
		if (f->n == strlen(policies[i]) &&
		    memcmp(f->value, policies[i], f->n) == 0) {
			*out = (enum tls_policy)i;
			return 0;
		}
	return -1;
}

/* What stands in a question once; bits. */
enum seen {
	HOST = 1,
	POLICY = 2
};

static int
take_line(struct tls_question *q, const struct field *f, unsigned *seen)
{
	unsigned what = field_is(f, "host") ? HOST :
	    field_is(f, "policy") ? POLICY : 0;

	if (what & *seen)
		return -1;
	*seen |= what;
	if (what == HOST)
		return take_name(f, q->host, 1);
	if (what == POLICY)
		return take_policy(f, &q->policy);
	if (!field_is(f, "name") || q->names == TLS_NAMES)
		return -1;
	return take_name(f, q->name[q->names++], 0);
}

int
tls_question_read(struct tls_question *q, const char *p, size_t n)
{
	const char *end = p + n;
	unsigned seen = 0;
	struct field f;
	int r;

	q->names = 0;
	while ((r = record_next(&p, end, &f)) == 1)
		if (take_line(q, &f, &seen) == -1)
			return errno = EPROTO, -1;
	if (r == -1 || seen != (HOST | POLICY))
		return errno = EPROTO, -1;
	return 0;
}

int
tls_question_write(struct buf *b, const struct tls_question *q)
{
	size_t was = b->len, i;
	int r = record_adds(b, "host", q->host);

	if (r == 0)
		r = record_adds(b, "policy", policies[q->policy]);
	for (i = 0; i < q->names && r == 0; i++)
		r = record_adds(b, "name", q->name[i]);
	if (r == -1)
		b->len = was;
	return r;
}

/* Take the next word of the line into out of cap octets. 0, or -1. */
static int
take_word(const char **p, const char *end, char *out, size_t cap)
{
	size_t n = 0;

	while (*p + n < end && ascii_graph((*p)[n]))
		n++;
	if (n == 0 || n >= cap || (*p + n < end && (*p)[n] != ' '))
		return -1;
	memcpy(out, *p, n);
	out[n] = '\0';
	*p += n + (*p + n < end);
	return 0;
}

/* The rest of the line: printable, not empty. 0, or -1. */
static int
take_words(const char *p, const char *end, char *out, size_t cap)
{
	size_t n = (size_t)(end - p), i;

	if (n == 0 || n >= cap)
		return -1;
	for (i = 0; i < n; i++)
		if (p[i] != ' ' && !ascii_graph(p[i]))
			return -1;
	memcpy(out, p, n);
	out[n] = '\0';
	return 0;
}

static int
take_answer(struct tls_answer *a, const char *p, const char *end)
{
	char word[12];

	if (take_word(&p, end, word, sizeof(word)) == -1)
		return -1;
	if (strcmp(word, "failed") == 0)
		return take_words(p, end, a->words, sizeof(a->words));
	if (strcmp(word, "ok") != 0 ||
	    take_word(&p, end, a->protocol, sizeof(a->protocol)) == -1 ||
	    take_word(&p, end, a->cipher, sizeof(a->cipher)) == -1 ||
	    take_words(p, end, word, sizeof(word)) == -1)
		return -1;
	a->yes = 1;
	a->verified = strcmp(word, "verified") == 0;
	return a->verified || strcmp(word, "unverified") == 0 ? 0 : -1;
}

int
tls_answer_read(struct tls_answer *a, const char *p, size_t n)
{
	*a = (struct tls_answer){ .yes = 0 };
	if (take_answer(a, p, p + n) == -1) {
		a->yes = 0;
		return errno = EPROTO, -1;
	}
	return 0;
}

size_t
tls_answer_write(char out[TLS_ANSWER], const struct tls_answer *a)
{
	if (a->yes)
		return (size_t)snprintf(out, TLS_ANSWER, "ok %s %s %s\n",
		    a->protocol, a->cipher, a->verified ? "verified" :
		    "unverified");
	return (size_t)snprintf(out, TLS_ANSWER, "failed %s\n", a->words);
}
