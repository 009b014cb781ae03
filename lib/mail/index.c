/* index - open, lock and close the index of a folder, and write its log; see
 * index.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"

#define FOLD_OCTETS	262144	/* of log, or an eighth of the snapshot */
#define FIRST_WAIT_MS	1
#define LAST_WAIT_MS	50

static int
open_folder(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
open_files(struct index *ix, const char *path)
{
	ix->dir = open_folder(AT_FDCWD, path);
	if (ix->dir == -1)
		return -1;
	ix->new = open_folder(ix->dir, "new");
	if (ix->new == -1)
		return -1;
	ix->cur = open_folder(ix->dir, "cur");
	if (ix->cur == -1)
		return -1;
	ix->lock = openat(ix->dir, "correo-lock", O_RDWR | O_CREAT |
	    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	return ix->lock == -1 ? -1 : 0;
}

static void
close_file(int *fd)
{
	int e = errno;

	if (*fd != -1)
		close(*fd);
	*fd = -1;
	errno = e;
}

static void
unmap(struct index *ix)
{
	if (ix->map != NULL)
		munmap(ix->map, ix->map_n);
	ix->map = NULL;
	ix->map_n = 0;
}

void
index_close(struct index *ix)
{
	int e = errno;

	if (ix->dir != -1)
		index_watch_end(ix, 1);
	index_cache_close(ix);
	unmap(ix);
	index_state_free(&ix->state);
	buf_free(&ix->batch.b);
	free(ix->seq);
	free(ix->ghost);
	ix->seq = NULL;
	ix->ghost = NULL;
	ix->n = ix->room = ix->ghost_n = 0;
	close_file(&ix->log);
	close_file(&ix->lock);
	close_file(&ix->cur);
	close_file(&ix->new);
	close_file(&ix->dir);
	errno = e;
}

void
index_freeze(struct index *ix, int *new, int *cur)
{
	*new = ix->new;
	*cur = ix->cur;
	ix->new = ix->cur = -1;
	close_file(&ix->log);
	close_file(&ix->lock);
	close_file(&ix->dir);
}

/* The lock belongs to our open file, so the kernel frees it when we die. */
static int
take_lock(struct index *ix)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int64_t end = clock_mono_ms() + INDEX_LOCK_MS;
	int wait_ms = FIRST_WAIT_MS;

	while (fcntl(ix->lock, F_OFD_SETLK, &l) == -1) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return -1;
		if (clock_left_ms(end) == 0)
			return errno = ETIMEDOUT, -1;
		(void)poll(NULL, 0, wait_ms);
		if (wait_ms < LAST_WAIT_MS)
			wait_ms *= 2;
	}
	return 0;
}

static void
free_lock(struct index *ix)
{
	struct flock l = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	(void)fcntl(ix->lock, F_OFD_SETLK, &l);
}

/* Apply what stands in the log behind log_at. 1 if there was something. */
static int
read_tail(struct index *ix, uint64_t size)
{
	size_t n = (size_t)(size - ix->log_at), places;
	char *p = n <= INDEX_LOG_MAX ? malloc(n) : (errno = EINVAL, NULL);
	ssize_t got, done = -1;

	if (p == NULL)
		return -1;
	places = index_state_n(&ix->state);
	got = io_pread_full(ix->log, p, n, (off_t)ix->log_at);
	if (got != -1)
		done = index_log_apply(&ix->state, p, (size_t)got, ix->log_id,
		    ix->log_at);
	free(p);
	if (done == -1)
		return -1;
	ix->log_at += (uint64_t)done;
	if (ix->opened && index_view_grow(ix, places) == -1)
		return -1;
	return done > 0;
}

int
index_refresh(struct index *ix)
{
	struct stat st;

	if (fstatat(ix->dir, "correo-log", &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	if (ix->log == -1 || st.st_ino != ix->log_ino ||
	    st.st_dev != ix->log_dev)
		return index_load(ix) == -1 ? -1 : 1;
	if ((uint64_t)st.st_size <= ix->log_at)
		return 0;
	return read_tail(ix, (uint64_t)st.st_size);
}

/* The log's end may be what a killed writer left. */
static int
cut_tail(struct index *ix)
{
	struct stat st;

	if (fstat(ix->log, &st) == -1)
		return -1;
	if ((uint64_t)st.st_size == ix->log_at)
		return 0;
	return ftruncate(ix->log, (off_t)ix->log_at);
}

/* Be up to date for a change. An open asks the server of a shared file system
 * by name, a stat may be answered from memory. */
static int
refresh_for_certain(struct index *ix)
{
	int fd = openat(ix->dir, "correo-log", O_RDONLY | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC), r;

	if (fd == -1)
		return -1;
	r = index_refresh(ix);
	close_file(&fd);
	return r;
}

/* Somebody deleted the index, or a disk lost it. */
static int
load_or_create(struct index *ix)
{
	int r = refresh_for_certain(ix);

	if (r == -1 && (errno == ENOENT || errno == EINVAL))
		r = index_create(ix);
	return r == -1 ? -1 : cut_tail(ix);
}

int
index_begin(struct index *ix)
{
	int r;

	if (take_lock(ix) == -1)
		return -1;
	ix->batch.b.len = 0;
	r = load_or_create(ix);
	if (r == 0 && ix->state.flushing)
		r = index_flush_again(ix);
	return r == -1 ? index_end(ix, -1) : 0;
}

/* What is written of the batch is taken back. */
static int
take_back(struct index *ix)
{
	int e = errno;

	(void)ftruncate(ix->log, (off_t)ix->log_at);
	errno = e;
	return -1;
}

int
index_commit(struct index *ix)
{
	struct index_batch *b = &ix->batch;
	size_t places = index_state_n(&ix->state);
	ssize_t done;

	if (b->b.len == 0)
		return 0;
	index_log_seal(b, ix->log_id, ix->log_at);
	if (io_write_file(ix->log, b->b.s, b->b.len) == -1)
		return take_back(ix);
	done = index_log_apply(&ix->state, b->b.s, b->b.len, ix->log_id,
	    ix->log_at);
	if (done != (ssize_t)b->b.len) {	/* no memory, or no such entry */
		ix->log_ino = 0;		/* read all anew */
		return take_back(ix);
	}
	ix->log_at += b->b.len;
	b->b.len = 0;
	return ix->opened ? index_view_grow(ix, places) : 0;
}

int
index_end(struct index *ix, int r)
{
	int e = errno;

	ix->batch.b.len = 0;
	if (r != -1 && ix->log_at > FOLD_OCTETS && ix->log_at > ix->map_n / 8)
		(void)index_fold(ix);
	free_lock(ix);
	errno = e;
	return r;
}

uint64_t
index_modseq(const struct index *ix)
{
	uint64_t now = clock_wall_us();

	return now > ix->state.head.highest ? now : ix->state.head.highest + 1;
}

int
index_secure(struct index *ix)
{
	return fdatasync(ix->log);
}

/* The first load, or a new index. The numbers begin without expunged
 * messages. */
static int
begin_session(struct index *ix)
{
	int r = index_load(ix);

	if (r == -1 && (errno == ENOENT || errno == EINVAL)) {
		r = index_begin(ix);
		if (r == 0)
			r = index_end(ix, 0);
	}
	if (r == -1)
		return -1;
	ix->opened = 1;
	ix->n = index_state_n(&ix->state);
	index_forget(ix, NULL, NULL);
	return 0;
}

int
index_open(struct index *ix, const char *path, const struct index_boot *boot)
{
	memset(ix, 0, sizeof(*ix));
	ix->dir = ix->new = ix->cur = ix->lock = ix->log = ix->watch = -1;
	ix->path = path;
	ix->boot = boot;
	ix->batch.b.max = UINT32_MAX;
	index_state_empty(&ix->state);
	if (open_files(ix, path) == -1 || begin_session(ix) == -1) {
		index_close(ix);
		return -1;
	}
	return 0;
}
