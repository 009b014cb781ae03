/* anchors - see anchors.h */
#include "tls/anchors.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "text/base64.h"

#define BEGIN		"-----BEGIN CERTIFICATE-----"
#define END		"-----END CERTIFICATE-----"
#define PIECE_OCTETS	32768	/* of the bundle at once: two certificates */

/* Where the string s begins, or may begin and not be whole, or NULL. */
static const char *
find(const char *p, const char *end, const char *s)
{
	size_t n = strlen(s);

	for (; (p = memchr(p, *s, (size_t)(end - p))) != NULL; p++) {
		size_t there = (size_t)(end - p);

		if (memcmp(p, s, there < n ? there : n) == 0)
			return p;
	}
	return NULL;
}

/* What stands from p to end, without white space. Letters, or -1. */
static ssize_t
squeeze(char *out, size_t room, const char *p, const char *end)
{
	size_t n = 0;

	for (; p < end; p++) {
		if (*p == '\n' || *p == '\r' || *p == ' ' || *p == '\t')
			continue;
		if (n == room)
			return errno = EMSGSIZE, -1;
		out[n++] = *p;
	}
	return (ssize_t)n;
}

ssize_t
bundle_next(const char **p, const char *end, unsigned char der[ANCHOR_OCTETS])
{
	char letters[ANCHOR_OCTETS / 3 * 4];
	const char *begin = find(*p, end, BEGIN), *body, *stop;
	ssize_t n;

	*p = begin != NULL ? begin : end;
	if (begin == NULL || (size_t)(end - begin) < strlen(BEGIN))
		return 0;
	body = begin + strlen(BEGIN);
	stop = memchr(body, '-', (size_t)(end - body));
	if (stop == NULL || (size_t)(end - stop) < strlen(END))
		return 0;
	*p = stop;
	if (memcmp(stop, END, strlen(END)) != 0)
		return errno = EBADMSG, -1;
	*p += strlen(END);
	n = squeeze(letters, sizeof(letters), body, stop);
	if (n > 0)
		n = base64_decode((char *)der, ANCHOR_OCTETS, letters,
		    (size_t)n);
	if (n == 0 || (n == -1 && errno == EINVAL))
		return errno = EBADMSG, -1;
	return n;
}

/* Keep n octets. Where they are, or NULL. */
static unsigned char *
keep(struct anchors *a, const void *p, size_t n)
{
	unsigned char *at = a->room + a->used;

	if (n > sizeof(a->room) - a->used)
		return NULL;
	memcpy(at, p, n);
	a->used += n;
	return at;
}

static int
keep_key(struct anchors *a, br_x509_pkey *key)
{
	if (key->key_type == BR_KEYTYPE_EC) {
		key->key.ec.q = keep(a, key->key.ec.q, key->key.ec.qlen);
		return key->key.ec.q != NULL;
	}
	key->key.rsa.n = keep(a, key->key.rsa.n, key->key.rsa.nlen);
	key->key.rsa.e = keep(a, key->key.rsa.e, key->key.rsa.elen);
	return key->key.rsa.n != NULL && key->key.rsa.e != NULL;
}

/* Take the n octets of a certificate, if it is a CA's that we can use. */
static void
add(struct anchors *a, const unsigned char *der, size_t n, struct dn name)
{
	br_x509_trust_anchor *one = a->list + a->n;
	br_x509_decoder_context d;
	size_t was = a->used;

	br_x509_decoder_init(&d, 0, NULL);
	br_x509_decoder_push(&d, der, n);
	if (br_x509_decoder_last_error(&d) != 0 || !br_x509_decoder_isCA(&d))
		return;
	one->dn = (br_x500_name){ keep(a, name.p, name.n), name.n };
	one->flags = BR_X509_TA_CA;
	one->pkey = *br_x509_decoder_get_pkey(&d);
	if (one->dn.data != NULL && keep_key(a, &one->pkey))
		a->n++;
	else
		a->used = was;
}

static void
look_at(struct anchors *a, const unsigned char *der, size_t len,
    const struct dn *wanted, size_t n)
{
	struct der_names names;
	size_t i;

	if (der_names(der, len, &names) == -1)
		return;
	for (i = 0; i < n && a->n < ANCHORS_MAX; i++)
		if (dn_same(names.subject, wanted[i])) {
			add(a, der, len, names.subject);
			return;
		}
}

/* Look at the certificates in text. Where the next one may begin. */
static const char *
look_through(struct anchors *a, const char *p, const char *end,
    const struct dn *wanted, size_t n)
{
	unsigned char der[ANCHOR_OCTETS];
	ssize_t len;

	while ((len = bundle_next(&p, end, der)) != 0)
		if (len > 0)
			look_at(a, der, (size_t)len, wanted, n);
	return p;
}

int
anchors_find(struct anchors *a, int fd, const struct dn *wanted, size_t n)
{
	char piece[PIECE_OCTETS];
	size_t len = 0, sum = 0;

	a->n = a->used = 0;
	for (;;) {
		ssize_t got = pread(fd, piece + len, sizeof(piece) - len,
		    (off_t)sum);
		const char *left;

		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		len += (size_t)got;
		sum += (size_t)got;
		if (sum > BUNDLE_OCTETS)
			return errno = EFBIG, -1;
		left = look_through(a, piece, piece + len, wanted, n);
		if (left == piece && len == sizeof(piece))
			left = piece + len;	/* no end in sight */
		len -= (size_t)(left - piece);
		memmove(piece, left, len);
	}
}
