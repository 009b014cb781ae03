/* compile-hosts - ETC/local-host-names to its cdb. See compile-hosts.8. */
#include "compile.h"

#include "sys/log.h"

static int
add_all(struct compiler *c)
{
	struct buf b = BUF_MAX(DOMAIN_OCTETS);
	int r;

	while ((r = host_next(&c->text, &b)) == 1 &&
	    (r = compile_add(c, b.s, b.len, "", 0)) == 0)
		;
	buf_free(&b);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-hosts";
	return compile_main(argc, argv, "local-host-names", add_all, 0);
}
