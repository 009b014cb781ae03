/* compile-relays - ETC/relay-domains to its cdb. See compile-relays.8. */
#include "compile.h"

#include "sys/log.h"
#include "text/relaydomain.h"

static int
add_all(struct compiler *c)
{
	struct buf key = BUF_MAX(DOMAIN_OCTETS + RELAY_KEY);
	int r;

	while ((r = relay_next(&c->text, &key)) == 1 &&
	    (r = compile_add(c, key.s, key.len, "", 0)) == 0)
		;
	buf_free(&key);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-relays";
	return compile_main(argc, argv, "relay-domains", add_all);
}
