/* fuzz-chain - a server's certificates: cut into pieces in any way, they are never
 * good without an anchor, and the key is there if the handshake may go on. */
#include "fuzz.h"

#include "tls/chain.h"

static br_ssl_client_context tls;
static struct chain c;

/* Each certificate is its length in two octets and itself; the last one may be
 * said longer than it is, as BearSSL never does: it counts only what came. */
static unsigned
push(const uint8_t *p, size_t n, size_t piece)
{
	const br_x509_class **me = &c.vtable;

	(*me)->start_chain(me, "other.example");
	while (n >= 2) {
		size_t len = (size_t)p[0] << 8 | p[1], k;

		(*me)->start_cert(me, (uint32_t)len);
		p += 2;
		n -= 2;
		if (len > n)
			len = n;
		for (k = 0; k < len; k += piece)
			(*me)->append(me, p + k, len - k < piece ? len - k :
			    piece);
		(*me)->end_cert(me);
		p += len;
		n -= len;
	}
	return (*me)->end_chain(me);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned usages, r, whole;
	int error;

	memset(&c, 0, sizeof(c));
	c.bundle = -1;
	c.name[c.names++] = "mail.example.org";
	chain_begin(&c, &tls.eng);
	r = push(data, n, n + 1);
	error = c.error;
	MUST(error != BR_ERR_OK);
	if (r == BR_ERR_OK) {
		const br_x509_pkey *key = c.vtable->get_pkey(
		    (const br_x509_class *const *)&c.vtable, &usages);

		MUST(key->key_type == BR_KEYTYPE_RSA ||
		    key->key_type == BR_KEYTYPE_EC);
		MUST(usages == (BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN));
	}
	MUST(push(data, n, 7) == r && c.error == error);
	c.strict = 1;
	whole = push(data, n, 1000);
	MUST(whole != BR_ERR_OK && (int)whole == c.error && c.error == error);
	return 0;
}
