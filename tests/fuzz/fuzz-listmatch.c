/* fuzz-listmatch - "pattern LF name": the same as a plain recursive look says. */
#include "fuzz.h"

#include "text/listmatch.h"

static int
plainly(const char *p, const char *p_end, const char *s, const char *end)
{
	if (p == p_end)
		return s == end;
	if (*p != '*' && *p != '%')
		return s < end && *p == *s && plainly(p + 1, p_end, s + 1, end);
	for (;; s++) {
		if (plainly(p + 1, p_end, s, end))
			return 1;
		if (s == end || (*p == '%' && *s == '/'))
			return 0;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data, *lf = memchr(in, '\n', n);
	size_t p = lf != NULL ? (size_t)(lf - in) : n;
	const char *name = lf != NULL ? lf + 1 : in + n;
	size_t name_n = (size_t)(in + n - name), i;
	int got = list_match(in, p, name, name_n, '/');

	if (p > 12 || name_n > 12)	/* the plain look takes its time */
		return 0;
	for (i = 0; i < n; i++)		/* it knows no INBOX */
		if (in[i] == 'i' || in[i] == 'I')
			return 0;
	MUST(got == plainly(in, in + p, name, in + n));
	return 0;
}
