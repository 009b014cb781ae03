/* policy - what BearSSL asks us in a handshake: which certificate, which suite,
 * and to sign. */
#include "session.h"

#include <string.h>

#include "base/exits.h"
#include "sys/log.h"
#include "tls/crypto.h"

/* The hash for our signature, or 0: bit x of hashes is BearSSL's hash x. */
static unsigned
choose_hash(uint32_t hashes)
{
	if (hashes & (1u << br_sha256_ID))
		return br_sha256_ID;
	return hashes & (1u << br_sha384_ID) ? br_sha384_ID : 0;
}

/* The suites come in our order; the first whose certificate we have is it. */
static int
choose(const br_ssl_server_policy_class **me, const br_ssl_server_context *tls,
    br_ssl_server_choices *out)
{
	struct policy *p = (struct policy *)me;
	uint32_t hashes = br_ssl_server_get_client_hashes(tls);
	unsigned hash, exchange = BR_SSLKEYX_ECDHE_RSA;
	const br_suite_translated *suites;
	size_t i, n;

	p->pem = certificate_for(p->session,
	    br_ssl_engine_get_server_name(&tls->eng));
	if (p->pem->key_type == BR_KEYTYPE_EC) {
		exchange = BR_SSLKEYX_ECDHE_ECDSA;
		hashes >>= 8;
	}
	hash = choose_hash(hashes);
	suites = br_ssl_server_get_client_suites(tls, &n);
	for (i = 0; i < n && hash != 0; i++)
		if (suites[i][1] >> 12 == exchange) {
			out->cipher_suite = suites[i][0];
			out->algo_id = 0xff00 + hash;
			out->chain = p->pem->chain;
			out->chain_len = p->pem->chain_len;
			return 1;
		}
	return 0;
}

/* For key exchange without ECDHE, of which we offer none. */
static uint32_t
decrypt(const br_ssl_server_policy_class **me, unsigned char *octets, size_t *n)
{
	(void)me, (void)octets, (void)n;
	return 0;
}

#define HASH_MAX	48
#define ECDSA_MAX	139	/* octets of a signature with P-521 */

static size_t
sign_ecdsa(const br_ec_private_key *key, unsigned hash, unsigned char *octets,
    const unsigned char *value, size_t room)
{
	if (room < ECDSA_MAX)
		return 0;
	return br_ecdsa_sign_asn1_get_default()(br_ec_get_default(),
	    hash == br_sha256_ID ? &br_sha256_vtable : &br_sha384_vtable, value,
	    key, octets);
}

static size_t
sign_rsa(const br_rsa_private_key *key, unsigned hash, unsigned char *octets,
    const unsigned char *value, size_t n, size_t room)
{
	const unsigned char *oid = hash == br_sha256_ID ? BR_HASH_OID_SHA256 :
	    BR_HASH_OID_SHA384;
	size_t len = (key->n_bitlen + 7) / 8;

	if (len > room || !br_rsa_pkcs1_sign_get_default()(oid, value, n, key,
	    octets))
		return 0;
	return len;
}

/* Sign the n octets of a hash; the signature, up to room octets, replaces
 * them. */
static size_t
sign(const br_ssl_server_policy_class **me, unsigned algorithm,
    unsigned char *octets, size_t n, size_t room)
{
	const struct pem *pem = ((struct policy *)me)->pem;
	unsigned char value[HASH_MAX];
	unsigned hash = algorithm & 0xff;

	if (n > sizeof(value))
		return 0;
	memcpy(value, octets, n);
	if (pem->key_type == BR_KEYTYPE_EC)
		return sign_ecdsa(br_skey_decoder_get_ec(&pem->key), hash,
		    octets, value, room);
	return sign_rsa(br_skey_decoder_get_rsa(&pem->key), hash, octets, value,
	    n, room);
}

void
ready_tls(struct session *s)
{
	static const br_ssl_server_policy_class class = {
		sizeof(struct policy), choose, decrypt, sign
	};
	br_ssl_engine_context *e = &s->tls.eng;

	br_ssl_server_zero(&s->tls);
	tls_crypto(e);
	br_ssl_engine_set_all_flags(e, BR_OPT_ENFORCE_SERVER_PREFERENCES |
	    BR_OPT_NO_RENEGOTIATION);
	s->policy = (struct policy){ .vtable = &class, .session = s };
	br_ssl_server_set_policy(&s->tls, &s->policy.vtable);
	br_ssl_engine_set_buffer(e, s->records, sizeof(s->records), 1);
	if (tls_entropy(e) == -1)
		die(EXIT_TEMP, "getrandom:");
	if (!br_ssl_server_reset(&s->tls))
		die(EXIT_BUG, "BearSSL: error %d", br_ssl_engine_last_error(e));
}
