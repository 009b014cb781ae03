/* fuzz-host - the text of a local-host-names file. */
#include "fuzz.h"

#include "text/table.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct table_text t = { .p = (const char *)data,
	    .end = (const char *)data + n };
	struct buf b = BUF_MAX(DOMAIN_OCTETS);
	unsigned before = 0;
	size_t i;
	int r;

	while ((r = host_next(&t, &b)) == 1) {
		MUST(t.line > before);
		before = t.line;
		MUST(domain_is_valid(b.s, b.len));
		for (i = 0; i < b.len; i++)
			MUST(b.s[i] < 'A' || b.s[i] > 'Z');
	}
	if (r == 0)
		MUST(t.p == t.end && t.wrong == NULL);
	else
		MUST(t.wrong != NULL && t.line > before);
	buf_free(&b);
	return 0;
}
