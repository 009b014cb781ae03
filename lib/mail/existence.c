/* existence - see existence.h */
#include "mail/existence.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
	[IS_HERE] = "here", [IS_NOBODY] = "nobody",
	[IS_ELSEWHERE] = "elsewhere", [IS_BARRED] = "barred", [IS_UNSURE] = "unsure",
};

const char *
existence_name(enum existence e)
{
	return names[e];
}

int
existence_parse(const char *s, size_t n, enum existence *e)
{
	unsigned i;

	for (i = 0; i <= IS_UNSURE; i++)
		if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0) {
			*e = (enum existence)i;
			return 0;
		}
	return errno = EINVAL, -1;
}
