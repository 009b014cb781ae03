/* compile-routes - ETC/routes to its cdb. See compile-routes.8. */
#include "compile.h"

#include <string.h>

#include "sys/log.h"
#include "text/nexthop.h"
#include "text/route.h"

/* What the program that sends will make of it. */
static int
is_way(const struct buf *way)
{
	struct buf b = BUF_MAX(ROUTE_OCTETS + 8);
	struct nexthop h;
	int r, words = way->len >= 4 && (memcmp(way->s, "boun", 4) == 0 ||
	    memcmp(way->s, "hold", 4) == 0);

	if (words)
		return 1;
	r = buf_adds(&b, memcmp(way->s, "mx", 2) == 0 ? "mx:x.example" : "");
	if (r == 0 && memcmp(way->s, "mx", 2) == 0)
		r = buf_add(&b, way->s + 2, way->len - 2);
	else if (r == 0)
		r = buf_add(&b, way->s, way->len);
	r = r == 0 && nexthop_parse(&h, b.s, b.len) == 0;
	buf_free(&b);
	return r;
}

static int
add_all(struct compiler *c)
{
	struct buf key = BUF_MAX(DOMAIN_OCTETS + 1);
	struct buf way = BUF_MAX(ROUTE_OCTETS);
	int r;

	while ((r = route_next(&c->text, &key, &way)) == 1) {
		if (!is_way(&way)) {
			c->text.wrong = "this is no way to another host";
			r = -1;
		} else
			r = compile_add(c, key.s, key.len, way.s, way.len);
		if (r == -1)
			break;
	}
	buf_free(&key);
	buf_free(&way);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-routes";
	return compile_main(argc, argv, "routes", add_all, 0);
}
