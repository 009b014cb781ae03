/* compile-aliases - ETC/aliases to ETC/aliases.cdb. See compile-aliases.8. */
#include "compile.h"

#include "sys/log.h"
#include "text/alias.h"

static int
add_all(struct compiler *c)
{
	struct buf name = BUF_MAX(ADDRESS_OCTETS);
	struct buf targets = BUF_MAX(4u << 20);
	int r;

	while ((r = alias_next(&c->text, &name, &targets)) == 1 &&
	    (r = compile_add(c, name.s, name.len, targets.s,
	    targets.len)) == 0)
		;
	buf_free(&name);
	buf_free(&targets);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-aliases";
	return compile_main(argc, argv, "aliases", add_all);
}
