/* settings - see settings.h */
#include "sys/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INSTALLED	"/etc/correo/env"	/* where nothing else is found */

static void
find_self(struct settings *s)
{
	ssize_t n = readlink("/proc/self/exe", s->self, sizeof(s->self) - 1);
	char *slash;

	s->self[n > 0 ? n : 0] = '\0';
	slash = strrchr(s->self, '/');
	if (slash != NULL)
		*slash = '\0';
}

static int
read_setting(int dir, const char *name)
{
	char value[4096];
	ssize_t n = -1;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		n = read(fd, value, sizeof(value) - 1);
		close(fd);
	}
	if (n <= 0)
		return unsetenv(name);
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return setenv(name, value, 1);
}

int
settings_take(struct settings *s, const char *const *names, size_t n)
{
	const char *env = getenv("CORREO_ENV");
	int dir, done = 0;
	size_t i;

	find_self(s);
	snprintf(s->folder, sizeof(s->folder), "%s/../etc/env", s->self);
	if (env != NULL)
		snprintf(s->folder, sizeof(s->folder), "%s", env);
	else if (access(s->folder, X_OK) == -1)
		strcpy(s->folder, INSTALLED);
	dir = open(s->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return -1;
	for (i = 0; i < n && done == 0; i++)
		done = read_setting(dir, names[i]);
	close(dir);
	return done;
}
