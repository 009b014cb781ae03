/* index-flush - what the flags say into the names; see index.h.
 *
 * The log is right at any time, names follow when there is time. Before they
 * are touched the log says that they will be: who finds that said and not done
 * looks at each, for a killed process may have renamed a file and not said so.
 * Without that the next look at the Maildir would take our own change for
 * another's. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/index-name.h"

#define FILES		256	/* that are renamed or deleted at once */

const char *
index_path(const struct index *ix, const struct index_record *r,
    char out[INDEX_PATH])
{
	memcpy(out, r->flags & INDEX_IN_NEW ? "new/" : "cur/", 4);
	if (index_state_name(&ix->state, r, out + 4) == 0)
		out[0] = '\0';
	return out;
}

/* The name in cur/ that r's flags want. Its length, or 0. */
static size_t
wanted_name(const struct index *ix, const struct index_record *r,
    char out[INDEX_NAME])
{
	size_t n;
	const char *kept = index_state_kept(&ix->state, r, &n);

	return n == 0 ? 0 : index_name_make(r, kept,
	    index_name_wanted(r->flags, r->keywords), out);
}

static int
say_flush(struct index *ix, uint64_t on)
{
	return index_log_put(&ix->batch, INDEX_FLUSH, &on, sizeof(on));
}

/* Say that r's file has that name, in cur/, now; modseq 0: and nothing else. */
static int
say_renamed(struct index *ix, const struct index_record *r, const char *name,
    size_t n, uint64_t modseq)
{
	struct index_record now = *r;
	struct index_rename i = { .uid = r->uid, .keywords = r->keywords,
	    .modseq = modseq };

	index_name_read(&now, name, n, 0);
	i.flags = now.flags;
	i.disk = now.disk;
	if (!(now.flags & INDEX_ODD))
		n = 0;
	i.name_n = (uint32_t)n;
	return index_log_item(&ix->batch, INDEX_NAMES, &i, sizeof(i), name, n);
}

/* 1 renamed, 0 it is not there, or cannot be, -1 with errno. */
static int
rename_one(struct index *ix, const struct index_record *r)
{
	char path[INDEX_PATH], name[INDEX_NAME];
	size_t n = wanted_name(ix, r, name);

	if (n == 0 || *index_path(ix, r, path) == '\0')
		return 0;
	if (renameat(ix->dir, path, ix->cur, name) == -1)
		return errno == ENOENT || errno == ENAMETOOLONG ? 0 : -1;
	index_watch_own(ix, 2);
	return say_renamed(ix, r, name, n, 0) == -1 ? -1 : 1;
}

static int
wants_rename(const struct index_record *r, int adopt)
{
	if (r->flags & (INDEX_EXPUNGED | INDEX_FIXED))
		return 0;
	return index_name_dirty(r) || (adopt && r->flags & INDEX_IN_NEW);
}

/* The places of those that want it, from *place on; how many. */
static size_t
collect(const struct index *ix, size_t *place, int adopt, size_t max,
    size_t places[FILES])
{
	size_t n = 0, all = index_state_n(&ix->state);

	if (max > FILES)
		max = FILES;
	for (; *place < all && n < max; (*place)++)
		if (wants_rename(index_state_at(&ix->state, *place), adopt))
			places[n++] = *place;
	return n;
}

/* Rename those at n places. How many; or -1, and what was done is said. */
static ssize_t
rename_some(struct index *ix, const size_t *places, size_t n)
{
	ssize_t done = 0;
	int r = 0, e;
	size_t i;

	if (say_flush(ix, 1) == -1 || index_commit(ix) == -1)
		return -1;
	for (i = 0; i < n && r != -1; i++) {
		r = rename_one(ix, index_state_at(&ix->state, places[i]));
		done += r == 1;
	}
	e = errno;
	if (say_flush(ix, 0) == -1 || index_commit(ix) == -1)
		return -1;
	errno = e;
	return r == -1 ? -1 : done;
}

ssize_t
index_flush(struct index *ix, size_t max, int adopt)
{
	size_t places[FILES], place = 0, n;
	ssize_t done = 0, some = 0;

	if (ix->state.head.dirty == 0 &&
	    (!adopt || ix->state.head.in_new == 0))
		return 0;
	if (index_begin(ix) == -1)
		return -1;
	index_watch_begin(ix);
	while (some != -1 && (n = collect(ix, &place, adopt,
	    max - (size_t)done, places)) > 0) {
		some = rename_some(ix, places, n);
		done += some;
	}
	return index_end(ix, some == -1 ? -1 : 0) == -1 ? -1 : done;
}

int
index_flush_again(struct index *ix)
{
	size_t i, n = index_state_n(&ix->state);
	char name[INDEX_NAME];
	struct stat st;

	for (i = 0; i < n; i++) {
		const struct index_record *r = index_state_at(&ix->state, i);
		size_t name_n;

		if (!wants_rename(r, 1))
			continue;
		name_n = wanted_name(ix, r, name);
		if (name_n == 0 || fstatat(ix->cur, name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		if (say_renamed(ix, r, name, name_n, 0) == -1)
			return -1;
	}
	return say_flush(ix, 0) == -1 ? -1 : index_commit(ix);
}

int
index_read(struct index *ix, uint32_t uid)
{
	const struct index_record *r;
	char path[INDEX_PATH];
	int looks = 0, fd;

	do {
		r = index_state_uid(&ix->state, uid);
		if (r == NULL || *index_path(ix, r, path) == '\0')
			return errno = ENOENT, -1;
		fd = openat(ix->dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd != -1 || errno != ENOENT || ++looks > 4)
			return fd;
		if (index_begin(ix) == -1 ||
		    index_end(ix, index_scan(ix, 1)) == -1)
			return -1;
	} while (index_state_uid(&ix->state, uid) != NULL);
	return errno = ENOENT, -1;
}

/* Say that r is seen, if its file is there under the name that says so. */
static int
say_seen(struct index *ix, const struct index_record *r, uint64_t modseq)
{
	struct index_record seen = *r;
	char name[INDEX_NAME];
	struct stat st;
	size_t n;

	if (r->flags & (INDEX_SEEN | INDEX_EXPUNGED | INDEX_FIXED))
		return 0;
	seen.flags |= INDEX_SEEN;
	n = wanted_name(ix, &seen, name);
	if (n == 0 || fstatat(ix->cur, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		index_watch_own(ix, 1);		/* let the next look find out */
		return 0;
	}
	return say_renamed(ix, &seen, name, n, modseq);
}

int
index_seen(struct index *ix, const struct index_range *ranges, size_t n)
{
	uint64_t modseq;
	size_t i;
	int r = 0;

	if (index_begin(ix) == -1)
		return -1;
	modseq = index_modseq(ix);
	for (i = 0; i < n && r == 0; i++) {
		const struct index_record *m = index_state_uid(&ix->state,
		    ranges[i].first);

		if (m != NULL)
			r = say_seen(ix, m, modseq);
	}
	if (r == 0)
		r = index_commit(ix);
	return index_end(ix, r);
}

int
index_watch(struct index *ix)
{
	if (index_sync(ix) == -1 || index_begin(ix) == -1)
		return -1;
	index_watch_begin(ix);
	return index_end(ix, 0);
}
