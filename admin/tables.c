/* tables - compile all tables of ETC: first each is checked, with the others as they
 * will be, and nothing is replaced if one is wrong; or show what one says. */
#include "correo.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/env.h"
#include "sys/log.h"

/* Run one with its options; it says on descriptor 2 what is wrong. Its exit code. */
static int
compile(const struct correo *c, const char *name, const char *option,
    const char *key)
{
	const char *etc = env_str("ETC", NULL);
	char program[SETTINGS_PATH + 32];
	int status;
	pid_t pid;

	snprintf(program, sizeof(program), "%s/%s", c->settings.self, name);
	pid = fork();
	if (pid == 0) {
		if (key != NULL)
			execl(program, name, option, key, "--", etc,
			    (char *)NULL);
		else
			execl(program, name, option, etc, (char *)NULL);
		die(EXIT_TEMP, "%s:", program);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		die(EXIT_TEMP, "%s:", program);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_TEMP;
}

static int
is_compiler(const struct dirent *d)
{
	return strncmp(d->d_name, "compile-", 8) == 0;
}

/* All that stand beside us; the worst code. */
static int
compile_all(const struct correo *c, const char *option)
{
	int code = EXIT_DONE, one, n, i;
	struct dirent **names;

	n = scandir(c->settings.self, &names, is_compiler, alphasort);
	if (n <= 0)
		die(EXIT_TEMP, "%s has no compilers:", c->settings.self);
	for (i = 0; i < n; i++) {
		one = compile(c, names[i]->d_name, option, NULL);
		if (one > code)
			code = one;
		free(names[i]);
	}
	free(names);
	return code;
}

static int
is_new(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 8 && strcmp(d->d_name + n - 8, ".cdb.new") == 0;
}

/* The tables that were made only to be checked. */
static void
remove_new(void)
{
	const char *etc = env_str("ETC", NULL);
	char path[SETTINGS_PATH + 256];
	struct dirent **names;
	int n = scandir(etc, &names, is_new, alphasort), i;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", etc, names[i]->d_name);
		(void)unlink(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static int
show(const struct correo *c, const char *table, const char *key)
{
	static const struct {
		const char *table, *program;
	} all[] = {
		{ "aliases", "compile-aliases" },
		{ "local-host-names", "compile-hosts" },
		{ "relay-domains", "compile-relays" },
		{ "routes", "compile-routes" },
		{ "users", "compile-users" },
		{ "virtusertable", "compile-virtusers" },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i].table, table) == 0)
			return compile(c, all[i].program, "-s", key);
	die(EXIT_PERM, "no table %s: aliases, local-host-names, relay-domains, "
	    "routes, users, virtusertable", table);
}

int
verb_tables(struct correo *c, int argc, char **argv)
{
	int only_check = argc == 2 && strcmp(argv[1], "-n") == 0, code;

	if (argc == 4 && strcmp(argv[1], "show") == 0)
		return show(c, argv[2], argv[3]);
	if (argc > 1 + only_check)
		die(EXIT_PERM, "usage: correo tables [-n] | show table key");
	code = compile_all(c, "-p");
	if (code == EXIT_DONE)
		code = compile_all(c, "-np");
	remove_new();
	if (code != EXIT_DONE)
		say("no table is replaced");
	else if (!only_check)
		code = compile_all(c, "-u");
	return code;
}
