/* crypto - see crypto.h */
#include "tls/crypto.h"

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

static void
set_suites(br_ssl_engine_context *e, int fast_aes)
{
	static const uint16_t suites[] = {
		BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	};

	/* The six from the first, or from the third on. */
	br_ssl_engine_set_suites(e, suites + (fast_aes ? 2 : 0), 6);
}

void
tls_crypto(br_ssl_engine_context *e)
{
	int fast = has_fast_aes();

	br_ssl_engine_set_versions(e, BR_TLS12, BR_TLS12);
	set_suites(e, fast);
	br_ssl_engine_set_default_ec(e);
	br_ssl_engine_set_hash(e, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(e, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_prf_sha256(e, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(e, br_tls12_sha384_prf);
	set_aes(e, fast);
	set_chacha(e);
}
