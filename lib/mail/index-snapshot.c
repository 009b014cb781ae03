/* index-snapshot - write a snapshot, and begin a log behind it; see
 * index-format.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"

#define GONE_MAX	4096	/* ranges of UIDs that are remembered */
#define PIECE_OCTETS	65536

/* Octets on their way to a file. */
struct out {
	int	fd, failed;
	size_t	n;
	char	piece[PIECE_OCTETS];
};

static void
flush(struct out *o)
{
	if (!o->failed && io_write_file(o->fd, o->piece, o->n) == -1)
		o->failed = 1;
	o->n = 0;
}

static void
put(struct out *o, const void *p, size_t n)
{
	const char *s = p;

	while (n > 0) {
		size_t part = sizeof(o->piece) - o->n;

		if (part > n)
			part = n;
		memcpy(o->piece + o->n, s, part);
		o->n += part;
		s += part;
		n -= part;
		if (o->n == sizeof(o->piece))
			flush(o);
	}
}

/* The next record that goes into the snapshot, and its name; NULL at the
 * end. */
static const struct index_record *
next_record(const struct index_state *s, size_t *i, const char **name,
    size_t *name_n)
{
	while (*i < index_state_n(s)) {
		const struct index_record *r = index_state_at(s, (*i)++);

		*name = index_state_kept(s, r, name_n);
		if (!(r->flags & INDEX_EXPUNGED) && *name_n > 0)
			return r;
	}
	return NULL;
}

static void
put_records(struct out *o, const struct index_state *s, struct index_head *h)
{
	const struct index_record *r;
	const char *name;
	size_t i = 0, n;

	while ((r = next_record(s, &i, &name, &n)) != NULL) {
		struct index_record copy = *r;

		copy.name = h->names_n;
		put(o, &copy, sizeof(copy));
		index_state_count(h, r, 1);
		h->names_n += (uint32_t)n;
		h->n++;
	}
}

static void
put_names(struct out *o, const struct index_state *s)
{
	const char *name;
	size_t i = 0, n;

	while (next_record(s, &i, &name, &n) != NULL)
		put(o, name, n);
}

/* The last GONE_MAX ranges. */
static void
put_gone(struct out *o, const struct index_state *s, struct index_head *h)
{
	size_t all = s->old_gone_n + s->gone_n, i;

	for (i = 0; i < all; i++) {
		const struct index_gone *g = i < s->old_gone_n ?
		    s->old_gone + i : s->gone + (i - s->old_gone_n);

		if (all - i > GONE_MAX) {
			h->gone_since = g->modseq;
			continue;
		}
		put(o, g, sizeof(*g));
		h->gone_n++;
	}
}

/* The head with all sums at 0: they are made anew. */
static struct index_head
empty_head(const struct index *ix)
{
	struct index_head h = ix->state.head;

	h.n = h.gone_n = h.names_n = 0;
	h.messages = h.unseen = h.deleted = h.dirty = h.unsized = h.in_new = 0;
	h.octets = h.wire = 0;
	h.unseen_from = h.next;
	h.log_id = ix->log_id;
	h.log_at = ix->log_at;
	return h;
}

static int
write_snapshot(struct index *ix, int fd)
{
	struct out *o = malloc(sizeof(*o));
	struct index_head h = empty_head(ix);
	int r;

	if (o == NULL)
		return -1;
	o->fd = fd;
	o->failed = 0;
	o->n = 0;
	put(o, &h, sizeof(h));
	put_records(o, &ix->state, &h);
	put_gone(o, &ix->state, &h);
	put(o, ix->state.keyword, h.keywords_n * (size_t)INDEX_KEYWORD);
	put_names(o, &ix->state);
	flush(o);
	r = o->failed ? -1 : 0;
	free(o);
	h.crc = index_head_crc(&h, sizeof(h), offsetof(struct index_head, crc));
	if (r == -1 || pwrite(fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h))
		return -1;
	return fsync(fd);
}

/* correo-index anew. The one before stays until this one is whole. */
static int
replace_snapshot(struct index *ix)
{
	int fd = openat(ix->dir, "correo-index.new", O_WRONLY | O_CREAT |
	    O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600), r, e;

	if (fd == -1)
		return -1;
	r = write_snapshot(ix, fd);
	e = errno;
	close(fd);
	errno = e;
	if (r == -1 || renameat(ix->dir, "correo-index.new", ix->dir,
	    "correo-index") == -1)
		return -1;
	return fsync(ix->dir);
}

int
index_fold(struct index *ix)
{
	struct index_log_head h;
	uint64_t id = clock_wall_us();

	if (id <= ix->log_id)
		id = ix->log_id + 1;
	index_cache_fold(ix);
	if (replace_snapshot(ix) == -1)
		return -1;
	index_log_head(&h, id, ix->log_id, ix->log_at);
	if (index_replace(ix->dir, "correo-log", &h, sizeof(h)) == -1)
		return -1;
	return index_load(ix);
}
