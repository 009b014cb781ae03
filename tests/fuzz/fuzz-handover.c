/* fuzz-handover - the record by which a session takes over a connection. */
#include "fuzz.h"

#include "net/handover.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data, *rest;
	size_t cap = n > 0 ? data[n - 1] % 70 + 1u : 1;
	char *tag = malloc(cap);

	MUST(tag != NULL);
	rest = handover_parse(in, n, tag, cap);
	if (rest != NULL) {
		MUST(rest >= in + 5 && rest <= in + n);
		MUST(rest - in <= HANDOVER_LINE);
		MUST(memcmp(in, "tag ", 4) == 0 && rest[-1] == '\n');
		MUST(strlen(tag) == (size_t)(rest - in) - 5);
		MUST(memcmp(tag, in + 4, strlen(tag)) == 0);
	}
	free(tag);
	return 0;
}
