/* fuzz-seqset - sets of numbers: settled they are sorted, apart, say the same when
 * they are read again, and have what a plain look at the text says. */
#include "fuzz.h"

#include "text/seqset.h"

#define MAX	100

/* Is v in the set, range by range as it was written? */
static int
plainly(const struct seqset *s, uint32_t v)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		uint32_t a = s->range[i].from, b = s->range[i].to;

		a = a == SEQSET_STAR ? MAX : a;
		b = b == SEQSET_STAR ? MAX : b;
		if ((v >= a && v <= b) || (v >= b && v <= a))
			return 1;
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data, *p = in;
	struct seqset s = { .n = 0 }, again = { .n = 0 };
	struct buf b = BUF_MAX(30 * n + 100);
	char has[2 * MAX];
	uint32_t v;
	size_t i;

	if (seqset_parse(&s, &p, in + n) == -1) {
		MUST(p == in && s.n == 0);
		seqset_free(&s);
		return 0;
	}
	MUST(p > in && p <= in + n);
	for (v = 0; v < 2 * MAX; v++)
		has[v] = (char)plainly(&s, v);
	seqset_settle(&s, MAX);
	for (v = 1; v < 2 * MAX; v++)
		MUST(seqset_has(&s, v) == has[v]);
	for (i = 0; i < s.n; i++) {
		MUST(s.range[i].from > 0 && s.range[i].from <= s.range[i].to);
		MUST(i == 0 || s.range[i].from - 1 > s.range[i - 1].to);
	}
	MUST(seqset_text(&s, &b) == 0);
	if (s.n > 0) {
		p = b.s;
		MUST(seqset_parse(&again, &p, b.s + b.len) == 0);
		MUST(p == b.s + b.len && again.n == s.n);
		MUST(memcmp(s.range, again.range, s.n * sizeof(*s.range)) == 0);
	}
	seqset_free(&s);
	seqset_free(&again);
	buf_free(&b);
	return 0;
}
