/* crypto - see crypto.h */
#include "tls/crypto.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

/* BearSSL's own br_ssl_server_init_full_* ask the processor for each algorithm
 * anew, ten CPUID in all, and in a virtual machine each of them is a trap of
 * 6 us. We ask once. */
#define AES_PCLMUL_SSE41	(1u << 25 | 1u << 1 | 1u << 19)

static int
has_fast_aes(void)
{
#ifdef __x86_64__
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) != 0 &&
	    (c & AES_PCLMUL_SSE41) == AES_PCLMUL_SSE41;
#else
	return 0;
#endif
}

static void
set_aes(br_ssl_engine_context *e, int fast)
{
	br_ssl_engine_set_gcm(e, &br_sslrec_in_gcm_vtable,
	    &br_sslrec_out_gcm_vtable);
#ifdef __x86_64__
	if (fast) {
		br_ssl_engine_set_aes_ctr(e, &br_aes_x86ni_ctr_vtable);
		br_ssl_engine_set_ghash(e, br_ghash_pclmul);
		return;
	}
#endif
	(void)fast;
	br_ssl_engine_set_aes_ctr(e, &br_aes_ct64_ctr_vtable);
	br_ssl_engine_set_ghash(e, br_ghash_ctmul64);
}

static void
set_chacha(br_ssl_engine_context *e)
{
	br_poly1305_run poly = br_poly1305_ctmulq_get();

	br_ssl_engine_set_chapol(e, &br_sslrec_in_chapol_vtable,
	    &br_sslrec_out_chapol_vtable);
	br_ssl_engine_set_poly1305(e, poly != 0 ? poly : br_poly1305_ctmul_run);
#ifdef __x86_64__
	br_ssl_engine_set_chacha20(e, br_chacha20_sse2_run);
#else
	br_ssl_engine_set_chacha20(e, br_chacha20_ct_run);
#endif
}

/* Behind the strict ones, from the better to the worse. */
#define OLD_SUITES \
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, \
	BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, \
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, \
	BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, \
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, \
	BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, \
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, \
	BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, \
	BR_TLS_RSA_WITH_AES_128_GCM_SHA256, \
	BR_TLS_RSA_WITH_AES_256_GCM_SHA384, \
	BR_TLS_RSA_WITH_AES_128_CBC_SHA256, \
	BR_TLS_RSA_WITH_AES_256_CBC_SHA256, \
	BR_TLS_RSA_WITH_AES_128_CBC_SHA, \
	BR_TLS_RSA_WITH_AES_256_CBC_SHA

#define STRICT	6		/* suites */

static void
set_suites(br_ssl_engine_context *e, int fast_aes, int strict)
{
	static const uint16_t chacha_first[] = {
		BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		OLD_SUITES
	};
	static const uint16_t aes_first[] = {
		BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		OLD_SUITES
	};

	br_ssl_engine_set_suites(e, fast_aes ? aes_first : chacha_first,
	    strict ? STRICT : sizeof(aes_first) / sizeof(*aes_first));
}

static void
set_strict(br_ssl_engine_context *e, int fast)
{
	br_ssl_engine_set_versions(e, BR_TLS12, BR_TLS12);
	set_suites(e, fast, 1);
	br_ssl_engine_set_default_ec(e);
	br_ssl_engine_set_hash(e, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(e, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_prf_sha256(e, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(e, br_tls12_sha384_prf);
	set_aes(e, fast);
	set_chacha(e);
}

static void
set_cbc(br_ssl_engine_context *e, int fast)
{
	br_ssl_engine_set_cbc(e, &br_sslrec_in_cbc_vtable,
	    &br_sslrec_out_cbc_vtable);
#ifdef __x86_64__
	if (fast) {
		br_ssl_engine_set_aes_cbc(e, &br_aes_x86ni_cbcenc_vtable,
		    &br_aes_x86ni_cbcdec_vtable);
		return;
	}
#endif
	(void)fast;
	br_ssl_engine_set_aes_cbc(e, &br_aes_ct64_cbcenc_vtable,
	    &br_aes_ct64_cbcdec_vtable);
}

void
tls_crypto(br_ssl_engine_context *e)
{
	set_strict(e, has_fast_aes());
}

void
tls_crypto_client(br_ssl_client_context *c, int strict)
{
	br_ssl_engine_context *e = &c->eng;
	int fast = has_fast_aes();

	set_strict(e, fast);
	br_ssl_engine_set_hash(e, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_rsavrfy(e, br_rsa_pkcs1_vrfy_get_default());
	br_ssl_engine_set_ecdsa(e, br_ecdsa_vrfy_asn1_get_default());
	if (strict)
		return;
	set_suites(e, fast, 0);
	set_cbc(e, fast);
	br_ssl_engine_set_hash(e, br_sha1_ID, &br_sha1_vtable);
	br_ssl_client_set_rsapub(c, br_rsa_public_get_default());
}

#define ENTROPY_OCTETS	32

int
tls_entropy(br_ssl_engine_context *e)
{
	unsigned char octets[ENTROPY_OCTETS];
	ssize_t n;

	do
		n = getrandom(octets, sizeof(octets), 0);
	while (n == -1 && errno == EINTR);
	if (n != sizeof(octets))
		return -1;
	br_ssl_engine_inject_entropy(e, octets, sizeof(octets));
	explicit_bzero(octets, sizeof(octets));
	return 0;
}
