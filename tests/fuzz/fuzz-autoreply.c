/* fuzz-autoreply - a message's header, and a memory. */
#include "fuzz.h"

#include "text/autoreply.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const own[] = { "bob@example.org", NULL };
	const char *in = (const char *)data;
	struct buf out = BUF_MAX(AUTOREPLY_MEMORY), again = out;

	(void)autoreply_why_not(in, n, "alice@example.net", own);
	if (autoreply_remember(in, n, "alice@example.net", 2000000, 604800,
	    &out) == 1)
		MUST(autoreply_remember(out.s, out.len, "Alice@Example.net",
		    2000001, 604800, &again) == 0);
	buf_free(&out);
	buf_free(&again);
	return 0;
}
