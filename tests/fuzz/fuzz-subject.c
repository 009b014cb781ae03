/* fuzz-subject - the value of a field decoded, and its base subject. */
#include "fuzz.h"

#include "text/decoded.h"
#include "text/subject.h"
#include "text/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	struct buf b = BUF_MAX(4 * n + 10), base = BUF_MAX(4 * n + 10);
	size_t i;

	MUST(buf_adds(&base, "x") == 0);
	MUST(decoded_add(&b, in, n) == 0);
	MUST(!utf8_is_valid(in, n) || b.len == 0 || utf8_is_valid(b.s, b.len));
	for (i = 0; i < b.len; i++) {
		MUST(b.s[i] != '\0' && b.s[i] != '\n' && b.s[i] != '\r');
		MUST(b.s[i] != ' ' || (i > 0 && b.s[i - 1] != ' '));
	}
	MUST(b.len == 0 || b.s[b.len - 1] != ' ');
	MUST(subject_base(&base, in, n) >= 0);
	MUST(base.len >= 1 && base.s[0] == 'x');
	MUST(n > SUBJECT_OCTETS || base.len <= b.len + 1);
	buf_free(&b);
	buf_free(&base);
	return 0;
}
