/* maildir - see maildir.h */
#include "mail/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "mail/letter.h"
#include "sys/io.h"
#include "sys/newfile.h"
#include "text/final.h"

#define NAME_OCTETS	256	/* of a file in cur/, with NUL */
#define PIECE_OCTETS	65536

/* What the file holds, and what it is called. */
struct plan {
	char	 name[NEWFILE_NAME];
	struct letter letter;
};

void
maildir_failure(struct answer *a, int e, const char *what)
{
	const char *dsn = "4.2.0";

	if (e == ENOSPC || e == EMFILE || e == ENFILE || e == ENOMEM)
		dsn = "4.3.1";
	else if (e == EDQUOT || e == EFBIG)
		dsn = "4.2.2";
	else if (e == EROFS || e == EACCES || e == EPERM)
		dsn = "4.2.1";
	answer_set(a, V_LATER, dsn, "%s: %s", what, strerror(e));
}

static int
make_parts(int dir)
{
	static const char *const parts[] = { "tmp", "new", "cur" };
	size_t i;

	for (i = 0; i < 3; i++)
		if (mkdirat(dir, parts[i], 0700) == -1 && errno != EEXIST)
			return -1;
	return fsync(dir);
}

/* The folder above path, open. */
static int
open_parent(const char *path)
{
	char parent[4096];
	const char *slash = strrchr(path, '/');
	size_t n;

	if (slash == NULL)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	n = slash == path ? 1 : (size_t)(slash - path);
	if (n >= sizeof(parent))
		return errno = ENAMETOOLONG, -1;
	memcpy(parent, path, n);
	parent[n] = '\0';
	return open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
maildir_make(const char *path)
{
	int parent = open_parent(path), dir = -1, r = -1, e;

	if (parent == -1)
		return -1;
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir != -1 && make_parts(dir) == 0)
		r = fsync(parent);
	e = errno;
	if (dir != -1)
		close(dir);
	close(parent);
	errno = e;
	return r;
}

static int
open_folder(int dir, const char *name, int links)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | links);
}

static void
init(struct maildir *m, const char *host, int links)
{
	m->dir = m->new = m->cur = m->tmp = -1;
	m->full = 0;
	m->links = links;
	m->host = host;
}

/* The folder is open: so is new/ then, or neither. */
static int
open_new(struct maildir *m)
{
	int e;

	m->new = open_folder(m->dir, "new", m->links);
	if (m->new != -1)
		return 0;
	e = errno;
	maildir_close(m);
	return errno = e, -1;
}

int
maildir_open(struct maildir *m, const char *path, const char *host, int make)
{
	init(m, host, 0);
	m->dir = open_folder(AT_FDCWD, path, 0);
	if (m->dir == -1 && errno == ENOENT && make && maildir_make(path) == 0)
		m->dir = open_folder(AT_FDCWD, path, 0);
	return m->dir == -1 ? -1 : open_new(m);
}

int
maildir_open_below(struct maildir *m, const char *path, const char *name,
    const char *host)
{
	char dotted[NAME_OCTETS];
	int n = snprintf(dotted, sizeof(dotted), ".%s", name), above, e;

	init(m, host, O_NOFOLLOW);
	if (n < 2 || (size_t)n >= sizeof(dotted) || name[0] == '.' ||
	    strchr(name, '/') != NULL)
		return errno = EINVAL, -1;
	above = open_folder(AT_FDCWD, path, 0);
	if (above == -1)
		return -1;
	m->dir = open_folder(above, dotted, m->links);
	e = errno;
	close(above);
	errno = e;
	return m->dir == -1 ? -1 : open_new(m);
}

static void
close_folder(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
maildir_close(struct maildir *m)
{
	close_folder(&m->dir);
	close_folder(&m->new);
	close_folder(&m->cur);
	close_folder(&m->tmp);
}

/* Most deliveries need neither cur/ nor tmp/. 0, or -1 with errno. */
static int
need_folder(struct maildir *m, int *fd, const char *name)
{
	if (*fd == -1)
		*fd = open_folder(m->dir, name, m->links);
	return *fd == -1 ? -1 : 0;
}

static int
make_plan(struct plan *p, const struct job *j, int queue, const char *host)
{
	const struct letter *l = &p->letter;
	struct final_text f;
	int n;

	if (letter_begin(&p->letter, j, queue) == -1)
		return -1;
	final_split(j->to, strlen(j->to), &f);
	n = snprintf(p->name, sizeof(p->name), "%" PRIu64 ".%s-%016" PRIx64
	    ".%s,S=%" PRIu64 ",W=%" PRIu64, j->time_us / 1000000, j->id,
	    ascii_fnv(f.address, f.n), host, l->size,
	    l->prefix_n + 2 + j->wire);
	if (n < 0 || (size_t)n >= sizeof(p->name))
		return errno = ENAMETOOLONG, -1;
	return 0;
}

/* 0, or -1 with errno; ELOOP: it was here before. */
static int
write_message(struct letter *l, int fd)
{
	static char room[LETTER_PREFIX + PIECE_OCTETS];
	ssize_t n;

	letter_rewind(l);
	while ((n = letter_next(l, room, sizeof(room))) > 0)
		if (io_write_file(fd, room, (size_t)n) == -1)
			return -1;
	return (int)n;
}

static int
has_prefix(const struct letter *l, int fd)
{
	char room[LETTER_PREFIX];
	ssize_t r = io_pread_full(fd, room, l->prefix_n, 0);

	if (r == -1)
		return -1;
	return (size_t)r == l->prefix_n &&
	    memcmp(room, l->prefix, l->prefix_n) == 0;
}

/* 1 if fd holds just what this job would write, 0 if not, -1 with errno. */
static int
holds_message(const struct letter *l, int fd)
{
	const struct job *j = l->job;
	char there[4096], want[4096];
	struct stat st;
	uint64_t done = 0;
	int same;

	if (fstat(fd, &st) == -1)
		return -1;
	if ((uint64_t)st.st_size != l->size)
		return 0;
	same = has_prefix(l, fd);
	while (same == 1 && done < j->size) {
		uint64_t left = j->size - done;
		size_t n = left < sizeof(there) ? (size_t)left : sizeof(there);
		ssize_t a = io_pread_full(fd, there, n,
		    (off_t)(l->prefix_n + done));
		ssize_t b = io_pread_full(l->queue, want, n,
		    (off_t)(j->at + done));

		if (a == -1 || b == -1)
			return -1;
		same = (size_t)a == n && (size_t)b == n &&
		    memcmp(there, want, n) == 0;
		done += n;
	}
	return same;
}

/* Find base in cur/, where flags stand behind it. 1 with name, 0, or -1. */
static int
find_in_cur(struct maildir *m, const char *base, char name[NAME_OCTETS])
{
	int fd = need_folder(m, &m->cur, "cur") == -1 ? -1 :
	    open_folder(m->cur, ".", 0);
	size_t n = strlen(base);
	struct dirent *d;
	DIR *dir;
	int e;

	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	do {
		errno = 0;
		d = readdir(dir);
	} while (d != NULL && (strncmp(d->d_name, base, n) != 0 ||
	    (d->d_name[n] != '\0' && d->d_name[n] != ':')));
	e = errno;
	if (d != NULL)
		snprintf(name, NAME_OCTETS, "%s", d->d_name);
	closedir(dir);
	errno = e;
	if (d != NULL)
		return 1;
	return e == 0 ? 0 : -1;
}

/* The octets go to the disk before the name can: after a power cut no file has a
 * name and nothing in it. The queue file would have it written anew; without one
 * nobody would. No flush: the commit that brings the name makes one. */
static void
push_out(int fd)
{
#ifdef SYNC_FILE_RANGE_WRITE
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE |
	    SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#else
	(void)fsync(fd);
#endif
}

/* Write the message anew; where name is not NULL it replaces that file. */
static int
put_anew(struct maildir *m, struct plan *plan, struct put *p,
    const char *replaced)
{
	struct newfile f;
	int r, e;

	if (replaced != NULL && need_folder(m, &m->tmp, "tmp") == -1)
		return -1;
	r = newfile_open(&f, m->new, m->tmp, plan->name, 0600);
	if (r == -1 && errno == EOPNOTSUPP &&
	    need_folder(m, &m->tmp, "tmp") == 0)
		r = newfile_open(&f, m->new, m->tmp, plan->name, 0600);
	if (r == -1)
		return -1;
	r = write_message(&plan->letter, f.fd);
	if (r == -1 && errno == ELOOP) {
		newfile_close(&f);
		letter_looped(&p->answer, plan->letter.job);
		return 0;
	}
	if (r == 0 && plan->letter.job->direct)
		push_out(f.fd);
	if (r == 0 && replaced != NULL)
		r = newfile_replace(&f, p->in_cur ? m->cur : m->new, replaced);
	else if (r == 0)
		r = newfile_link(&f, m->new, plan->name);
	e = errno;
	if (r == 0) {
		p->fd = f.fd;		/* stays open until it is synced */
		f.fd = -1;
	}
	newfile_close(&f);
	errno = e;
	return r;
}

/* A file of this name is there, as name in dir: keep it if it is whole. */
static int
keep_or_replace(struct maildir *m, struct plan *plan, struct put *p,
    const char *name)
{
	int fd = openat(p->in_cur ? m->cur : m->new, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), same, e;

	if (fd == -1)
		return -1;
	same = holds_message(&plan->letter, fd);
#ifdef PLANT_EEXIST_DELIVERED	/* a fault that the crash tests must find */
	same = 1;
#endif
	if (same == 1) {
		p->fd = fd;
		return 0;
	}
	e = errno;
	close(fd);
	errno = e;
	return same == -1 ? -1 : put_anew(m, plan, p, name);
}

/* Look for what an interrupted delivery may have left. 1 when the message is
 * there now, 0 when there is nothing, -1 with errno. */
static int
put_again(struct maildir *m, struct plan *plan, struct put *p)
{
	char name[NAME_OCTETS];
	struct stat st;
	int r;

	if (fstatat(m->new, plan->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return keep_or_replace(m, plan, p, plan->name) == 0 ? 1 : -1;
	if (errno != ENOENT)
		return -1;
	r = find_in_cur(m, plan->name, name);
	if (r != 1)
		return r;
	p->in_cur = 1;
	return keep_or_replace(m, plan, p, name) == 0 ? 1 : -1;
}

void
maildir_put(struct maildir *m, const struct job *j, int queue, struct put *p)
{
	struct plan plan;
	int r = 0;

	p->fd = -1;
	p->in_cur = p->found = 0;
	p->name[0] = '\0';
	p->answer.number = j->number;
	answer_set(&p->answer, V_DONE, "2.0.0", "delivered");
	if (make_plan(&plan, j, queue, m->host) == -1)
		r = -1;
	else
		memcpy(p->name, plan.name, sizeof(p->name));
	if (r == 0 && j->replay)
		r = put_again(m, &plan, p);
	p->found = r == 1;
	if (r == 0 && m->full) {
		errno = EDQUOT;
		r = -1;
	}
	if (r == 0) {
		r = put_anew(m, &plan, p, NULL);
		if (r == -1 && errno == EEXIST)
			r = keep_or_replace(m, &plan, p, plan.name);
	}
	if (r == -1)
		maildir_failure(&p->answer, errno, "mailbox");
}

void
maildir_sync(struct maildir *m, struct put *p)
{
	if (p->fd == -1 || newfile_sync(p->fd) == 0)
		return;
	maildir_failure(&p->answer, errno, "fsync of the message");
	if (!p->in_cur)		/* a second fsync would lie: write it anew */
		unlinkat(m->new, p->name, 0);
}

/* fsync the folder once a batch; the failure goes to every put in it. */
static void
sync_dir_for(int dir, int in_cur, struct put *p, size_t n)
{
	size_t i, used = 0;
	int e = 0;

	for (i = 0; i < n; i++)
		used += p[i].fd != -1 && p[i].in_cur == in_cur;
	if (used == 0)
		return;
	if (newfile_sync_dir(dir) == -1)
		e = errno;
	for (i = 0; i < n && e != 0; i++)
		if (p[i].fd != -1 && p[i].in_cur == in_cur)
			maildir_failure(&p[i].answer, e,
			    "fsync of the mailbox");
}

void
maildir_sync_dirs(struct maildir *m, struct put *p, size_t n)
{
	size_t i;

	sync_dir_for(m->new, 0, p, n);
	sync_dir_for(m->cur, 1, p, n);
	for (i = 0; i < n; i++)
		if (p[i].fd != -1) {
			close(p[i].fd);
			p[i].fd = -1;
		}
}
