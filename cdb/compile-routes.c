/* compile-routes - ETC/routes to its cdb. See compile-routes.8. */
#include "compile.h"

#include "sys/log.h"
#include "text/route.h"

static int
add_all(struct compiler *c)
{
	struct buf key = BUF_MAX(DOMAIN_OCTETS + 1);
	struct buf way = BUF_MAX(ROUTE_OCTETS);
	int r;

	while ((r = route_next(&c->text, &key, &way)) == 1 &&
	    (r = compile_add(c, key.s, key.len, way.s, way.len)) == 0)
		;
	buf_free(&key);
	buf_free(&way);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-routes";
	return compile_main(argc, argv, "routes", add_all);
}
