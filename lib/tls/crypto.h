/*
 * crypto - the algorithms that our TLS speaks, the same for both ends.
 *
 * TLS 1.2 alone; ECDHE with AES-GCM or ChaCha20-Poly1305, certificates with
 * ECDSA or RSA keys, SHA-256 and SHA-384. No CBC: each suite with it that
 * serves a client of today has one beside it without, and CBC's padding has
 * been broken too often. No plain RSA key exchange: no forward secrecy.
 */
#ifndef TLS_CRYPTO_H
#define TLS_CRYPTO_H

#include <bearssl.h>

/* Give an engine that was zeroed (br_ssl_server_zero) its algorithms; the ones
 * that this processor does fast come first. */
void tls_crypto(br_ssl_engine_context *e);

#endif
