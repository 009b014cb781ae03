/* fuzz-fromline - From_ lines quoted, in two pieces, and undone again. */
#include "fuzz.h"

#include "text/fromline.h"

/* Where a line begins: '>' off before any number of them and "From ". */
static void
undo(const struct buf *in, struct buf *out)
{
	size_t i = 0, j, end;

	while (i < in->len) {
		for (end = i; end < in->len && in->s[end] != '\n'; end++)
			;
		for (j = i; j < end && in->s[j] == '>'; j++)
			;
		if (end - j >= 5 && memcmp(in->s + j, "From ", 5) == 0) {
			MUST(j > i);	/* no line divides */
			i++;
		}
		MUST(buf_add(out, in->s + i, end - i) == 0);
		if (end < in->len)
			MUST(buf_add(out, "\n", 1) == 0);
		i = end + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf quoted = BUF_MAX(4 * n + 16), plain = BUF_MAX(4 * n + 16);
	struct from_quote q = { .quotes = 0 };
	const char *s = (const char *)data;
	size_t cut = n > 0 ? data[0] % (n + 1) : 0;

	MUST(from_quote(&q, s, cut, &quoted) == 0);
	MUST(from_quote(&q, s + cut, n - cut, &quoted) == 0);
	MUST(from_quote_end(&q, &quoted) == 0);
	MUST(quoted.len == 0 || quoted.s[quoted.len - 1] == '\n');
	undo(&quoted, &plain);
	MUST(plain.len == n + (n > 0 && s[n - 1] != '\n'));
	MUST(n == 0 || memcmp(plain.s, s, n) == 0);
	buf_free(&quoted);
	buf_free(&plain);
	return 0;
}
