/* maildirsize - see maildirsize.h */
#include "mail/maildirsize.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/folder.h"
#include "sys/io.h"

#define NAME	"maildirsize"
#define OLD_S	900	/* the sum of a mailbox that seems full is counted anew */

/* A folder that is counted. */
struct count {
	int		 dir;
	struct usage	*sum;
};

static int
open_below(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
}

static int
count_file(void *arg, const char *name, size_t n, unsigned char type)
{
	struct count *c = arg;
	uint64_t octets;
	struct stat st;

	(void)n;
	(void)type;
	if (name[0] == '.')
		return 0;
	if (quota_name(name, &octets) == -1) {
		if (fstatat(c->dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return 0;	/* it has gone */
		octets = (uint64_t)st.st_size;
	}
	if (octets > (uint64_t)(INT64_MAX - c->sum->octets))
		return 0;		/* a name that lies */
	c->sum->octets += (int64_t)octets;
	c->sum->messages++;
	return 0;
}

/* The messages of one folder; what is not there has none. */
static int
count_folder(int dir, struct usage *sum)
{
	static const char *const parts[] = { "new", "cur" };
	size_t i;
	int r = 0, e;

	for (i = 0; r == 0 && i < 2; i++) {
		struct count c = { .dir = open_below(dir, parts[i]),
		    .sum = sum };

		if (c.dir == -1 && (errno == ENOENT || errno == ENOTDIR ||
		    errno == ELOOP))
			continue;
		r = c.dir == -1 ? -1 : folder_read(c.dir, count_file, &c);
		e = errno;
		if (c.dir != -1)
			close(c.dir);
		errno = e;
	}
	return r;
}

/* Maildir++'s folders begin with a dot. */
static int
count_below(void *arg, const char *name, size_t n, unsigned char type)
{
	struct count *c = arg;
	int dir, r, e;

	(void)n;
	(void)type;
	if (name[0] != '.' || strcmp(name, ".Trash") == 0)
		return 0;
	dir = open_below(c->dir, name);
	if (dir == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ?
		    0 : -1;
	r = count_folder(dir, c->sum);
	e = errno;
	close(dir);
	errno = e;
	return r;
}

static int
count_all(int dir, struct usage *sum)
{
	struct count c = { .dir = dir, .sum = sum };

	memset(sum, 0, sizeof(*sum));
	return count_folder(dir, sum) == -1 ? -1 :
	    folder_read(dir, count_below, &c);
}

/* A new file in the place of the old one, open. -1 with errno. */
static int
replace(int dir, const char *text, size_t n)
{
	char name[64];
	int fd, e;

	snprintf(name, sizeof(name), "tmp/%" PRIu64 ".%d." NAME,
	    clock_wall_us(), (int)getpid());
	fd = openat(dir, name, O_RDWR | O_APPEND | O_CREAT | O_EXCL |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	if (io_write_file(fd, text, n) == 0 &&
	    renameat(dir, name, dir, NAME) == 0)
		return fd;
	e = errno;
	close(fd);
	unlinkat(dir, name, 0);
	errno = e;
	return -1;
}

/* Count all, and write that. 0, or -1 with errno, s as it was. */
static int
count_anew(struct maildirsize *s)
{
	char text[QUOTA_OCTETS + 64], first[QUOTA_OCTETS];
	struct usage sum;
	int fd, n;

	if (count_all(s->dir, &sum) == -1)
		return -1;
	quota_format(first, &s->limit);
	n = snprintf(text, sizeof(text), "%s\n%" PRId64 " %" PRId64 "\n",
	    first, sum.octets, sum.messages);
	fd = replace(s->dir, text, (size_t)n);
	if (fd == -1)
		return -1;
	if (s->fd != -1)
		close(s->fd);
	s->fd = fd;
	s->used = sum;
	s->added = (struct usage){ .octets = 0 };
	s->fresh = 1;
	return 0;
}

/* Read what is there. 1 if that is good, 0 if not. */
static int
read_file(struct maildirsize *s, struct quota *limit)
{
	char text[QUOTA_SIZE_FILE + 1];
	uint64_t now_s = clock_wall_us() / 1000000;
	struct stat st;
	ssize_t n;
	int lines;

	s->fd = openat(s->dir, NAME, O_RDWR | O_APPEND | O_NOFOLLOW |
	    O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (s->fd == -1 || fstat(s->fd, &st) == -1 || !S_ISREG(st.st_mode))
		return 0;
	n = io_pread_full(s->fd, text, sizeof(text), 0);
	if (n == -1)
		return 0;
	lines = quota_read(text, (size_t)n, limit, &s->used);
	s->fresh = lines == 1 && st.st_mtime >= 0 &&
	    now_s < (uint64_t)st.st_mtime + OLD_S;
	return lines > 0;
}

static int
is_none(const struct quota *q)
{
	return q->octets == 0 && q->messages == 0;
}

int
maildirsize_open(struct maildirsize *s, int dir, const struct quota *limit)
{
	struct quota there = { .octets = 0 };
	int good, e;

	memset(s, 0, sizeof(*s));
	s->dir = dir;
	good = read_file(s, &there);
	s->limit = is_none(limit) ? there : *limit;
	if (is_none(&s->limit)) {
		maildirsize_close(s);
		return 0;
	}
	if ((good && memcmp(&s->limit, &there, sizeof(there)) == 0) ||
	    count_anew(s) == 0)
		return 1;
	e = errno;
	maildirsize_close(s);
	return errno = e, -1;
}

static int
has_room(const struct maildirsize *s, uint64_t octets)
{
	struct usage then = s->used;

	if (octets > (uint64_t)(INT64_MAX - then.octets))
		return 0;
	then.octets += (int64_t)octets;
	then.messages++;
	return !quota_is_over(&s->limit, &then);
}

int
maildirsize_has_room(struct maildirsize *s, uint64_t octets)
{
	if (has_room(s, octets))
		return 1;
	if (s->fresh)
		return 0;
	return count_anew(s) == 0 && has_room(s, octets);
}

void
maildirsize_add(struct maildirsize *s, uint64_t octets)
{
	s->used.octets += (int64_t)octets;
	s->used.messages++;
	s->added.octets += (int64_t)octets;
	s->added.messages++;
}

/* A line that is missing is made good when all is counted anew. */
static void
append(int fd, int64_t octets, int64_t messages)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%" PRId64 " %" PRId64 "\n",
	    octets, messages);

	(void)!write(fd, line, (size_t)n);
}

void
maildirsize_close(struct maildirsize *s)
{
	if (s->fd == -1)
		return;
	if (s->added.messages > 0)
		append(s->fd, s->added.octets, s->added.messages);
	close(s->fd);
	s->fd = -1;
}

void
maildirsize_deleted(const char *path, const struct usage *deleted)
{
	char name[4096];
	int n = snprintf(name, sizeof(name), "%s/" NAME, path), fd;
	struct stat st;

	if (deleted->messages == 0 || n < 0 || (size_t)n >= sizeof(name))
		return;
	fd = openat(AT_FDCWD, name, O_WRONLY | O_APPEND | O_NOFOLLOW |
	    O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		append(fd, -deleted->octets, -deleted->messages);
	close(fd);
}
