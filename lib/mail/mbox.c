/* mbox - see mbox.h */
#include "mail/mbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "mail/maildir.h"
#include "mail/mboxlock.h"
#include "mail/mboxtext.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "sys/newfile.h"

#define LOCK_MS		60000	/* for others to finish */

static int
emit_write(struct mbox *m, const char *p, size_t n)
{
	return io_write_file(m->fd, p, n);
}

/* Look for what an interrupted delivery may have left. 1 when the message is there,
 * 0 when it is not (any more), -1 with errno. */
static int
look_again(struct mbox *m)
{
	int r = mbox_find(m);
	off_t start = m->at;

	if (r != 1)
		return r;
	if (mbox_emit(m, mbox_compare) == 0 || errno == EILSEQ)
		return 1;		/* a reader has changed it, or it is whole */
	if (errno != EPIPE)
		return -1;
	/* Half of it: the other half was lost. Others may stand behind it. */
	r = mbox_ends_here(m);
	return r == 1 ? ftruncate(m->fd, start) : r;
}

/* An empty line stands before each message. */
static int
end_last(struct mbox *m)
{
	char last[] = "\n\n";
	off_t n;

	m->at = lseek(m->fd, 0, SEEK_END);
	n = m->at < 2 ? m->at : 2;
	if (n < 1)
		return (int)n;
	if (io_pread_full(m->fd, last + 2 - n, (size_t)n, m->at - n) != n)
		return -1;
	if (last[1] != '\n')
		return io_write_file(m->fd, "\n\n", 2);
	return last[0] != '\n' ? io_write_file(m->fd, "\n", 1) : 0;
}

/* All of it, or nothing: it is cut off where it began. */
static int
append(struct mbox *m)
{
	int e;

	if (end_last(m) == 0 && mbox_emit(m, emit_write) == 0 &&
	    fsync(m->fd) == 0)
		return 0;
	e = errno;
	if (m->at != -1)
		(void)!ftruncate(m->fd, m->at);
	return errno = e, -1;
}

/* A new name is on the disk when its folder is. */
static int
sync_folder(const char *path)
{
	char folder[1024];
	const char *slash = strrchr(path, '/');
	int dir, r;

	if (slash == NULL || (size_t)(slash - path) >= sizeof(folder))
		return 0;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	dir = open(folder[0] != '\0' ? folder : "/", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (dir == -1)
		return errno == EACCES ? 0 : -1;
	r = newfile_sync_dir(dir);
	close(dir);
	return r;
}

static int
open_file(struct mbox *m, int strict)
{
	const int flags = O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC | (strict ? O_NOFOLLOW : 0);

	m->is_new = 0;
	m->fd = open(m->path, flags);
	if (m->fd == -1 && errno == ENOENT) {
		m->fd = open(m->path, flags | O_CREAT | O_EXCL, 0600);
		m->is_new = m->fd != -1;
		if (m->fd == -1 && errno == EEXIST)
			m->fd = open(m->path, flags);	/* another was faster */
	}
	/* The group is mail's there. */
	if (m->is_new && strict)
		(void)fchmod(m->fd, 0660);
	return m->fd == -1 ? -1 : 0;
}

/* 1: the message may go there; 0: it is gone for good (/dev/null); -1 with why. */
static int
check_file(const struct mbox *m, int strict, const char **why)
{
	struct stat st, null;

	*why = NULL;
	if (fstat(m->fd, &st) == -1)
		return -1;
	if (S_ISCHR(st.st_mode) && stat("/dev/null", &null) == 0 &&
	    null.st_rdev == st.st_rdev)
		return 0;
	if (!S_ISREG(st.st_mode))
		*why = "it is no file";
	else if (strict && (st.st_uid != geteuid() || st.st_nlink != 1))
		*why = "it is not the user's alone";
	return *why == NULL ? 1 : -1;
}

/* A reader may have put another file in its place meanwhile. */
static int
is_still(const struct mbox *m)
{
	struct stat here, there;

	return fstat(m->fd, &here) == 0 && stat(m->path, &there) == 0 &&
	    here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* The file is locked. 0, or -1 with errno. */
static int
put_locked(struct mbox *m, const struct job *j)
{
	int there;

	if (!is_still(m))
		return errno = ESTALE, -1;
	there = j->replay && !m->is_new ? look_again(m) : 0;
	if (there == -1)
		return -1;
	if ((there == 1 ? fsync(m->fd) : append(m)) == -1)
		return -1;
	return m->is_new || j->replay ? sync_folder(m->path) : 0;
}

static void
put_file(struct mbox *m, int strict, const struct job *j, struct answer *a)
{
	struct mbox_lock lock;
	const char *why;
	int r = check_file(m, strict, &why), e;

	if (r == 0)
		return;
	if (why != NULL) {
		answer_set(a, V_LATER, "4.2.0", "%.300s: %s", m->path, why);
		return;
	}
	if (r == 1)
		r = mbox_lock(&lock, m->fd, m->path, strict,
		    clock_mono_ms() + LOCK_MS);
	if (r == 0) {
		r = put_locked(m, j);
		e = errno;
		mbox_unlock(&lock, m->fd);
		errno = e;
	}
	if (r == -1 && errno == ETIMEDOUT)
		answer_set(a, V_LATER, "4.2.0", "%.300s is locked", m->path);
	else if (r == -1)
		maildir_failure(a, errno, "mailbox");
}

static int
make_letter(struct mbox *m, const struct job *j, int queue)
{
	if (letter_begin(&m->letter, j, queue) == -1)
		return -1;
	from_line(m->from, j->sender, j->time_us);
	snprintf(m->id, sizeof(m->id), "X-Correo-Id: %s-%016" PRIx64 "\n",
	    j->id, ascii_fnv(m->letter.to, strlen(m->letter.to)));
	return letter_check(&m->letter);
}

void
mbox_put(const char *path, int strict, const struct job *j, int queue,
    struct answer *a)
{
	static struct mbox m;

	memset(&m, 0, sizeof(m));
	m.path = path;
	answer_set(a, V_DONE, "2.0.0", "delivered");
	if (make_letter(&m, j, queue) == -1) {
		if (errno == ELOOP)
			letter_looped(a, j);
		else
			maildir_failure(a, errno, "reading the message");
	} else if (open_file(&m, strict) == -1)
		maildir_failure(a, errno, "mailbox");
	else {
		put_file(&m, strict, j, a);
		close(m.fd);
	}
}
