/* index-compact - the cache without what is nobody's any more; see
 * index-inside.h.
 *
 * The new file has another id. Until the snapshot that goes with it is there
 * nobody finds his octets in it: then they are missing, which costs time and
 * nothing else. */
#include "mail/index-inside.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/io.h"

#define CACHE		"correo-cache"
#define SPARE_OCTETS	1048576		/* that may be nobody's at any time */
#define PIECE_OCTETS	1048576

static int
is_worth_it(const struct index *ix)
{
	struct stat st;

	return fstatat(ix->dir, CACHE, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (uint64_t)st.st_size > SPARE_OCTETS +
	    2 * ix->state.head.cache_used;
}

/* Write what is in b. at counts the octets written. */
static int
write_piece(int fd, struct buf *b, uint64_t *at)
{
	if (io_write_file(fd, b->s, b->len) == -1)
		return -1;
	*at += b->len;
	b->len = 0;
	return 0;
}

/* Copy all that is somebody's; the records keep their places until all is done,
 * so where it is now goes into a list. */
static int
copy_blobs(struct index *ix, int fd, struct buf *b, uint64_t *where)
{
	struct index_blob blob = { .uid = 0 };
	size_t i, n = index_state_n(&ix->state);
	uint64_t at = 0;

	for (i = 0; i < n; i++) {
		const struct index_record *r = index_state_at(&ix->state, i);

		where[i] = 0;
		blob.uid = r->uid;
		blob.p = index_blob(ix, r, &blob.n);
		if (blob.p == NULL || r->flags & INDEX_EXPUNGED)
			continue;
		where[i] = sizeof(struct index_log_head) + at + b->len;
		if (index_cache_entry(b, &blob) == -1 ||
		    (b->len > PIECE_OCTETS && write_piece(fd, b, &at) == -1))
			return -1;
	}
	return write_piece(fd, b, &at);
}

/* The records name the new places. */
static void
take_over(struct index *ix, const uint64_t *where, uint64_t id, uint64_t size)
{
	struct index_head *h = &ix->state.head;
	size_t i, n = index_state_n(&ix->state);

	h->cached = 0;
	for (i = 0; i < n; i++) {
		index_state_at(&ix->state, i)->cache = where[i];
		h->cached += where[i] != 0;
	}
	h->cache_id = id;
	h->cache_used = size;
	index_cache_close(ix);
}

static int
write_cache(struct index *ix, int fd, uint64_t id, uint64_t *where)
{
	struct buf b = BUF_MAX(UINT32_MAX);
	struct index_log_head h;
	struct stat st;
	int r;

	index_log_head(&h, id, 0, 0);
	r = io_write_file(fd, &h, sizeof(h));
	if (r == 0)
		r = copy_blobs(ix, fd, &b, where);
	buf_free(&b);
	if (r == -1 || fsync(fd) == -1 || fstat(fd, &st) == -1 ||
	    renameat(ix->dir, CACHE ".new", ix->dir, CACHE) == -1)
		return -1;
	take_over(ix, where, id, (uint64_t)st.st_size);
	return 0;
}

void
index_cache_fold(struct index *ix)
{
	uint64_t *where;
	int fd;

	if (!is_worth_it(ix))
		return;
	where = malloc((index_state_n(&ix->state) + 1) * sizeof(*where));
	fd = openat(ix->dir, CACHE ".new", O_WRONLY | O_CREAT | O_TRUNC |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (where != NULL && fd != -1 &&
	    write_cache(ix, fd, index_modseq(ix), where) == -1)
		(void)unlinkat(ix->dir, CACHE ".new", 0);
	free(where);
	if (fd != -1)
		close(fd);
}
