/* compile-relays - ETC/relay-domains to its cdb. See compile-relays.8. */
#include "compile.h"

#include <string.h>

#include "base/ascii.h"
#include "sys/log.h"
#include "text/relaydomain.h"

/* -s of an address or a domain: the entries that it belongs to. */
static void
show(struct compiler *c, const struct buf *key)
{
	char want[RELAY_KEY];
	size_t n, at;

	if (c->show == NULL)
		return;
	n = relay_key(want, c->show, strlen(c->show));
	if (n > 0) {
		if (key->len <= n && memcmp(want, key->s, key->len) == 0)
			compile_show(c, c->show, strlen(c->show), "", 0);
		return;
	}
	n = strlen(c->show);
	at = n - key->len;
	if (key->len <= n && ascii_is(key->s, key->len, c->show + at) &&
	    at > 0 && c->show[at - 1] == '.')
		compile_show(c, key->s, key->len, "", 0);
}

static int
add_all(struct compiler *c)
{
	struct buf key = BUF_MAX(DOMAIN_OCTETS + RELAY_KEY);
	int r;

	while ((r = relay_next(&c->text, &key)) == 1) {
		show(c, &key);
		r = compile_add(c, key.s, key.len, "", 0);
		if (r == -1)
			break;
	}
	buf_free(&key);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-relays";
	return compile_main(argc, argv, "relay-domains", add_all, 0);
}
