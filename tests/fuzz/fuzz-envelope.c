/* fuzz-envelope - a header as ENVELOPE: always ten values in parentheses, whatever
 * octets the header has. */
#include "imaptext.h"

#include "text/envelope.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf b = BUF_MAX(1000 + n * 100), none = BUF_MAX(n / 2);
	const char *p;
	int i;

	MUST(envelope_add(&b, (const char *)data, n) == 0);
	MUST(imaptext_value(b.s, b.s + b.len) == b.s + b.len);
	p = b.s + 1;
	for (i = 0; i < 10; i++) {
		p = imaptext_value(p, b.s + b.len);
		MUST(*p == (i < 9 ? ' ' : ')'));
		p++;
	}
	MUST(p == b.s + b.len);
	MUST(envelope_add(&none, (const char *)data, n) == 0 || none.len == 0);
	buf_free(&b);
	buf_free(&none);
	return 0;
}
