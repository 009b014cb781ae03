/* correo - look at this server and order it about. See correo.8. */
#include "correo.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"

static const struct verb {
	const char *name;
	int (*run)(struct correo *c, int argc, char **argv);
} verbs[] = {
	{ "queue", verb_queue },
	{ "why", verb_why },
	{ "tables", verb_tables },
};

static void __attribute__((noreturn))
usage(void)
{
	die(EXIT_PERM, "usage: correo queue|why|tables ... (see correo(8))");
}

void
open_queue(struct correo *c)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", env_str("QUEUE", NULL),
	    QUEUE_MSG);
	c->msg = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->msg != -1)
		return;
	if (errno == EACCES)
		die(EXIT_PERM, "the queue %s can be read by root and its own "
		    "user alone", path);
	die(EXIT_TEMP, "queue %s:", path);
}

/* 1 if it runs. */
static int
connect_runner(struct correo *c)
{
	const char *path = env_str("CONTROL_SOCKET", NULL);

	c->running = control_open_at(&c->control, path) == 0;
	if (!c->running && errno == EACCES)
		die(EXIT_PERM, "qrunner obeys root and the queue's user alone");
	if (!c->running && errno != ENOENT && errno != ECONNREFUSED)
		die(EXIT_TEMP, "qrunner at %s:", path);
	return c->running;
}

void
meet_runner(struct correo *c)
{
	if (!connect_runner(c))
		say("qrunner is not running; this is what the files say");
}

void
need_runner(struct correo *c)
{
	if (!connect_runner(c))
		die(EXIT_TEMP, "qrunner is not running: nothing is done");
}

void
ask_runner(struct correo *c, enum control_verb verb, const char *value)
{
	if (control_ask(&c->control, verb, value) == 0)
		return;
	if (errno == EPIPE || errno == ECONNRESET)
		die(EXIT_TEMP, "qrunner hung up");
	die(EXIT_TEMP, "qrunner:");
}

static void
take_settings(struct correo *c)
{
	static const char *const names[] = {
		"NAME", "DOMAIN", "ETC", "QUEUE", "LOG", "CONTROL_SOCKET",
		"WHOIS_SOCKET", "DNSQ_SOCKET", "GIVEUP_S",
	};
	const size_t n = sizeof(names) / sizeof(*names);

	if (settings_take(&c->settings, names, n) == -1)
		die(EXIT_PERM, "settings %s:", c->settings.folder);
}

int
main(int argc, char **argv)
{
	static struct correo c = { .msg = -1, .control = { .fd = -1 } };
	size_t i;

	progname = "correo";
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		usage();
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0) {
			int code;

			take_settings(&c);
			c.now_us = clock_wall_us();
			code = verbs[i].run(&c, argc - 1, argv + 1);
			if (fflush(stdout) == EOF)
				die(EXIT_TEMP, "output:");
			return code;
		}
	usage();
}
