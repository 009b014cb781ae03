/* pem - see pem.h */
#include "tls/pem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BEGIN		"-----BEGIN "
#define END		"-----END "
#define DASHES		"-----"
#define KEY_OCTETS	4096	/* of a key as DER; RSA 4096 has 2400 */

struct text {
	const char	*p, *end;
};

/* An object: its label, and the base64 within. */
struct object {
	struct text	 label, body;
};

/* All ones if lo <= c <= hi, else 0. */
static uint32_t
within(uint32_t c, uint32_t lo, uint32_t hi)
{
	return 0 - (((lo - 1 - c) & (c - hi - 1)) >> 31);
}

/* The value of a base64 digit, or -1. No table and no branch: it may be part of
 * a key, and other processes can see which line of a cache was used. */
static int
digit(char d)
{
	uint32_t c = (unsigned char)d;

	return (int)((within(c, 'A', 'Z') & (c - 'A' + 1)) |
	    (within(c, 'a', 'z') & (c - 'a' + 27)) |
	    (within(c, '0', '9') & (c - '0' + 53)) |
	    (within(c, '+', '+') & 63) | (within(c, '/', '/') & 64)) - 1;
}

static int
is_space(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* The last octets, from n digits in bits and the '=' behind them. */
static ssize_t
decode_end(unsigned char *out, uint32_t bits, unsigned n, unsigned pads)
{
	if (n == 0 && pads == 0)
		return 0;
	if (n + pads != 4 || pads > 2)
		return errno = EBADMSG, -1;
	bits <<= 6 * pads;
	out[0] = (unsigned char)(bits >> 16);
	if (pads == 1)
		out[1] = (unsigned char)(bits >> 8);
	return 3 - (ssize_t)pads;
}

/* Octets written to out, or -1 with errno EBADMSG or EMSGSIZE. */
static ssize_t
decode(struct text t, unsigned char *out, size_t room)
{
	uint32_t bits = 0;
	unsigned n = 0, pads = 0;
	size_t len = 0;
	ssize_t last;

	for (; t.p < t.end; t.p++) {
		int v = digit(*t.p);

		if (*t.p == '=')
			pads++;
		if (*t.p == '=' || is_space(*t.p))
			continue;
		if (v < 0 || pads > 0)
			return errno = EBADMSG, -1;
		if (room - len < 3)
			return errno = EMSGSIZE, -1;
		bits = bits << 6 | (uint32_t)v;
		if (++n == 4) {
			out[len++] = (unsigned char)(bits >> 16);
			out[len++] = (unsigned char)(bits >> 8);
			out[len++] = (unsigned char)bits;
			n = 0;
		}
	}
	last = decode_end(out + len, bits, n, pads);
	return last == -1 ? -1 : (ssize_t)len + last;
}

/* Where the string s begins in t, or NULL. */
static const char *
find(struct text t, const char *s)
{
	return memmem(t.p, (size_t)(t.end - t.p), s, strlen(s));
}

/* Take the next object off t. 1; 0 if there is none; -1 with errno EBADMSG. */
static int
next_object(struct text *t, struct object *o)
{
	const char *p = find(*t, BEGIN);

	if (p == NULL)
		return 0;
	o->label.p = t->p = p + strlen(BEGIN);
	o->label.end = p = find(*t, DASHES);
	if (p == NULL)
		return errno = EBADMSG, -1;
	o->body.p = t->p = p + strlen(DASHES);
	o->body.end = p = find(*t, END);
	if (p == NULL)
		return errno = EBADMSG, -1;
	t->p = p + strlen(END);
	return 1;
}

static int
is(struct text t, const char *s)
{
	size_t n = (size_t)(t.end - t.p);

	return n == strlen(s) && memcmp(t.p, s, n) == 0;
}

static int
take_certificate(struct pem *p, struct text body)
{
	br_x509_certificate *c = p->chain + p->chain_len;
	ssize_t n;

	if (p->chain_len == PEM_CHAIN_MAX)
		return errno = EMSGSIZE, -1;
	c->data = p->der + p->der_len;
	n = decode(body, c->data, sizeof(p->der) - p->der_len);
	if (n == -1)
		return -1;
	c->data_len = (size_t)n;
	p->der_len += (size_t)n;
	p->chain_len++;
	return 0;
}

/* A key of a kind that we cannot use is as good as none. */
static int
take_key(struct pem *p, struct text body)
{
	unsigned char der[KEY_OCTETS];
	ssize_t n = decode(body, der, sizeof(der));

	if (n != -1) {
		br_skey_decoder_init(&p->key);
		br_skey_decoder_push(&p->key, der, (size_t)n);
		p->key_type = br_skey_decoder_last_error(&p->key) != 0 ? 0 :
		    br_skey_decoder_key_type(&p->key);
	}
	explicit_bzero(der, sizeof(der));
	return n == -1 ? -1 : 0;
}

static int
take_objects(struct pem *p, struct text t, unsigned want)
{
	struct object o;
	int r;

	while ((r = next_object(&t, &o)) == 1) {
		if ((want & PEM_CHAIN) && is(o.label, "CERTIFICATE"))
			r = take_certificate(p, o.body);
		else if ((want & PEM_KEY) && p->key_type == 0 &&
		    (is(o.label, "PRIVATE KEY") ||
		    is(o.label, "EC PRIVATE KEY") ||
		    is(o.label, "RSA PRIVATE KEY")))
			r = take_key(p, o.body);
		if (r == -1)
			return -1;
	}
	return r;
}

/* Octets read, or -1 with errno. */
static ssize_t
read_all(int fd, char *s, size_t room)
{
	size_t len = 0;

	for (;;) {
		ssize_t n = read(fd, s + len, room - len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		len += (size_t)n;
		if (n == 0)
			return (ssize_t)len;
		if (len == room)
			return errno = EMSGSIZE, -1;
	}
}

int
pem_read(struct pem *p, int fd, unsigned want)
{
	char file[PEM_FILE_OCTETS + 1];
	ssize_t n = read_all(fd, file, sizeof(file));
	int r = -1, e;

	if (n != -1)
		r = take_objects(p, (struct text){ file, file + n }, want);
	e = errno;
	explicit_bzero(file, n == -1 ? sizeof(file) : (size_t)n);
	errno = e;
	return r;
}

void
pem_forget_key(struct pem *p)
{
	explicit_bzero(&p->key, sizeof(p->key));
	p->key_type = 0;
}
