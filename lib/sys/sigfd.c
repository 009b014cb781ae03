/* sigfd - see sigfd.h. A pipe and no signalfd(2): it is the same everywhere. */
#include "sys/sigfd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int writer = -1;		/* a handler has no other way to know it */

static void
note(int n)
{
	unsigned char c = (unsigned char)n;
	int e = errno;

	(void)!write(writer, &c, 1);
	errno = e;
}

int
sigfd_open(const int *signals, int n)
{
	struct sigaction act = { .sa_handler = note, .sa_flags = SA_RESTART };
	int p[2], i;

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	writer = p[1];
	for (i = 0; i < n; i++)
		if (sigaction(signals[i], &act, NULL) == -1)
			return -1;
	return p[0];
}

int
sigfd_next(int fd)
{
	unsigned char c;

	return read(fd, &c, 1) == 1 ? c : 0;
}
