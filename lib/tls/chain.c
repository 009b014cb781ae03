/* chain - see chain.h */
#include "tls/chain.h"

#include <string.h>

#include "sys/clock.h"

#define RSA_LEAST	256		/* octets */
#define DAY_S		86400
#define DAYS_TO_1970	719528		/* from January 1st of the year 0 */

static void
start_chain(const br_x509_class **me, const char *name)
{
	struct chain *c = (struct chain *)me;

	(void)name;			/* ours are in c */
	c->error = BR_ERR_X509_NOT_TRUSTED;
	c->n = 0;
	c->too_long = 0;
}

static size_t
used(const struct chain *c)
{
	return c->n == 0 ? 0 : c->end[c->n - 1];
}

static void
start_cert(const br_x509_class **me, uint32_t len)
{
	struct chain *c = (struct chain *)me;
	size_t at = used(c);

	if (c->n == CHAIN_CERTS || len > sizeof(c->der) - at)
		c->too_long = 1;
	if (!c->too_long)
		c->end[c->n++] = at;
}

static void
append(const br_x509_class **me, const unsigned char *p, size_t n)
{
	struct chain *c = (struct chain *)me;
	size_t at = used(c);

	if (c->too_long || n > sizeof(c->der) - at)
		return;
	memcpy(c->der + at, p, n);
	c->end[c->n - 1] += n;
}

static void
end_cert(const br_x509_class **me)
{
	(void)me;
}

static struct dn
certificate(const struct chain *c, size_t i)
{
	size_t from = i == 0 ? 0 : c->end[i - 1];

	return (struct dn){ c->der + from, c->end[i] - from };
}

static void
find_anchors(struct chain *c)
{
	struct dn issuers[CHAIN_CERTS];
	struct der_names names;
	size_t i, n = 0;

	c->anchors.n = 0;
	for (i = 0; i < c->n; i++) {
		struct dn one = certificate(c, i);

		if (der_names(one.p, one.n, &names) == 0)
			issuers[n++] = names.issuer;
	}
	if (c->bundle != -1)
		(void)anchors_find(&c->anchors, c->bundle, issuers, n);
}

static void
ready_minimal(br_x509_minimal_context *m, const struct anchors *a)
{
	uint64_t now_s = clock_wall_us() / 1000000;

	br_x509_minimal_init(m, &br_sha256_vtable, a->list, a->n);
	br_x509_minimal_set_hash(m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(m, br_rsa_pkcs1_vrfy_get_default());
	br_x509_minimal_set_ecdsa(m, br_ec_get_default(),
	    br_ecdsa_vrfy_asn1_get_default());
	br_x509_minimal_set_minrsa(m, RSA_LEAST);
	br_x509_minimal_set_time(m, (uint32_t)(now_s / DAY_S) + DAYS_TO_1970,
	    (uint32_t)(now_s % DAY_S));
}

/* BearSSL's error for the chain, with this name. */
static int
check_name(struct chain *c, const char *name)
{
	br_x509_minimal_context *m = &c->minimal;
	size_t i;

	ready_minimal(m, &c->anchors);
	m->vtable->start_chain(&m->vtable, name);
	for (i = 0; i < c->n; i++) {
		struct dn one = certificate(c, i);

		m->vtable->start_cert(&m->vtable, (uint32_t)one.n);
		m->vtable->append(&m->vtable, one.p, one.n);
		m->vtable->end_cert(&m->vtable);
	}
	return (int)m->vtable->end_chain(&m->vtable);
}

/* A wrong name is found in the first certificate, before a signature is looked
 * at: to try many costs little. */
static int
check(struct chain *c)
{
	int e = BR_ERR_X509_BAD_SERVER_NAME;
	size_t i;

	if (c->too_long)
		return BR_ERR_X509_LIMIT_EXCEEDED;
	find_anchors(c);
	for (i = 0; i < c->names && e == BR_ERR_X509_BAD_SERVER_NAME; i++)
		e = check_name(c, c->name[i]);
	return e;
}

/* The key is taken whatever else the certificate says. */
static int
take_key(struct chain *c)
{
	struct dn first = certificate(c, 0);

	br_x509_decoder_init(&c->leaf, 0, NULL);
	br_x509_decoder_push(&c->leaf, first.p, first.n);
	return br_x509_decoder_last_error(&c->leaf);
}

static unsigned
end_chain(const br_x509_class **me)
{
	struct chain *c = (struct chain *)me;
	int e = BR_ERR_X509_EMPTY_CHAIN;

	if (c->n > 0)
		e = take_key(c);
	else if (c->too_long)
		e = BR_ERR_X509_LIMIT_EXCEEDED;
	if (e != BR_ERR_OK)
		return (unsigned)(c->error = e);
	c->error = check(c);
	c->usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
	if (!c->strict)
		return BR_ERR_OK;
	if (c->error == BR_ERR_OK)
		(void)c->minimal.vtable->get_pkey(&c->minimal.vtable,
		    &c->usages);
	return (unsigned)c->error;
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *me, unsigned *usages)
{
	const struct chain *c = (const struct chain *)me;

	if (usages != NULL)
		*usages = c->usages;
	return &c->leaf.pkey;
}

void
chain_begin(struct chain *c, br_ssl_engine_context *e)
{
	static const br_x509_class class = {
		sizeof(struct chain), start_chain, start_cert, append, end_cert,
		end_chain, get_pkey
	};

	c->vtable = &class;
	c->error = BR_ERR_X509_NOT_TRUSTED;
	br_ssl_engine_set_x509(e, &c->vtable);
}
