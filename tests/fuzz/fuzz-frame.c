/* fuzz-frame - a stream of frames as a front sends it; and any words become an
 * answer that can be written. */
#include "fuzz.h"

#include "mail/job.h"
#include "net/frame.h"

static void
try_words(const char *s, size_t n)
{
	struct buf b = BUF_MAX(JOB_RECORD);
	struct answer a = { .number = n }, again;

	answer_set(&a, V_LATER, "4.3.0", "%.*s", (int)n, s);
	MUST(answer_format(&b, &a) == 0);
	MUST(answer_parse(b.s, b.len, &again) == 0);
	MUST(again.number == n && strcmp(again.why, a.why) == 0);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data;
	char head[FRAME_HEAD], type;
	size_t len;

	try_words(p, n);
	while (n >= FRAME_HEAD && frame_get_head(p, &type, &len) == 0) {
		MUST(len <= FRAME_MAX);
		MUST(type != FRAME_END || len == 0);
		frame_put_head(head, type, len);
		MUST(memcmp(head, p, FRAME_HEAD) == 0);
		p += FRAME_HEAD;
		n -= FRAME_HEAD;
		if (len > n)
			break;
		p += len;
		n -= len;
	}
	return 0;
}
