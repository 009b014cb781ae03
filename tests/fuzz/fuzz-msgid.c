/* fuzz-msgid - the ids of a References field. */
#include "fuzz.h"

#include "text/msgid.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data, *p = in, *was = p;
	uint64_t all[MSGID_REFERENCES];
	char id[MSGID_OCTETS];
	size_t k, count = 0;

	while ((k = msgid_next(&p, in + n, id)) > 0) {
		MUST(p > was && p <= in + n && k >= 3 && k <= MSGID_OCTETS);
		MUST(memchr(id, '@', k) != NULL);
		was = p;
		count++;
	}
	MUST(p == in + n);
	k = msgid_references(in, n, all);
	MUST(k == (count < MSGID_REFERENCES ? count : MSGID_REFERENCES));
	return 0;
}
