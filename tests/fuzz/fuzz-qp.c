/* fuzz-qp - quoted-printable: a naive decoder gets back what went in, from lines
 * that every server takes. */
#include "fuzz.h"

#include "base/buf.h"
#include "text/qp.h"

static int
digit(char c)
{
	const char *at = strchr("0123456789ABCDEF", c);

	MUST(c != '\0' && at != NULL);
	return (int)(at - "0123456789ABCDEF");
}

static void
decode(const struct buf *b, struct buf *out)
{
	size_t i;
	char c;

	for (i = 0; i < b->len; i++) {
		c = b->s[i];
		if (c == '=' && i + 1 < b->len && b->s[i + 1] == '\n') {
			i++;
			continue;
		}
		if (c == '=') {
			MUST(i + 2 < b->len);
			c = (char)(digit(b->s[i + 1]) << 4 | digit(b->s[i + 2]));
			i += 2;
		}
		MUST(buf_add(out, &c, 1) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf b = BUF_MAX(8 * n + 8), back = BUF_MAX(n);
	size_t i, line = 0;

	MUST(qp_encode(&b, (const char *)data, n) == 0);
	for (i = 0; i < b.len; i++) {
		if (b.s[i] == '\n') {
			MUST(line == 0 || (b.s[i - 1] != ' ' &&
			    b.s[i - 1] != '\t'));
			line = 0;
			continue;
		}
		MUST(++line <= QP_LINE);
		MUST(b.s[i] == '\t' || (b.s[i] >= 32 && b.s[i] < 127));
	}
	decode(&b, &back);
	MUST(back.len == n && (n == 0 || memcmp(back.s, data, n) == 0));
	buf_free(&b);
	buf_free(&back);
	return 0;
}
