/*
 * crypto - the algorithms that our TLS speaks.
 *
 * TLS 1.2 alone. The strict suites: ECDHE with AES-GCM or ChaCha20-Poly1305,
 * certificates with ECDSA or RSA keys, SHA-256 and better. No CBC: each suite
 * with it that serves a client of today has one beside it without, and CBC's
 * padding has been broken too often. No plain RSA key exchange: no forward secrecy.
 *
 * The wide ones have both behind these, and SHA-1: what an old server still
 * needs, where clear text would be the other choice (RFC 7435). Never 3DES, RC4.
 */
#ifndef TLS_CRYPTO_H
#define TLS_CRYPTO_H

#include <bearssl.h>

/* Give an engine that was zeroed (br_ssl_server_zero) the strict algorithms; the
 * ones that this processor does fast come first. */
void tls_crypto(br_ssl_engine_context *e);

/* The same for a client (br_ssl_client_zero); the wide ones if !strict. */
void tls_crypto_client(br_ssl_client_context *c, int strict);

/* Give the engine randomness from the kernel. 0, or -1 with errno. */
int tls_entropy(br_ssl_engine_context *e);

#endif
