/* fuzz-record - the notation of all our records: what reads well reads the same
 * when it is written again. */
#include "fuzz.h"

#include "text/record.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data, *p = in, *end = in + n;
	struct buf again = BUF_MAX(1u << 24);
	char key[RECORD_KEY + 1], copy[100];
	struct field f;
	uint64_t v;
	int r;

	while ((r = record_next(&p, end, &f)) == 1) {
		MUST(f.key_n > 0 && f.key_n <= RECORD_KEY);
		MUST(f.value == f.key + f.key_n + 1);
		MUST(f.value + f.n + 1 == p && p[-1] == '\n');
		memcpy(key, f.key, f.key_n);
		key[f.key_n] = '\0';
		MUST(field_is(&f, key));
		MUST((field_copy(&f, copy, sizeof(copy)) == 0) ==
		    (f.n < sizeof(copy)));
		(void)field_u64(&f, &v);
		MUST(record_add(&again, key, f.value, f.n) == 0);
	}
	MUST(r == -1 || p == end);
	MUST(again.len == (size_t)(p - in));
	MUST(again.len == 0 || memcmp(again.s, in, again.len) == 0);
	buf_free(&again);
	return 0;
}
