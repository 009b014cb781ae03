/* qmail-environment - see qmail.h. source: qmail-command(8) */
#include "qmail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/env.h"
#include "text/fromline.h"

/* EXT2 is EXT behind its first '-', EXT3 EXT2 behind its, and so on; "" where there
 * is none. */
static int
set_exts(const char *ext)
{
	char name[] = "EXT2";

	for (; name[3] <= '4'; name[3]++) {
		const char *dash = strchr(ext, '-');

		ext = dash != NULL ? dash + 1 : "";
		if (setenv(name, ext, 1) == -1)
			return -1;
	}
	return 0;
}

/* HOST2 is HOST before its last '.', HOST3 HOST2 before its, and so on. */
static int
set_hosts(const char *host)
{
	char name[] = "HOST2", part[DOMAIN_OCTETS + 1];

	snprintf(part, sizeof(part), "%s", host);
	for (; name[4] <= '4'; name[4]++) {
		char *dot = strrchr(part, '.');

		part[dot != NULL ? dot - part : 0] = '\0';
		if (setenv(name, part, 1) == -1)
			return -1;
	}
	return 0;
}

int
qmail_environment(const struct qmail_message *m, int is_default, size_t rest)
{
	const char *ext = env_str("EXT", ""), *sender = env_str("SENDER", "");
	char from[FROM_LINE];

	from_line(from, sender, clock_wall_us());
	if (set_exts(ext) == -1 || set_hosts(env_str("HOST", "")) == -1 ||
	    (is_default && setenv("DEFAULT", ext + rest, 1) == -1) ||
	    setenv("NEWSENDER", sender, 1) == -1 ||
	    setenv("DTLINE", m->delivered_to, 1) == -1 ||
	    setenv("RPLINE", m->return_path, 1) == -1 ||
	    setenv("UFLINE", from, 1) == -1)
		return -1;
	return 0;
}
