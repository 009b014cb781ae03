/* index-fill - have octets made for the cache; see index.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILL_OCTETS	1048576		/* that are collected before a write */
#define FILL_MAX	256		/* messages */

/* Blobs that wait to be written; p stands for where in octets they are. */
struct filling {
	struct buf	octets;
	struct index_blob blob[FILL_MAX];
	size_t		at[FILL_MAX], n;
};

static int
write_filling(struct index *ix, struct filling *f)
{
	size_t i;
	int r;

	if (f->n == 0)
		return 0;
	for (i = 0; i < f->n; i++)
		f->blob[i].p = f->octets.s + f->at[i];
	r = index_put_blobs(ix, f->blob, f->n);
	f->octets.len = f->n = 0;
	return r;
}

/* Make one. 1; 0 if there is nothing to be had; or -1. */
static int
fill_one(struct index *ix, struct filling *f, uint32_t uid, int (*make)(
    void *arg, int fd, struct buf *b, uint32_t *wire), void *arg)
{
	struct index_blob *b = f->blob + f->n;
	int fd = index_read(ix, uid), skip;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	b->uid = uid;
	b->wire = INDEX_UNKNOWN;
	f->at[f->n] = f->octets.len;
	skip = make(arg, fd, &f->octets, &b->wire);
	close(fd);
	b->n = f->octets.len - f->at[f->n];
	if (skip || b->n == 0 || b->n > INDEX_BLOB_MAX) {
		f->octets.len = f->at[f->n];
		return 0;
	}
	f->n++;
	return 1;
}

static ssize_t
fill(struct index *ix, struct filling *f, size_t first, size_t max, int (*make)(
    void *arg, int fd, struct buf *b, uint32_t *wire), void *arg)
{
	ssize_t done = 0;
	size_t i, n;

	for (i = first; i < ix->n && (size_t)done < max; i++) {
		const struct index_record *r = index_at(ix, i);
		int one;

		if (r->flags & INDEX_EXPUNGED || index_blob(ix, r, &n) != NULL)
			continue;
		one = fill_one(ix, f, r->uid, make, arg);
		if (one == -1)
			return -1;
		done += one;
		if ((f->n == FILL_MAX || f->octets.len > FILL_OCTETS) &&
		    write_filling(ix, f) == -1)
			return -1;
	}
	return write_filling(ix, f) == -1 ? -1 : done;
}

ssize_t
index_fill(struct index *ix, size_t first, size_t max, int (*make)(void *arg,
    int fd, struct buf *b, uint32_t *wire), void *arg)
{
	struct filling *f = malloc(sizeof(*f));
	ssize_t r;

	if (f == NULL)
		return -1;
	memset(f, 0, sizeof(*f));
	f->octets.max = UINT32_MAX;
	r = fill(ix, f, first, max, make, arg);
	buf_free(&f->octets);
	free(f);
	return r;
}
