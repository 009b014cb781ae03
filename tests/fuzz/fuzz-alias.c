/* fuzz-alias - the text of an aliases file. */
#include "fuzz.h"

#include "text/alias.h"

static void
check_text(const struct buf *b, char allowed)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		MUST((b->s[i] >= 32 && b->s[i] < 127 && !(b->s[i] >= 'A' &&
		    b->s[i] <= 'Z')) || b->s[i] == allowed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct table_text t = { .p = (const char *)data,
	    .end = (const char *)data + n };
	struct buf name = BUF_MAX(ADDRESS_OCTETS), targets = BUF_MAX(1u << 20);
	unsigned before = 0, lines = 1;
	size_t i;
	int r;

	for (i = 0; i < n; i++)
		lines += data[i] == '\n';
	while ((r = alias_next(&t, &name, &targets)) == 1) {
		MUST(t.line > before && t.line <= lines);
		before = t.line;
		MUST(name.len > 0 && targets.len > 1);
		MUST(targets.s[targets.len - 1] == '\n');
		check_text(&name, 'x');
		check_text(&targets, '\n');
	}
	if (r == 0)
		MUST(t.p == t.end && t.wrong == NULL);
	else
		MUST(t.wrong != NULL && t.line > before && t.line <= lines);
	buf_free(&name);
	buf_free(&targets);
	return 0;
}
