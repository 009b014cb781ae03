/* say-user - write whom a checkpassword program let in. See say-user.8. */
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/exits.h"
#include "sys/log.h"

int
main(int argc, char **argv)
{
	char *user = getenv("USER"), lf[] = "\n";
	struct iovec v[2] = { { .iov_base = user != NULL ? user : lf } };

	(void)argv;
	progname = "say-user";
	if (argc != 1)
		die(EXIT_PERM, "usage: say-user (says USER)");
	v[0].iov_len = user != NULL ? strlen(user) : 0;
	v[1] = (struct iovec){ .iov_base = lf, .iov_len = 1 };
	if (writev(1, v, 2) != (ssize_t)(v[0].iov_len + 1))
		die(EXIT_TEMP, "descriptor 1:");
	return EXIT_DONE;
}
