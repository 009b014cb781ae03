/*
 * steps - a few file-system calls in a fixed order, for the recorder's own
 * test: steps folder. Says on stdout which of them failed, one a line, goes
 * on all the same, and exits with 111 if any did.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int failures;

static int
step(const char *name, long result)
{
	if (result == -1) {
		dprintf(1, "%s %d\n", name, errno);
		failures++;
	}
	return (int)result;
}

int
main(int argc, char **argv)
{
	char way[64];
	int fd, dir, status;

	if (argc != 2 || chdir(argv[1]) == -1)
		return 100;
	fd = step("tmpfile", open(".", O_WRONLY | O_TMPFILE, 0600));
	step("write", write(fd, "steps\n", 6));
	snprintf(way, sizeof(way), "/proc/self/fd/%d", fd);
	step("link", linkat(AT_FDCWD, way, AT_FDCWD, "one",
	    AT_SYMLINK_FOLLOW));
	step("fsync", fsync(fd));
	dir = step("opendir", open(".", O_RDONLY | O_DIRECTORY));
	step("dirsync", fsync(dir));
	step("rename", renameat(AT_FDCWD, "one", dir, "two"));
	if (fork() == 0)
		_exit(step("mkdir", mkdir("sub", 0700)) == -1);
	wait(&status);
	failures += status != 0;
	step("unlink", unlink("two"));
	step("rmdir", rmdir("sub"));
	return failures != 0 ? 111 : 0;
}
