/* mboxlock - see mboxlock.h */
#include "mail/mboxlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys/clock.h"

#define PAUSE_MS	100

static int
record_lock(int fd, short type)
{
	struct flock f = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &f);
}

/* A program that died may have left it. */
static void
remove_stale(const char *name)
{
	struct stat st;

	if (lstat(name, &st) == 0 &&
	    st.st_mtime + MBOX_LOCK_STALE_S < time(NULL))
		(void)unlink(name);
}

/* By link(2), which is whole on every file system. 0, or -1 with errno EEXIST. */
static int
dot_lock(const char *name)
{
	char own[1200], pid[24];
	int n = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	int fd, r, e;

	snprintf(own, sizeof(own), "%s.%d", name, (int)getpid());
	(void)unlink(own);		/* ours, from another life */
	fd = open(own, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0444);
	if (fd == -1)
		return -1;
	(void)!write(fd, pid, (size_t)n);	/* lockfile_check(3) reads it */
	close(fd);
	r = link(own, name);
	e = errno;
	(void)unlink(own);
	return errno = e, r;
}

/* PATH.lock cannot be made there by us. */
static int
is_closed(int e)
{
	return e == EACCES || e == EPERM || e == EROFS;
}

/* One try. 0, or -1 with errno: EAGAIN, EACCES or EEXIST for another's. */
static int
try_lock(struct mbox_lock *l, int fd, const char *name, int need)
{
	l->name[0] = '\0';
	if (record_lock(fd, F_WRLCK) == -1)
		return errno == EACCES ? (errno = EAGAIN, -1) : -1;
	if (dot_lock(name) == 0) {
		snprintf(l->name, sizeof(l->name), "%s", name);
		return 0;
	}
	if (is_closed(errno) && !need)
		return 0;
	if (errno == EEXIST)
		remove_stale(name);
	/* Who has it may want the other one: we let go of both. */
	mbox_unlock(l, fd);
	return -1;
}

int
mbox_lock(struct mbox_lock *l, int fd, const char *path, int need,
    int64_t deadline_ms)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000 };
	char name[sizeof(l->name)];
	int n = snprintf(name, sizeof(name), "%s.lock", path);

	l->name[0] = '\0';
	if (n < 0 || (size_t)n >= sizeof(name))
		return errno = ENAMETOOLONG, -1;
	while (try_lock(l, fd, name, need) == -1) {
		if (errno != EAGAIN && errno != EEXIST && errno != EINTR)
			return -1;
		if (clock_mono_ms() >= deadline_ms)
			return errno = ETIMEDOUT, -1;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

void
mbox_unlock(struct mbox_lock *l, int fd)
{
	int e = errno;

	if (l->name[0] != '\0')
		(void)unlink(l->name);
	l->name[0] = '\0';
	(void)record_lock(fd, F_UNLCK);
	errno = e;
}
