/* index-listen - wait until somebody changes a folder; see index.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define PATH_OCTETS	4096
#define FILES		(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

int
index_watch_folder(int fd, const char *path, const char *part,
    uint32_t events)
{
	char whole[PATH_OCTETS];
	int n = snprintf(whole, sizeof(whole), "%s/%s", path, part);

	if (n < 0 || n >= PATH_OCTETS)
		return errno = ENAMETOOLONG, -1;
	return inotify_add_watch(fd, whole, events | IN_ONLYDIR);
}

int
index_listen(const struct index *ix)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), e;

	if (fd == -1)
		return -1;
	if (index_watch_folder(fd, ix->path, ".", IN_MODIFY |
	    IN_MOVED_TO) != -1 &&
	    index_watch_folder(fd, ix->path, "new", FILES) != -1 &&
	    index_watch_folder(fd, ix->path, "cur", FILES) != -1)
		return fd;
	e = errno;
	close(fd);
	return errno = e, -1;
}

/* Of the Maildir itself only the log tells; of new/ and cur/ everything. */
static int
matters(const struct inotify_event *e)
{
	return !(e->mask & IN_MODIFY) || e->len == 0 ||
	    strcmp(e->name, "correo-log") == 0;
}

int
index_heard(int fd)
{
	_Alignas(struct inotify_event) char room[4096];
	ssize_t n, at;
	int heard = 0;

	while ((n = read(fd, room, sizeof(room))) > 0)
		for (at = 0; at < n;) {
			const struct inotify_event *e =
			    (const void *)(room + at);

			heard |= matters(e);
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	return heard;
}
