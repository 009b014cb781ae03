/* imap-front - speak IMAP with a client until it has logged in. See
 * imap-front.8. */
#include "front.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/sandbox.h"

#define IDLE_S		60
#define LOGIN_S		180
#define FILES		16	/* descriptors */

static void
take_settings(struct front *f)
{
	const char *tls = env_str("LISTEN_TLS", "starttls");
	uint64_t idle_s = env_u64("LOGIN_IDLE_S", IDLE_S, 1, 3600);
	uint64_t login_s = env_u64("LOGIN_S", LOGIN_S, 1, 86400);

	f->name = env_str("NAME", NULL);
	f->domain = env_str("DOMAIN", f->name);
	f->client = env_str("TCPREMOTEIP", "unknown");
	(void)env_str("LOGIN_FD", NULL);
	f->fd = (int)env_u64("LOGIN_FD", 0, 0, 1000);
	f->may_clear = strcmp(env_str("AUTH_CLEAR", "0"), "1") == 0;
	f->wire.timeout_ms = 1000 * (int)(idle_s < login_s ? idle_s : login_s);
	f->wire.end_ms = clock_mono_ms() + 1000 * (int64_t)login_s;
	f->wire.out = 1;
	wire_begin(&f->wire);
	f->tls = strcmp(tls, "implicit") == 0;
	f->can_tls = strcmp(tls, "starttls") == 0 &&
	    starttls_find(&f->starttls, NULL, &f->wire);
}

static void
greet(struct front *f)
{
	front_put(f, "* OK [");
	front_capabilities(f);
	front_put(f, "] ");
	front_put(f, f->name);
	front_put(f, " ready\r\n");
	(void)wire_flush(&f->wire);	/* on its way while we shut us in */
}

int
main(int argc, char **argv)
{
	static struct front f;		/* all zero: pages untouched cost nothing */

	(void)argv;
	progname = "imap-front";
	if (argc != 1)
		die(EXIT_PERM, "usage: imap-front (under mail-login)");
	signal(SIGPIPE, SIG_IGN);
	take_settings(&f);
	greet(&f);
	if (sandbox_talk(FILES) == -1)
		die(EXIT_TEMP, "sandbox:");
	while (!f.done)
		front_serve(&f);
	(void)wire_flush(&f.wire);
	return EXIT_DONE;
}
