/* fuzz-header - a message's header: whole and in two pieces it is the same. */
#include "fuzz.h"

#include "base/buf.h"
#include "text/header.h"

static void
note(void *arg, const char *line, size_t n)
{
	struct buf *b = arg;
	size_t value_n = n + 1;
	const char *value;

	MUST(n > 0 && n <= HEADER_LINE);
	MUST(memchr(line, '\n', n) == NULL && memchr(line, ':', n) != NULL);
	MUST(line[0] != ' ' && line[0] != '\t' && line[0] != ':');
	value = header_value(line, n, "Delivered-To", &value_n);
	if (value != NULL) {
		MUST(value > line && value + value_n <= line + n);
		MUST(value_n == 0 || (value[0] != ' ' && value[0] != '\t'));
	}
	MUST(buf_add(b, line, n) == 0 && buf_add(b, "\n", 1) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct header a = { .n = 0 }, b = { .n = 0 };
	struct buf whole = BUF_MAX(1u << 24), pieces = whole;
	const char *in = (const char *)data + 2;
	size_t cut;

	if (n < 2)
		return 0;
	n -= 2;
	cut = (data[0] << 8u | data[1]) % (n + 1);
	header_scan(&a, in, n, note, &whole);
	header_scan(&b, in, cut, note, &pieces);
	header_scan(&b, in + cut, n - cut, note, &pieces);
	MUST(!a.done == !b.done);
	MUST(whole.len == pieces.len && (whole.len == 0 ||
	    memcmp(whole.s, pieces.s, whole.len) == 0));
	MUST(whole.len <= n + 1);
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
