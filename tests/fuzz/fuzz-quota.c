/* fuzz-quota - a maildirsize; and a quota that is read can be written again. */
#include "fuzz.h"

#include "text/quota.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	struct quota q, again;
	struct usage u;
	char text[QUOTA_OCTETS];
	int lines = quota_read(in, n, &q, &u);

	MUST(lines == -1 || (lines > 0 && n <= QUOTA_SIZE_FILE &&
	    u.octets >= 0 && u.messages >= 0));
	if (quota_parse(in, n, &q) == 0) {
		MUST(q.octets <= INT64_MAX && q.messages <= INT64_MAX);
		quota_format(text, &q);
		MUST(quota_parse(text, strlen(text), &again) == 0);
		MUST(again.octets == q.octets && again.messages == q.messages);
	}
	(void)quota_is_over(&q, &u);
	(void)quota_is_near(&q, &u);
	return 0;
}
