/* calls - see calls.h */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

static struct {
	char		list[4096];
	const char	*name;		/* the call that is to fail */
	unsigned	 nth, seen;
	int		 e;
	int		 no_tmpfile;	/* errno, or 0 */
	int		 no_proc;
	size_t		 longest;	/* write, or 0: any */
} calls;

void
calls_reset(void)
{
	memset(&calls, 0, sizeof(calls));
}

const char *
calls_list(void)
{
	return calls.list;
}

void
calls_fail(const char *name, unsigned nth, int e)
{
	calls.name = name;
	calls.nth = nth;
	calls.seen = 0;
	calls.e = e;
}

void
calls_no_tmpfile(int e)
{
	calls.no_tmpfile = e;
}

void
calls_no_proc(void)
{
	calls.no_proc = 1;
}

void
calls_short_writes(size_t n)
{
	calls.longest = n;
}

/* Note the call. 0, or -1 with errno if it is to fail. */
static int
note(const char *name)
{
	if (strlen(calls.list) + strlen(name) + 2 < sizeof(calls.list)) {
		strcat(calls.list, " ");
		strcat(calls.list, name);
	}
	if (calls.name == NULL || strcmp(calls.name, name) != 0 ||
	    ++calls.seen != calls.nth)
		return 0;
	return errno = calls.e, -1;
}

int
__wrap_openat(int dir, const char *path, int flags, ...)
{
	int nameless = (flags & O_TMPFILE) == O_TMPFILE;
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 || nameless ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (nameless) {
		if (note("tmpfile") == -1)
			return -1;
		if (calls.no_tmpfile != 0)
			return errno = calls.no_tmpfile, -1;
	} else if ((flags & O_CREAT) != 0 && note("create") == -1)
		return -1;
	return __real_openat(dir, path, flags, mode);
}

int
__wrap_linkat(int from, const char *path, int to, const char *name, int f)
{
	if (note((f & AT_EMPTY_PATH) != 0 ? "linkat-empty" : "linkat") == -1)
		return -1;
	if (calls.no_proc && strncmp(path, "/proc/", 6) == 0)
		return errno = ENOENT, -1;
	return __real_linkat(from, path, to, name, f);
}

int
__wrap_renameat(int from, const char *path, int to, const char *name)
{
	if (note("renameat") == -1)
		return -1;
	return __real_renameat(from, path, to, name);
}

int
__wrap_unlinkat(int dir, const char *path, int flags)
{
	if (note("unlinkat") == -1)
		return -1;
	return __real_unlinkat(dir, path, flags);
}

int
__wrap_access(const char *path, int mode)
{
	if (calls.no_proc && strncmp(path, "/proc/", 6) == 0)
		return errno = ENOENT, -1;
	return __real_access(path, mode);
}

int
__wrap_fsync(int fd)
{
	struct stat st;
	int is_dir = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

	if (note(is_dir ? "fsync-dir" : "fsync") == -1)
		return -1;
	return __real_fsync(fd);
}

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	if (note("write") == -1)
		return -1;
	if (calls.longest > 0 && n > calls.longest)
		n = calls.longest;
	return __real_write(fd, p, n);
}

ssize_t
__wrap_pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (note("pwrite") == -1)
		return -1;
	return __real_pwrite(fd, p, n, at);
}
