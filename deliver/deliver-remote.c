/* deliver-remote - bring one destination's messages to its host by SMTP or
 * LMTP. See deliver-remote.8. */
#include "remote.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/dice.h"
#include "sys/env.h"
#include "sys/log.h"

#define TIMEOUT_S	300
#define TRY_S		7200
#define LINGER_MS	2000
#define IDLE_MS		300000	/* without a job or an end: leave */

static void
take_settings(struct remote *r)
{
	static const char *const families[] = { "any", "ipv4", "ipv6", NULL };
	static const unsigned values[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	static const char *const eightbit[] = { "refuse", "send", NULL };
	unsigned mx_port = (unsigned)env_u64("REMOTE_PORT", 25, 1, 65535);

	r->name = env_str("NAME", NULL);
	r->names = env_str("MYNAMES", "");
	r->family = values[env_word("REMOTE_FAMILY", families)];
	r->unit_ms = 1000 * (int64_t)env_u64("REMOTE_TIMEOUT_S", TIMEOUT_S, 1,
	    3600);
	r->try_ms = 1000 * (int64_t)env_u64("REMOTE_TRY_S", TRY_S, 1, 86400);
	r->linger_ms = (int64_t)env_u64("REMOTE_LINGER_MS", LINGER_MS, 0,
	    60000);
	r->port = r->nexthop.chosen ? nexthop_port(&r->nexthop) : mx_port;
	r->eightbit_anyway = env_word("REMOTE_EIGHTBIT", eightbit) == 1;
	fix_peers(r, env_str("DNSQ_SOCKET", ""),
	    env_str("TLS_CLIENT_SOCKET", ""));
}

/* Why no job can be done here, for an administrator to mend; or NULL. */
static const char *
obstacle(struct remote *r)
{
	const char *file, *why = NULL;

	if (r->nexthop.login[0] == '\0')
		return NULL;
	file = env_str("RELAY_SECRETS", "");
	if (*file == '\0')
		return "login= without RELAY_SECRETS";
	if (read_secret(r, file, &why) == 0)
		return NULL;
	say("to=%s login=%s %s: %s", r->nexthop_text, r->nexthop.login, file,
	    why);
	return why;
}

/* Defer every job with words, until there are no more. */
static void
defer_all(struct remote *r, const char *why)
{
	struct answer a = { .down = 1 };

	answer_set(&a, V_LATER, "4.3.5", "%s: %s", r->nexthop_text, why);
	while (!r->ended && take_jobs(r, IDLE_MS) == 0)
		settle_all(r, &a);
}

static void
serve(struct remote *r)
{
	while (!r->ended || r->held > 0) {
		int lingers = r->far.connected;

		if (take_jobs(r, lingers ? r->linger_ms : IDLE_MS) == 0) {
			if (r->held > 0)
				deliver_message(r);
		} else if (lingers)
			say_quit(r);
		else
			return;
	}
	if (r->far.connected)
		say_quit(r);
}

int
main(int argc, char **argv)
{
	static struct remote r;		/* zero: untouched pages cost nothing */
	const char *why;

	progname = "deliver-remote";
	if (argc != 2)
		die(EXIT_PERM, "usage: deliver-remote nexthop");
	signal(SIGPIPE, SIG_IGN);
	r.nexthop_text = argv[1];
	r.wire.in = r.wire.out = -1;
	why = nexthop_parse(&r.nexthop, argv[1], strlen(argv[1])) == -1 ?
	    "this route cannot be read" : NULL;
	take_settings(&r);
	if (why == NULL)
		why = obstacle(&r);
	r.dice = dice_seed();
	if (r.dice == 0)
		die(EXIT_TEMP, "getrandom:");
	confine(&r);
	if (why != NULL)
		defer_all(&r, why);
	else
		serve(&r);
	return r.unheard ? EXIT_TEMP : EXIT_DONE;
}
