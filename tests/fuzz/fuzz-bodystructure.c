/* fuzz-bodystructure - a message's BODYSTRUCTURE and BODY are each one list of
 * IMAP's grammar, whatever octets the message has. */
#include "imaptext.h"

#include "text/bodystructure.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	struct buf b = BUF_MAX(100000 + n * 1000);
	struct mime m = { .n = 0 };
	int all;

	MUST(mime_parse(&m, in, n) == 0);
	for (all = 0; all < 2; all++) {
		b.len = 0;
		MUST(bodystructure_add(&b, &m, in, all) == 0);
		MUST(b.s[0] == '(');
		MUST(imaptext_value(b.s, b.s + b.len) == b.s + b.len);
	}
	mime_free(&m);
	buf_free(&b);
	return 0;
}
