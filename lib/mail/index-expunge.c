/* index-expunge - messages that go; see index.h. The file first, then the log:
 * who is killed in between leaves a message without a file, which the next look
 * finds. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Delete r's file. 0, also if there is none; or -1 with errno, *missing
 * counts. */
static int
unlink_one(struct index *ix, const struct index_record *r, size_t *missing)
{
	char path[INDEX_PATH];

	if (*index_path(ix, r, path) == '\0')
		return 0;
	if (unlinkat(ix->dir, path, 0) == 0) {
		index_watch_own(ix, 1);
		return 0;
	}
	if (errno != ENOENT)
		return -1;
	(*missing)++;
	return 0;
}

/* The last range of the batch, which holds expunges alone, or NULL. */
static struct index_range *
last_range(struct index_batch *b)
{
	const struct index_entry *e = (const void *)(b->b.s + b->last);

	if (b->b.len == 0 || e->n < sizeof(uint64_t) +
	    sizeof(struct index_range) || e->n >= INDEX_ENTRY_MAX)
		return NULL;
	return (void *)(b->b.s + b->b.len - sizeof(struct index_range));
}

static int
say_expunged(struct index *ix, const struct index_record *r, uint64_t modseq)
{
	const struct index_range one = { r->uid, r->uid };
	struct index_range *last = last_range(&ix->batch);

	if (last == NULL && index_log_put(&ix->batch, INDEX_EXPUNGE, &modseq,
	    sizeof(modseq)) == -1)
		return -1;
	if (last != NULL && last->last + 1 == r->uid) {
		last->last++;
		return 0;
	}
	return index_log_item(&ix->batch, INDEX_EXPUNGE, &one, sizeof(one),
	    NULL, 0);
}

/* Delete what is in the ranges, and say so; *missing counts those whose name is
 * another one: they stay. */
static int
unlink_all(struct index *ix, const struct index_range *ranges, size_t n,
    int deleted, size_t *missing)
{
	size_t all = index_state_n(&ix->state), i, k, before;
	uint64_t modseq = index_modseq(ix);
	int r = 0, e;

	for (k = 0; k < n && r == 0; k++)
		for (i = index_state_find(&ix->state, ranges[k].first);
		    i < all && r == 0; i++) {
			const struct index_record *m =
			    index_state_at(&ix->state, i);

			if (m->uid > ranges[k].last)
				break;
			if (m->flags & INDEX_EXPUNGED ||
			    (deleted && !(m->flags & INDEX_DELETED)))
				continue;
			before = *missing;
			r = unlink_one(ix, m, missing);
			if (r == 0 && *missing == before)
				r = say_expunged(ix, m, modseq);
		}
	e = errno;
	if (index_commit(ix) == -1)
		return -1;
	errno = e;
	return r;
}

int
index_expunge(struct index *ix, const struct index_range *ranges, size_t n,
    int deleted)
{
	size_t missing = 0;
	int r;

	if (index_begin(ix) == -1)
		return -1;
	index_watch_begin(ix);
	r = unlink_all(ix, ranges, n, deleted, &missing);
	if (r == 0 && missing > 0)
		r = index_scan(ix, 1);		/* others renamed them */
	if (r == 0 && missing > 0)
		r = unlink_all(ix, ranges, n, deleted, &missing);
	return index_end(ix, r);
}

/* Say that those in the range are expunged whose file is not there. */
static int
say_deleted(struct index *ix, const struct index_range *range, uint64_t modseq)
{
	size_t i = index_state_find(&ix->state, range->first);
	char path[INDEX_PATH];
	struct stat st;

	for (; i < index_state_n(&ix->state); i++) {
		const struct index_record *r = index_state_at(&ix->state, i);

		if (r->uid > range->last)
			break;
		if (r->flags & INDEX_EXPUNGED ||
		    *index_path(ix, r, path) == '\0' ||
		    fstatat(ix->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		    errno != ENOENT)
			continue;
		if (say_expunged(ix, r, modseq) == -1)
			return -1;
	}
	return 0;
}

int
index_deleted(struct index *ix, const struct index_range *ranges, size_t n)
{
	uint64_t modseq;
	size_t i;
	int r = 0;

	if (index_begin(ix) == -1)
		return -1;
	modseq = index_modseq(ix);
	for (i = 0; i < n && r == 0; i++)
		r = say_deleted(ix, ranges + i, modseq);
	if (r == 0)
		r = index_commit(ix);
	return index_end(ix, r);
}
