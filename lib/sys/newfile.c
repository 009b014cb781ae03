/* newfile - see newfile.h */
#include "sys/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
open_named(struct newfile *f, mode_t mode, const char *name)
{
	size_t n = strlen(name);

	if (f->tmp_dir == -1)
		return errno = EOPNOTSUPP, -1;
	if (n >= sizeof(f->tmp_name))
		return errno = ENAMETOOLONG, -1;
	if (unlinkat(f->tmp_dir, name, 0) == -1 && errno != ENOENT)
		return -1;	/* what a killed process left under our name */
	f->fd = openat(f->tmp_dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
	    mode);
	if (f->fd == -1)
		return -1;
	memcpy(f->tmp_name, name, n + 1);
	return 0;
}

int
newfile_open(struct newfile *f, int dir, int tmp_dir, const char *name,
    mode_t mode)
{
	f->tmp_dir = tmp_dir;
	f->tmp_name[0] = '\0';
#ifdef O_TMPFILE
	f->fd = openat(dir, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, mode);
	if (f->fd != -1)
		return 0;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return -1;
#else
	(void)dir;
#endif
	f->fd = -1;
	return open_named(f, mode, name);
}

/* A nameless file gets its first name: by /proc, else by its descriptor. */
static int
link_nameless(struct newfile *f, int dir, const char *name)
{
	char proc[64];

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", f->fd);
	if (linkat(AT_FDCWD, proc, dir, name, AT_SYMLINK_FOLLOW) == 0)
		return 0;
#ifdef AT_EMPTY_PATH
	if (errno == ENOENT && access("/proc/self/fd", F_OK) == -1)
		return linkat(f->fd, "", dir, name, AT_EMPTY_PATH);
#endif
	return -1;
}

int
newfile_link(struct newfile *f, int dir, const char *name)
{
	if (f->tmp_name[0] == '\0')
		return link_nameless(f, dir, name);
	return linkat(f->tmp_dir, f->tmp_name, dir, name, 0);
}

int
newfile_replace(struct newfile *f, int dir, const char *name)
{
	if (f->tmp_name[0] == '\0') {
		if (f->tmp_dir == -1)
			return errno = EOPNOTSUPP, -1;
		if (strlen(name) >= sizeof(f->tmp_name))
			return errno = ENAMETOOLONG, -1;
		if (unlinkat(f->tmp_dir, name, 0) == -1 && errno != ENOENT)
			return -1;
		if (link_nameless(f, f->tmp_dir, name) == -1)
			return -1;
		memcpy(f->tmp_name, name, strlen(name) + 1);
	}
	if (renameat(f->tmp_dir, f->tmp_name, dir, name) == -1)
		return -1;
	f->tmp_name[0] = '\0';
	return 0;
}

int
newfile_sync(int fd)
{
#ifdef PLANT_NO_FILE_FSYNC	/* a fault that the crash tests must find */
	(void)fd;
	return 0;
#else
	return fsync(fd);
#endif
}

int
newfile_sync_dir(int dir)
{
#ifdef PLANT_NO_DIR_FSYNC	/* a fault that the crash tests must find */
	(void)dir;
	return 0;
#else
	return fsync(dir);
#endif
}

void
newfile_close(struct newfile *f)
{
	if (f->tmp_name[0] != '\0')
		unlinkat(f->tmp_dir, f->tmp_name, 0);
	f->tmp_name[0] = '\0';
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
}
