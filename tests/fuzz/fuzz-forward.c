/* fuzz-forward - the text of a .forward and of a .qmail file. */
#include "fuzz.h"

#include "text/forward.h"

static void
check(int kind, const struct buf *b)
{
	size_t i;

	MUST(b->len > 0);
	for (i = 0; i < b->len; i++)
		MUST((unsigned char)b->s[i] >= 32 && b->s[i] != 127);
	MUST((kind == FORWARD_PROGRAM) == (b->s[0] == '|' && b->len > 1) ||
	    kind == FORWARD_ADDRESS || kind == FORWARD_INCLUDE);
	MUST(kind != FORWARD_FILE || b->s[0] == '/' || b->s[0] == '.');
}

static void
read_all(int (*next)(struct forward_text *, struct buf *), const char *s,
    size_t n)
{
	struct forward_text t = { .p = s, .end = s + n };
	struct buf b = BUF_MAX(FORWARD_TEXT);
	size_t i, rounds = 0;
	unsigned lines = 1;
	int kind;

	for (i = 0; i < n; i++)
		lines += s[i] == '\n';
	while ((kind = next(&t, &b)) > 0) {
		check(kind, &b);
		MUST(t.p >= s && t.p <= t.end && ++rounds <= n);
		MUST(t.line >= 1 && t.line <= lines);
	}
	MUST(kind == 0 ? t.p == t.end : t.wrong != NULL || n > FORWARD_TEXT);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_all(forward_next, (const char *)data, n);
	read_all(qmail_next, (const char *)data, n);
	return 0;
}
