/* fuzz-alias - the text of an aliases file, and of a virtusertable. */
#include "fuzz.h"

#include <string.h>

#include "text/alias.h"
#include "text/target.h"

/* No control octet; an address is in lower case. */
static void
check_target(const char *s, size_t n)
{
	enum target_kind kind = target_kind(s, n);
	char code[12];
	const char *text;
	size_t text_n, i;

	MUST(n > 0);
	for (i = 0; i < n; i++) {
		MUST((unsigned char)s[i] >= 32 && s[i] != 127);
		if (kind == TARGET_ADDRESS)
			MUST((unsigned char)s[i] < 127 && (s[i] < 'A' ||
			    s[i] > 'Z'));
	}
	if (kind == TARGET_PROGRAM || kind == TARGET_FILE)
		MUST(n <= ADDRESS_OCTETS - 4 && (kind == TARGET_FILE || n > 1));
	if (kind != TARGET_ERROR)
		return;
	target_error(s, n, code, &text, &text_n);
	MUST((code[0] == '4' || code[0] == '5') && code[1] == '.');
	MUST(text >= s && text + text_n == s + n && text_n <= 200);
}

static void
check_targets(const struct buf *targets)
{
	const char *p = targets->s, *end = p + targets->len, *lf;

	MUST(targets->len > 1);
	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		MUST(lf != NULL);
		check_target(p, (size_t)(lf - p));
	}
}

/* What %0 to %3 stand for goes in, and nothing else changes. */
static void
check_fill(const struct buf *name, const struct buf *targets)
{
	struct virtual_parts none = { .s = { "", "", "", "" } };
	struct virtual_parts whole = { .s = { name->s, name->s, name->s,
	    name->s }, .n = { name->len, name->len, name->len, name->len } };
	struct buf a = BUF_MAX(16u << 20), b = BUF_MAX(16u << 20);

	if (targets->len < 10000 &&
	    virtual_fill(&a, targets->s, targets->len, &none) == 0 &&
	    virtual_fill(&b, targets->s, targets->len, &whole) == 0)
		MUST(a.len <= targets->len && b.len >= a.len &&
		    (b.len - a.len) % name->len == 0);
	buf_free(&a);
	buf_free(&b);
}

static void
read_all(const char *p, size_t n, unsigned lines, int is_virtual)
{
	struct table_text t = { .p = p, .end = p + n };
	struct buf name = BUF_MAX(ADDRESS_OCTETS), targets = BUF_MAX(1u << 20);
	unsigned before = 0;
	size_t i;
	int r;

	while ((r = is_virtual ? virtual_next(&t, &name, &targets) :
	    alias_next(&t, &name, &targets)) == 1) {
		MUST(t.line > before && t.line <= lines);
		before = t.line;
		MUST(name.len > 0);
		for (i = 0; i < name.len; i++)
			MUST((name.s[i] >= 32 && name.s[i] < 'A') ||
			    (name.s[i] > 'Z' && name.s[i] < 127));
		check_targets(&targets);
		check_fill(&name, &targets);
	}
	if (r == 0)
		MUST(t.p == t.end && t.wrong == NULL);
	else
		MUST(t.wrong != NULL && t.line > before && t.line <= lines);
	buf_free(&name);
	buf_free(&targets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned lines = 1;
	size_t i;

	for (i = 0; i < n; i++)
		lines += data[i] == '\n';
	read_all((const char *)data, n, lines, 0);
	read_all((const char *)data, n, lines, 1);
	return 0;
}
