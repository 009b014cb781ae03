/* fuzz-route - the text of a table of routes: what is read, is read the same from
 * what it became. */
#include "fuzz.h"

#include "text/nexthop.h"
#include "text/route.h"

/* deliver-remote takes it, for a domain of any length. */
static void
read_nexthop(const struct buf *way)
{
	struct buf b = BUF_MAX(ROUTE_OCTETS + DOMAIN_OCTETS + 1);
	int own = way->len >= 2 && memcmp(way->s, "mx", 2) == 0;
	struct nexthop h;
	int i;

	if (memcmp(way->s, "hold", 4) == 0 || memcmp(way->s, "boun", 4) == 0)
		return;
	if (own) {
		MUST(buf_adds(&b, "mx:") == 0);
		for (i = 0; i < DOMAIN_OCTETS / 4; i++)
			MUST(buf_adds(&b, "ab.") == 0);
		MUST(buf_adds(&b, "cd") == 0);
	}
	MUST(buf_add(&b, way->s + 2 * own, way->len - 2 * (size_t)own) == 0);
	MUST(nexthop_parse(&h, b.s, b.len) == 0);
	buf_free(&b);
}

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
		read_nexthop(&way);
	}
	MUST(r == 0 ? t.p == t.end : t.wrong != NULL);
	buf_free(&key);
	buf_free(&way);
	return 0;
}
