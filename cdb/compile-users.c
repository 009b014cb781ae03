/* compile-users - ETC/users to ETC/users.cdb. See compile-users.8. */
#include "compile.h"

#include <string.h>

#include "sys/log.h"
#include "text/record.h"

static int
add_user(struct compiler *c, struct buf *b, const struct user_line *u)
{
	char quota[QUOTA_OCTETS];

	quota_format(quota, &u->quota);
	b->len = 0;
	if (record_adds(b, "hash", u->hash) == -1 ||
	    record_add_u64(b, "uid", u->uid) == -1 ||
	    record_add_u64(b, "gid", u->gid) == -1 ||
	    record_adds(b, "home", u->home) == -1 ||
	    record_adds(b, "quota", quota) == -1 ||
	    record_adds(b, "rights", u->rights) == -1) {
		c->text.wrong = "a field has a control octet";
		return -1;
	}
	return compile_add(c, u->address, strlen(u->address), b->s, b->len);
}

static int
add_all(struct compiler *c)
{
	struct buf b = BUF_MAX(4096);
	struct user_line u;
	int r;

	while ((r = user_next(&c->text, &u)) == 1 &&
	    (r = add_user(c, &b, &u)) == 0)
		;
	buf_free(&b);
	return r;
}

int
main(int argc, char **argv)
{
	progname = "compile-users";
	return compile_main(argc, argv, "users", add_all, 0);
}
