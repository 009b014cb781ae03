/* fuzz-base64 - what can be decoded is encoded as the same letters; what is
 * encoded can be decoded. */
#include "fuzz.h"

#include "text/base64.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	char octets[300], letters[BASE64_ROOM(300)];
	ssize_t r = base64_decode(octets, sizeof(octets), in, n);
	size_t len;

	if (r >= 0) {
		len = base64_encode(letters, octets, (size_t)r);
		MUST(len == n && memcmp(letters, in, n) == 0);
	}
	if (n > sizeof(octets))
		n = sizeof(octets);
	len = base64_encode(letters, in, n);
	MUST(len == BASE64_ROOM(n) - 1 && letters[len] == '\0');
	MUST(base64_decode(octets, n, letters, len) == (ssize_t)n);
	MUST(memcmp(octets, in, n) == 0);
	return 0;
}
