/* fuzz-mutf7 - what decodes is UTF-8 and encodes to the same octets; what encodes
 * decodes to the same. */
#include "fuzz.h"

#include "text/mutf7.h"
#include "text/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	char *a = malloc(MUTF7_ENCODED(n) + 1);
	char *b = malloc(MUTF7_ENCODED(n) * 2 + 1);
	ssize_t k = mutf7_decode(a, MUTF7_DECODED(n), in, n), again;

	if (k != -1) {
		MUST(utf8_is_valid(a, (size_t)k));
		again = mutf7_encode(b, n, a, (size_t)k);
		MUST(again == (ssize_t)n && memcmp(b, in, n) == 0);
	}
	k = mutf7_encode(a, MUTF7_ENCODED(n), in, n);
	if (k != -1) {
		again = mutf7_decode(b, MUTF7_DECODED((size_t)k), a, (size_t)k);
		MUST(again == (ssize_t)n && memcmp(b, in, n) == 0);
	}
	free(a);
	free(b);
	return 0;
}
