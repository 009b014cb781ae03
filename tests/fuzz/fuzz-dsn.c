/* fuzz-dsn - RFC 3461's parameters, and xtext both ways. */
#include "fuzz.h"

#include "text/dsn.h"
#include "text/esmtp.h"
#include "text/xtext.h"

static void
try_notify(const char *s, size_t n)
{
	char text[NOTIFY_OCTETS];
	int bits = notify_parse(s, n);

	if (bits == -1)
		return;
	MUST(bits == NOTIFY_NEVER || (bits > 0 && bits < 16 &&
	    (bits & NOTIFY_NEVER) == 0));
	notify_text(text, bits);
	MUST(strlen(text) < sizeof(text));
	MUST(notify_parse(text, strlen(text)) == bits);
}

static void
try_xtext(const char *s, size_t n)
{
	char *out = malloc(3 * n + 1), *back = malloc(n + 1);
	ssize_t r = xtext_encode(out, 3 * n + 1, s, n);

	MUST(out != NULL && back != NULL);
	MUST(r >= 0 && esmtp_is_xtext(out, (size_t)r));
	MUST(xtext_decode(back, n + 1, out, (size_t)r) == (ssize_t)n);
	MUST(memcmp(back, s, n) == 0);
	r = xtext_decode(out, n + 1, s, n);
	MUST((r >= 0) == esmtp_is_xtext(s, n));
	MUST(r <= (ssize_t)n);
	free(out);
	free(back);
}

/* What is taken may stand in a record and, decoded, in a line of a report. */
static void
check_shown(const char *s, size_t n)
{
	char plain[ORCPT_OCTETS + 1];
	ssize_t r = xtext_decode(plain, sizeof(plain), s, n), i;

	MUST(r > 0);
	for (i = 0; i < r; i++)
		MUST(plain[i] >= 32 && plain[i] < 127);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data, *semicolon;

	try_notify(s, n);
	try_xtext(s, n);
	if (ret_parse(s, n) != NULL)
		MUST(n == 4);
	if (envid_is(s, n)) {
		MUST(n <= ENVID_OCTETS);
		check_shown(s, n);
	}
	if (orcpt_is(s, n)) {
		semicolon = memchr(s, ';', n);
		MUST(n <= ORCPT_OCTETS && semicolon > s);
		check_shown(semicolon + 1, n - (size_t)(semicolon + 1 - s));
	}
	return 0;
}
