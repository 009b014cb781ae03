/* fuzz-route - the text of a table of routes: what is read, is read the same from
 * what it became. */
#include "fuzz.h"

#include "text/route.h"

static void
read_again(const struct buf *key, const struct buf *way)
{
	struct buf text = BUF_MAX(2 * ROUTE_OCTETS + DOMAIN_OCTETS);
	struct buf key2 = BUF_MAX(DOMAIN_OCTETS + 1);
	struct buf way2 = BUF_MAX(ROUTE_OCTETS);
	struct table_text t = { 0 };

	MUST(buf_add(&text, key->s, key->len) == 0);
	MUST(buf_add(&text, " ", 1) == 0);
	MUST(buf_add(&text, way->s, way->len) == 0);
	t.p = text.s;
	t.end = text.s + text.len;
	MUST(route_next(&t, &key2, &way2) == 1);
	MUST(key2.len == key->len && memcmp(key2.s, key->s, key->len) == 0);
	MUST(way2.len == way->len && memcmp(way2.s, way->s, way->len) == 0);
	buf_free(&text);
	buf_free(&key2);
	buf_free(&way2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct table_text t = { .p = (const char *)data,
	    .end = (const char *)data + n };
	struct buf key = BUF_MAX(DOMAIN_OCTETS + 1);
	struct buf way = BUF_MAX(ROUTE_OCTETS);
	unsigned before = 0;
	int r;

	while ((r = route_next(&t, &key, &way)) == 1) {
		MUST(t.line > before && way.len < ROUTE_OCTETS);
		before = t.line;
		read_again(&key, &way);
	}
	MUST(r == 0 ? t.p == t.end : t.wrong != NULL);
	buf_free(&key);
	buf_free(&way);
	return 0;
}
