/* fuzz-path - a path of MAIL or RCPT; and what is read can be written again. */
#include "fuzz.h"

#include "text/path.h"

static int
has_control(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if ((unsigned char)b->s[i] < 32 ||
		    (unsigned char)b->s[i] > 126)
			return 1;
	return 0;
}

/* The address in quotes, where it needs them, is the same address. */
static void
check_quoted(struct buf *b)
{
	struct buf again = BUF_MAX(ADDRESS_OCTETS);
	char quoted[QUOTED_OCTETS + 1], path[QUOTED_OCTETS + 3];
	int n;

	MUST(buf_0(b) == 0);
	address_quote(quoted, b->s);
	n = snprintf(path, sizeof(path), "<%s>", quoted);
	MUST(path_parse(path, (size_t)n, &again) == n);
	MUST(again.len == b->len && memcmp(again.s, b->s, b->len) == 0);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	struct buf b = BUF_MAX(ADDRESS_OCTETS + 6);
	size_t local;
	ssize_t r;

	MUST(buf_adds(&b, "kept:") == 0);
	r = path_parse(in, n, &b);
	MUST(b.len >= 5 && memcmp(b.s, "kept:", 5) == 0);
	buf_shift(&b, 5);
	if (r == -1)
		MUST(b.len == 0);
	else {
		MUST(r >= 2 && (size_t)r <= n);
		MUST(in[0] == '<' && in[r - 1] == '>');
		MUST(!has_control(&b));
		MUST((b.len == 0) == (r == 2));
		local = address_local(b.s, b.len);
		MUST(local <= LOCAL_OCTETS);
		MUST(local == b.len || domain_is_valid(b.s + local + 1,
		    b.len - local - 1));
		if (b.len > 0)
			check_quoted(&b);
	}
	(void)domain_is_valid(in, n);
	buf_free(&b);
	return 0;
}
