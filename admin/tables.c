/* tables - compile all tables of ETC: first each is checked, and nothing is replaced
 * if one is wrong. */
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

/* Run one; it says on descriptor 2 what is wrong. Its exit code. */
static int
compile(const struct correo *c, const char *name, int only_check)
{
	const char *etc = env_str("ETC", NULL);
	char program[SETTINGS_PATH + 32];
	int status;
	pid_t pid;

	snprintf(program, sizeof(program), "%s/%s", c->settings.self, name);
	pid = fork();
	if (pid == 0) {
		if (only_check)
			execl(program, name, "-n", etc, (char *)NULL);
		else
			execl(program, name, etc, (char *)NULL);
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
compile_all(const struct correo *c, int only_check)
{
	int code = EXIT_DONE, one, n, i;
	struct dirent **names;

	n = scandir(c->settings.self, &names, is_compiler, alphasort);
	if (n <= 0)
		die(EXIT_TEMP, "%s has no compilers:", c->settings.self);
	for (i = 0; i < n; i++) {
		one = compile(c, names[i]->d_name, only_check);
		if (one > code)
			code = one;
		free(names[i]);
	}
	free(names);
	return code;
}

int
verb_tables(struct correo *c, int argc, char **argv)
{
	int only_check = argc == 2 && strcmp(argv[1], "-n") == 0, code;

	if (argc > 1 + only_check)
		die(EXIT_PERM, "usage: correo tables [-n]");
	code = compile_all(c, 1);
	if (code != EXIT_DONE)
		say("no table is replaced");
	else if (!only_check)
		code = compile_all(c, 0);
	return code;
}
