/* index-files - read the snapshot and its log, or begin them; see
 * index-format.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"

#define TRIES		10	/* to find a snapshot and its log together */

/* What is read before it takes the place of what was there. */
struct loaded {
	struct index_state state;
	char		*map;
	size_t		 map_n;
	int		 log;
	struct stat	 st;
	uint64_t	 log_id, log_at;
};

static void
drop(struct loaded *l)
{
	int e = errno;

	index_state_free(&l->state);
	if (l->map != NULL)
		munmap(l->map, l->map_n);
	if (l->log != -1)
		close(l->log);
	errno = e;
}

static int
map_snapshot(int dir, struct loaded *l)
{
	int fd = openat(dir, "correo-index", O_RDONLY | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC), e;
	void *p = MAP_FAILED;
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0) {
		l->map_n = (size_t)st.st_size;
		if (S_ISREG(st.st_mode) && st.st_size > 0)
			p = mmap(NULL, l->map_n, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE, fd, 0);
		else
			errno = EINVAL;
	}
	e = errno;
	close(fd);
	if (p == MAP_FAILED)
		return errno = e, -1;
	l->map = p;
	return index_state_begin(&l->state, p, l->map_n);
}

/* Open the log; 1 if it belongs to the snapshot, 0 if not, or -1. */
static int
open_log(int dir, struct loaded *l)
{
	const struct index_head *s = &l->state.head;
	struct index_log_head h;
	ssize_t n;

	l->log = openat(dir, "correo-log", O_RDWR | O_APPEND | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC);
	if (l->log == -1 || fstat(l->log, &l->st) == -1)
		return -1;
	n = io_pread_full(l->log, &h, sizeof(h), 0);
	if (n == -1)
		return -1;
	if ((size_t)n < sizeof(h) || !index_log_is_head(&h))
		return errno = EINVAL, -1;
	l->log_id = h.id;
	l->log_at = sizeof(h);
	if (h.id == s->log_id && s->log_at >= sizeof(h) &&
	    s->log_at <= (uint64_t)l->st.st_size) {
		l->log_at = s->log_at;
		return 1;
	}
	return h.after_id == s->log_id && h.after_at == s->log_at;
}

static int
apply_log(struct loaded *l)
{
	uint64_t size = (uint64_t)l->st.st_size;
	size_t n = (size_t)(size - l->log_at);
	char *p;
	ssize_t got, done = -1;

	if (n == 0)
		return 0;
	p = n <= INDEX_LOG_MAX ? malloc(n) : (errno = EINVAL, NULL);
	if (p == NULL)
		return -1;
	got = io_pread_full(l->log, p, n, (off_t)l->log_at);
	if (got != -1)
		done = index_log_apply(&l->state, p, (size_t)got, l->log_id,
		    l->log_at);
	free(p);
	l->log_at += done != -1 ? (uint64_t)done : 0;
	return done == -1 ? -1 : 0;
}

/* Snapshot and log; while others make new ones they may not fit together. */
static int
read_both(int dir, struct loaded *l)
{
	int tries, r;

	for (tries = 0; tries < TRIES; tries++) {
		memset(l, 0, sizeof(*l));
		l->log = -1;
		index_state_empty(&l->state);
		r = map_snapshot(dir, l);
		if (r == 0)
			r = open_log(dir, l);
		if (r == 1 && apply_log(l) == 0)
			return 0;
		drop(l);
		if (r == -1)
			return -1;
	}
	return errno = EINVAL, -1;
}

static int
install(struct index *ix, struct loaded *l)
{
	if (ix->opened && index_view_change(ix, &l->state) == -1) {
		drop(l);
		return -1;
	}
	index_state_free(&ix->state);
	if (ix->map != NULL)
		munmap(ix->map, ix->map_n);
	if (ix->log != -1)
		close(ix->log);
	ix->state = l->state;
	ix->map = l->map;
	ix->map_n = l->map_n;
	ix->log = l->log;
	ix->log_dev = l->st.st_dev;
	ix->log_ino = l->st.st_ino;
	ix->log_id = l->log_id;
	ix->log_at = l->log_at;
	return 0;
}

int
index_load(struct index *ix)
{
	struct loaded l;

	return read_both(ix->dir, &l) == -1 ? -1 : install(ix, &l);
}

/* What a snapshot without its log knows. 1; 0 if there is none, or -1. */
static int
read_snapshot_alone(struct index *ix)
{
	struct loaded l = { .log = -1 };

	index_state_empty(&l.state);
	if (map_snapshot(ix->dir, &l) == -1) {
		drop(&l);
		return errno == ENOENT || errno == EINVAL ? 0 : -1;
	}
	return install(ix, &l) == -1 ? -1 : 1;
}

/* Nothing that a lost log said may be said again about something else. */
static void
go_on_behind(struct index *ix)
{
	struct index_head *h = &ix->state.head;
	struct index_uids u;

	if (index_uids_read(ix->dir, &u) == 0) {
		if (u.reserved > h->next)
			h->next = u.reserved;
		h->validity = u.validity;
	}
	if (h->validity == 0)
		h->validity = (uint32_t)(clock_wall_us() / 1000000);
	h->highest = h->gone_since = index_modseq(ix);
	h->cache_id = h->highest;
	h->cache_used = h->cached = 0;
	memset(&h->new, 0, 2 * sizeof(h->new));
	ix->log_id = h->highest;
	ix->log_at = sizeof(struct index_log_head);
}

int
index_create(struct index *ix)
{
	struct loaded none = { .log = -1 };
	int r = read_snapshot_alone(ix);
	size_t i;

	if (r == -1)
		return -1;
	if (r == 0) {
		index_state_empty(&none.state);
		if (install(ix, &none) == -1)
			return -1;
		index_keywords_load(ix);
	}
	go_on_behind(ix);
	for (i = 0; i < index_state_n(&ix->state); i++)
		index_state_at(&ix->state, i)->cache = 0;
	return index_fold(ix);
}
