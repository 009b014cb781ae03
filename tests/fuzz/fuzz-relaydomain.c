/* fuzz-relaydomain - the text of relay-domains, and of makemap. */
#include "fuzz.h"

#include "text/mapline.h"
#include "text/path.h"
#include "text/relaydomain.h"

static void
read_relays(const char *p, size_t n)
{
	struct table_text t = { .p = p, .end = p + n };
	struct buf b = BUF_MAX(DOMAIN_OCTETS + RELAY_KEY);
	unsigned before = 0;
	int r;

	while ((r = relay_next(&t, &b)) == 1) {
		MUST(t.line > before && b.len > 0);
		before = t.line;
		if (b.len > RELAY_TAG && b.s[1] == '/')
			MUST((b.len - RELAY_TAG) % RELAY_PART == 0 &&
			    b.len < RELAY_KEY);
		else
			MUST(domain_is_valid(b.s, b.len));
	}
	if (r == 0)
		MUST(t.p == t.end && t.wrong == NULL);
	else
		MUST(t.wrong != NULL && t.line > before);
	buf_free(&b);
}

static void
read_map(const char *p, size_t n, unsigned options)
{
	struct mapline m = { .text = { .p = p, .end = p + n },
	    .comment = '#', .divider = options & 1 ? ':' : '\0',
	    .as_is = options & 2, .empty = options & 4 };
	struct buf key = BUF_MAX(1u << 20), value = BUF_MAX(1u << 20);
	unsigned before = 0;
	int r;

	while ((r = mapline_next(&m, &key, &value)) == 1) {
		MUST(m.text.line > before && key.len > 0);
		before = m.text.line;
		MUST(value.len > 0 || m.empty);
	}
	MUST(r == 0 ? m.text.p == m.text.end : m.text.wrong != NULL);
	buf_free(&key);
	buf_free(&value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char key[RELAY_KEY];

	(void)relay_key(key, (const char *)data, n);
	read_relays((const char *)data, n);
	if (n > 0)
		read_map((const char *)data + 1, n - 1, data[0]);
	return 0;
}
