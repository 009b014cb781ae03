/* compile-virtusers - ETC/virtusertable to its cdb. See compile-virtusers.8. */
#include "compile.h"

#include "sys/log.h"
#include "text/alias.h"

static int
add_all(struct compiler *c)
{
	struct buf key = BUF_MAX(ADDRESS_OCTETS);
	struct buf targets = BUF_MAX(4u << 20);
	int r;

	while ((r = virtual_next(&c->text, &key, &targets)) == 1 &&
	    (r = compile_add(c, key.s, key.len, targets.s, targets.len)) == 0)
		;
	buf_free(&key);
	buf_free(&targets);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-virtusers";
	return compile_main(argc, argv, "virtusertable", add_all, 1);
}
