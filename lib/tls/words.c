/* words - see words.h */
#include "tls/words.h"

#include <bearssl.h>
#include <stdio.h>

#define PROTOCOL_VERSION	70	/* an alert */
#define COUNT(a)	(sizeof(a) / sizeof(*(a)))

const struct tls_suite *
tls_suite(uint16_t id)
{
	static const struct tls_suite suites[] = {
		{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		    "ECDHE-ECDSA-AES128-GCM-SHA256", 128 },
		{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		    "ECDHE-ECDSA-AES256-GCM-SHA384", 256 },
		{ BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		    "ECDHE-ECDSA-CHACHA20-POLY1305", 256 },
		{ BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		    "ECDHE-RSA-AES128-GCM-SHA256", 128 },
		{ BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		    "ECDHE-RSA-AES256-GCM-SHA384", 256 },
		{ BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		    "ECDHE-RSA-CHACHA20-POLY1305", 256 },
		/* a client's, for old servers */
		{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
		    "ECDHE-ECDSA-AES128-SHA256", 128 },
		{ BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
		    "ECDHE-RSA-AES128-SHA256", 128 },
		{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
		    "ECDHE-ECDSA-AES256-SHA384", 256 },
		{ BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
		    "ECDHE-RSA-AES256-SHA384", 256 },
		{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		    "ECDHE-ECDSA-AES128-SHA", 128 },
		{ BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		    "ECDHE-RSA-AES128-SHA", 128 },
		{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
		    "ECDHE-ECDSA-AES256-SHA", 256 },
		{ BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
		    "ECDHE-RSA-AES256-SHA", 256 },
		{ BR_TLS_RSA_WITH_AES_128_GCM_SHA256,
		    "AES128-GCM-SHA256", 128 },
		{ BR_TLS_RSA_WITH_AES_256_GCM_SHA384,
		    "AES256-GCM-SHA384", 256 },
		{ BR_TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256", 128 },
		{ BR_TLS_RSA_WITH_AES_256_CBC_SHA256, "AES256-SHA256", 256 },
		{ BR_TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", 128 },
		{ BR_TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", 256 },
	};
	static const struct tls_suite unknown = { 0, "unknown", 0 };
	size_t i;

	for (i = 0; i < COUNT(suites); i++)
		if (suites[i].id == id)
			return suites + i;
	return &unknown;
}

static int
is_x509(int e)
{
	return e >= BR_ERR_X509_OK && e <= BR_ERR_X509_NOT_TRUSTED;
}

const char *
tls_error(int e)
{
	static const char *const words[] = {
		[BR_ERR_OK] = "none",
		[BR_ERR_BAD_PARAM] = "bad-parameter",
		[BR_ERR_BAD_STATE] = "bad-state",
		[BR_ERR_UNSUPPORTED_VERSION] = "not-tls",
		[BR_ERR_BAD_VERSION] = "version-changed",
		[BR_ERR_BAD_LENGTH] = "bad-length",
		[BR_ERR_TOO_LARGE] = "record-too-large",
		[BR_ERR_BAD_MAC] = "bad-mac",
		[BR_ERR_NO_RANDOM] = "no-entropy",
		[BR_ERR_UNKNOWN_TYPE] = "unknown-record",
		[BR_ERR_UNEXPECTED] = "unexpected-record",
		[BR_ERR_BAD_CCS] = "bad-change-cipher-spec",
		[BR_ERR_BAD_ALERT] = "bad-alert",
		[BR_ERR_BAD_HANDSHAKE] = "bad-handshake",
		[BR_ERR_OVERSIZED_ID] = "session-id-too-long",
		[BR_ERR_BAD_CIPHER_SUITE] = "bad-cipher-suite",
		[BR_ERR_BAD_COMPRESSION] = "bad-compression",
		[BR_ERR_BAD_FRAGLEN] = "bad-fragment-length",
		[BR_ERR_BAD_SECRENEG] = "bad-renegotiation",
		[BR_ERR_EXTRA_EXTENSION] = "extra-extension",
		[BR_ERR_BAD_SNI] = "bad-sni",
		[BR_ERR_BAD_HELLO_DONE] = "bad-hello-done",
		[BR_ERR_LIMIT_EXCEEDED] = "limit-exceeded",
		[BR_ERR_BAD_FINISHED] = "bad-finished",
		[BR_ERR_RESUME_MISMATCH] = "resume-mismatch",
		[BR_ERR_INVALID_ALGORITHM] = "invalid-algorithm",
		[BR_ERR_BAD_SIGNATURE] = "bad-signature",
		[BR_ERR_WRONG_KEY_USAGE] = "wrong-key-usage",
		[BR_ERR_NO_CLIENT_AUTH] = "no-client-certificate",
		[BR_ERR_IO] = "input-output",
		[BR_ERR_X509_EMPTY_CHAIN] = "no-certificate",
		[BR_ERR_X509_BAD_TIME] = "bad-time",
		[BR_ERR_X509_UNSUPPORTED] = "unsupported-key",
		[BR_ERR_X509_LIMIT_EXCEEDED] = "too-long",
		[BR_ERR_X509_WRONG_KEY_TYPE] = "wrong-key-type",
		[BR_ERR_X509_BAD_SIGNATURE] = "bad-signature",
		[BR_ERR_X509_EXPIRED] = "expired",
		[BR_ERR_X509_DN_MISMATCH] = "wrong-issuer",
		[BR_ERR_X509_BAD_SERVER_NAME] = "wrong-name",
		[BR_ERR_X509_CRITICAL_EXTENSION] = "critical-extension",
		[BR_ERR_X509_NOT_CA] = "issuer-no-ca",
		[BR_ERR_X509_FORBIDDEN_KEY_USAGE] = "forbidden-key-usage",
		[BR_ERR_X509_WEAK_PUBLIC_KEY] = "weak-key",
		[BR_ERR_X509_NOT_TRUSTED] = "not-trusted",
	};

	if (e >= BR_ERR_SEND_FATAL_ALERT)
		return "our-alert";
	if (e >= BR_ERR_RECV_FATAL_ALERT)
		return "peer-alert";
	if (e >= 0 && (size_t)e < COUNT(words) && words[e] != NULL)
		return words[e];
	return is_x509(e) ? "malformed" : "other";
}

const char *
tls_alert(int number)
{
	static const char *const words[] = {
		[10] = "unexpected-message",
		[20] = "bad-record-mac",
		[40] = "handshake-failure",
		[42] = "bad-certificate",
		[47] = "illegal-parameter",
		[48] = "unknown-ca",
		[50] = "decode-error",
		[51] = "decrypt-error",
		[PROTOCOL_VERSION] = "protocol-version",
		[71] = "insufficient-security",
		[80] = "internal-error",
		[112] = "unrecognized-name",
	};

	if (number < 0 || (size_t)number >= COUNT(words) ||
	    words[number] == NULL)
		return "other";
	return words[number];
}

void
tls_explain(char *out, size_t room, int e)
{
	int ours = e >= BR_ERR_SEND_FATAL_ALERT;
	int alert = e - (ours ? BR_ERR_SEND_FATAL_ALERT :
	    BR_ERR_RECV_FATAL_ALERT);

	if (e == BR_ERR_UNSUPPORTED_VERSION ||
	    e == BR_ERR_RECV_FATAL_ALERT + PROTOCOL_VERSION)
		snprintf(out, room, "TLS: the server does not speak TLS 1.2");
	else if (alert >= 0)
		snprintf(out, room, "%s sent the alert %d, %s", ours ? "we" :
		    "the server", alert, tls_alert(alert));
	else
		snprintf(out, room, "%s: %s", is_x509(e) ? "certificate" :
		    "TLS", tls_error(e));
}
