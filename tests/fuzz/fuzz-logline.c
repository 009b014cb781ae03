/* fuzz-logline - a line of the log, with strangers' octets in it, and what the tools
 * make of such octets. */
#include "fuzz.h"

#include "admin/show.h"
#include "admin/why.h"
#include "base/ascii.h"
#include "text/tame.h"
#include "text/utf8.h"

static void
try_line(const char *s, size_t n)
{
	const char *p, *end, *before;
	struct logline l;
	struct pair f;

	if (logline_parse(&l, s, n) == -1)
		return;
	MUST(l.program >= s && l.text >= l.program + l.program_n &&
	    l.text + l.n == s + n);
	p = l.text;
	end = p + l.n;
	for (before = p; logline_next(&p, end, &f); before = p) {
		MUST(p > before && p <= end && f.key_n > 0);
		MUST(f.key >= before && f.value > f.key + f.key_n &&
		    f.value + f.n <= end);
	}
	MUST(p == end);
	(void)logline_find(&l, "why", &f);
}

static void
try_texts(const char *s, size_t n)
{
	struct buf b = BUF_MAX(8 * n + 16);
	size_t i;

	MUST(tame_add(&b, s, n) == 0 && b.len <= n);
	for (i = 0; i < b.len; i++)
		MUST((unsigned char)b.s[i] >= 32 && b.s[i] != 127);
	b.len = 0;
	MUST(json_string(&b, s, n) == 0 && b.len >= 2);
	MUST(utf8_is_valid(b.s, b.len));
	for (i = 0; i < b.len; i++)
		MUST((unsigned char)b.s[i] >= 32);
	buf_free(&b);
}

/* Up to a NUL the pattern, behind it the text. */
static void
try_pattern(const char *s, size_t n)
{
	const char *nul = memchr(s, '\0', n);

	if (nul == NULL || n > 200)
		return;
	(void)ascii_glob(s, nul + 1, n - (size_t)(nul - s) - 1);
	MUST(ascii_glob("*", nul, n - (size_t)(nul - s)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;

	try_line(s, n);
	try_texts(s, n);
	try_pattern(s, n);
	return 0;
}
