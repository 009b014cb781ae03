/* index-cache - octets that were made of messages, in correo-cache; see
 * index.h.
 *
 * The file is only appended to. A record names a place in it; what stands there
 * says whose it is and has a sum, for after a power cut the record may be there
 * and the octets not. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "sys/io.h"

#define CACHE		"correo-cache"

struct blob_head {
	uint32_t	uid, n;
	uint32_t	crc;		/* of uid, n and the octets */
	uint32_t	pad;
};

static uint32_t
sum_of(const struct blob_head *h, const void *p)
{
	return crc32c(crc32c(0, h, 8), p, h->n);
}

void
index_cache_close(struct index *ix)
{
	if (ix->cache != NULL)
		munmap(ix->cache, ix->cache_n);
	ix->cache = NULL;
	ix->cache_n = 0;
}

/* The id of an open cache file, or 0. */
static uint64_t
id_of(int fd)
{
	struct index_log_head h;

	if (io_pread_full(fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h) ||
	    !index_log_is_head(&h))
		return 0;
	return h.id;
}

/* Map the file as long as it is now. 0, or -1. */
static int
map_cache(struct index *ix)
{
	int fd = openat(ix->dir, CACHE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	index_cache_close(ix);
	if (fd == -1)
		return -1;
	if (id_of(fd) == ix->state.head.cache_id && fstat(fd, &st) == 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd,
		    0);
	close(fd);
	if (p == MAP_FAILED)
		return -1;
	ix->cache = p;
	ix->cache_n = (size_t)st.st_size;
	ix->cache_id = ix->state.head.cache_id;
	return 0;
}

/* The octets at that place of the map, if they are uid's. */
static const void *
blob_at(const struct index *ix, uint64_t at, uint32_t uid, size_t *n)
{
	struct blob_head h;

	if (at > ix->cache_n || ix->cache_n - at < sizeof(h))
		return NULL;
	memcpy(&h, ix->cache + at, sizeof(h));
	if (h.uid != uid || h.n > ix->cache_n - at - sizeof(h) ||
	    h.crc != sum_of(&h, ix->cache + at + sizeof(h)))
		return NULL;
	*n = h.n;
	return ix->cache + at + sizeof(h);
}

const void *
index_blob(struct index *ix, const struct index_record *r, size_t *n)
{
	if (r->cache == 0)
		return NULL;
	if ((ix->cache == NULL || ix->cache_id != ix->state.head.cache_id ||
	    r->cache >= ix->cache_n) && map_cache(ix) == -1)
		return NULL;
	return blob_at(ix, r->cache, r->uid, n);
}

/* Begin a new cache: there is none, or another one. */
static int
make_cache(struct index *ix)
{
	struct index_log_head h;
	uint64_t id = index_modseq(ix);

	index_log_head(&h, id, 0, 0);
	if (index_replace(ix->dir, CACHE, &h, sizeof(h)) == -1 ||
	    index_log_put(&ix->batch, INDEX_CACHE, &id, sizeof(id)) == -1)
		return -1;
	return index_commit(ix);
}

static int
open_cache(struct index *ix)
{
	int tries, fd;

	for (tries = 0; tries < 2; tries++) {
		fd = openat(ix->dir, CACHE, O_RDWR | O_APPEND | O_NOFOLLOW |
		    O_NONBLOCK | O_CLOEXEC);
		if (fd != -1 && (tries == 1 ||
		    id_of(fd) == ix->state.head.cache_id))
			return fd;
		if (fd != -1)
			close(fd);
		else if (errno != ENOENT)
			return -1;
		if (tries == 0 && make_cache(ix) == -1)
			return -1;
	}
	return -1;
}

int
index_cache_entry(struct buf *b, const struct index_blob *blob)
{
	struct blob_head h = { .uid = blob->uid, .n = (uint32_t)blob->n };
	static const char zeros[8];

	if (blob->n == 0 || blob->n > INDEX_BLOB_MAX)
		return errno = EMSGSIZE, -1;
	h.crc = sum_of(&h, blob->p);
	if (buf_room(b, sizeof(h) + blob->n + sizeof(zeros)) == -1)
		return -1;
	(void)buf_add(b, &h, sizeof(h));
	(void)buf_add(b, blob->p, blob->n);
	return buf_add(b, zeros, -blob->n & 7);
}

/* Append all, and say where each is. */
static int
append_blobs(struct index *ix, int fd, struct buf *b,
    const struct index_blob *blobs, size_t n)
{
	struct index_fact f = { .uid = 0 };
	struct stat st;
	size_t i;
	int r = fstat(fd, &st);

	for (i = 0; i < n && r == 0; i++) {
		f.uid = blobs[i].uid;
		f.wire = blobs[i].wire;
		f.cache = (uint64_t)st.st_size + b->len;
		f.cache_n = blobs[i].n;
		r = index_cache_entry(b, blobs + i);
		if (r == 0)
			r = index_log_item(&ix->batch, INDEX_FACTS, &f,
			    sizeof(f), NULL, 0);
	}
	return r == 0 ? io_write_file(fd, b->s, b->len) : -1;
}

int
index_cache_put(struct index *ix, const struct index_blob *blobs, size_t n)
{
	struct buf b = BUF_MAX(UINT32_MAX);
	int fd, r, e;

	if (n == 0)
		return 0;
	fd = open_cache(ix);
	if (fd == -1)
		return -1;
	r = append_blobs(ix, fd, &b, blobs, n);
	e = errno;
	buf_free(&b);
	close(fd);
	errno = e;
	return r;
}

int
index_put_blobs(struct index *ix, const struct index_blob *blobs, size_t n)
{
	int r;

	if (index_begin(ix) == -1)
		return -1;
	r = index_cache_put(ix, blobs, n);
	if (r == 0)
		r = index_commit(ix);
	return index_end(ix, r);
}
