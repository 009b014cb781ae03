/* env - see env.h */
#include "sys/env.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/num.h"
#include "sys/log.h"

const char *
env_str(const char *name, const char *def)
{
	const char *v = getenv(name);

	if (v != NULL && *v != '\0')
		return v;
	if (def == NULL)
		die(EXIT_PERM, "setting %s is missing", name);
	return def;
}

uint64_t
env_u64(const char *name, uint64_t def, uint64_t min, uint64_t max)
{
	const char *v = env_str(name, "");
	uint64_t n;

	if (*v == '\0')
		return def;
	if (num_u64(v, strlen(v), &n) == -1 || n < min || n > max)
		die(EXIT_PERM, "setting %s=%s is not a number from %" PRIu64
		    " to %" PRIu64, name, v, min, max);
	return n;
}

unsigned
env_word(const char *name, const char *const *words)
{
	const char *v = env_str(name, words[0]);
	unsigned i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(v, words[i]) == 0)
			return i;
	die(EXIT_PERM, "setting %s=%s is none of its words", name, v);
}

void
env_notify_ready(void)
{
	int fd = (int)env_u64("NOTIFY_FD", 0, 0, 1000);

	if (fd == 0)
		return;
	(void)!write(fd, "\n", 1);
	close(fd);
}
