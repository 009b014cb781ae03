/* index-sync - what others did to the Maildir goes into the index, and new
 * files get their UIDs; see index.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/index-name.h"
#include "mail/index-scan.h"
#include "sys/clock.h"

#define QUIET_MS	21	/* until a folder's times can be trusted */
#define LOOKS		3	/* for what is missing */

/* 1 if the message is looked for and was not seen. */
static int
is_missing(const struct index_look *l, size_t place, int whole)
{
	const struct index_record *r = index_state_at(&l->ix->state, place);

	return l->seen[place] == 0 && !(r->flags & INDEX_EXPUNGED) &&
	    (whole || r->flags & INDEX_IN_NEW);
}

static size_t
count_missing(const struct index_look *l, int whole)
{
	size_t i, n = 0;

	for (i = 0; i < l->known; i++)
		n += (size_t)is_missing(l, i, whole);
	return n;
}

/* Look again for what is missing, at both folders. 1 if what is missing then is
 * gone for certain; 0 if others were at work, so that it may have been passed
 * over; or -1. */
static int
look_again(struct index_look *l)
{
	int looks;

	for (looks = 0; looks < LOOKS; looks++) {
		if (looks > 0)
			(void)poll(NULL, 0, QUIET_MS);
		if (index_look_new(l) == -1 || index_look_cur(l) == -1)
			return -1;
		if (count_missing(l, 1) == 0 ||
		    (l->stable && l->cur.trusted))
			return 1;
	}
	return 0;
}

static int
say_gone(struct index *ix, const struct index_record *r, uint64_t modseq)
{
	const struct index_range one = { r->uid, r->uid };
	const struct { uint64_t modseq; struct index_range range; } e = {
		modseq, one };

	return index_log_put(&ix->batch, INDEX_EXPUNGE, &e, sizeof(e));
}

/* Expunge what is missing, and whose file is not there under its name
 * either. */
static int
expunge_missing(struct index_look *l, uint64_t modseq)
{
	char path[INDEX_PATH];
	struct stat st;
	size_t i;

	for (i = 0; i < l->known; i++) {
		const struct index_record *r;

		if (!is_missing(l, i, 1))
			continue;
		r = index_state_at(&l->ix->state, i);
		if (*index_path(l->ix, r, path) != '\0' &&
		    (fstatat(l->ix->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		    errno != ENOENT))
			continue;
		if (say_gone(l->ix, r, modseq) == -1)
			return -1;
	}
	return 0;
}

/* Another name. A flag that it has not in common with the name before was
 * changed by somebody else; all others are as we have them. */
static int
merge_name(struct index_look *l, const struct index_found *f, uint64_t modseq)
{
	const struct index_record *r = index_state_at(&l->ix->state, f->place);
	uint32_t ours = index_name_wanted(r->flags, r->keywords), theirs, both;
	struct index_record as = { .uid = r->uid };
	struct index_rename i = { .uid = r->uid };

	index_name_read(&as, f->text, f->name_n, f->in_new);
	theirs = as.disk;
	both = (ours & ~(theirs ^ r->disk)) | (theirs & (theirs ^ r->disk));
	i.flags = (r->flags & ~(INDEX_FLAGS | INDEX_IN_NEW | INDEX_ODD |
	    INDEX_FIXED)) | as.flags | (both & INDEX_FLAGS);
	i.keywords = (r->keywords & ~(uint64_t)(UINT32_MAX >> 6)) | both >> 6;
	i.modseq = both != ours ? modseq : 0;
	i.disk = theirs;
	i.name_n = as.flags & INDEX_ODD ? f->name_n : 0;
	return index_log_item(&l->ix->batch, INDEX_NAMES, &i, sizeof(i),
	    f->text, i.name_n);
}

/* In the order of their delivery. */
static int
by_time(const void *a, const void *b)
{
	const struct index_found *x = a, *y = b;
	size_t n = x->base_n < y->base_n ? x->base_n : y->base_n;
	int c;

	if (x->seconds != y->seconds)
		return x->seconds < y->seconds ? -1 : 1;
	c = memcmp(x->text, y->text, n);
	return c != 0 ? c : x->base_n - y->base_n;
}

/* Give the n files at f their UIDs. One that others rename just now is there
 * all the same; if it is deleted the next look says so. */
static int
add_fresh(struct index_look *l, struct index_found *f, size_t n,
    uint64_t modseq)
{
	struct index_record r;
	uint32_t uid;
	int done;
	size_t i;

	if (n == 0)
		return 0;
	qsort(f, n, sizeof(*f), by_time);
	if (index_uids_take(l->ix->dir, &l->ix->state.head, l->ix->boot,
	    (uint32_t)n, &uid) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		done = index_record_make(l->ix, &r, f[i].text, f[i].name_n,
		    f[i].in_new, modseq);
		r.uid = uid++;
		if (done == -1 || index_record_say(l->ix, &r, f[i].text) == -1)
			return -1;
		l->again |= done == 0;
	}
	return 0;
}

/* 1 if the message's file is there under both names: they are two files. */
static int
is_double(const struct index_look *l, const struct index_found *f)
{
	const struct index_record *r = index_state_at(&l->ix->state, f->place);
	char path[INDEX_PATH];
	struct stat known, other;

	return *index_path(l->ix, r, path) != '\0' &&
	    fstatat(f->in_new ? l->ix->new : l->ix->cur, f->text, &other,
		AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(l->ix->dir, path, &known, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (known.st_ino != other.st_ino || known.st_dev != other.st_dev);
}

/* Two files with one base name, as a careless copy makes them: this one gets a
 * name of its own, with its flags, and is a new message at the next look. */
static void
part_double(struct index_look *l, const struct index_found *f)
{
	uint64_t now = clock_wall_us();
	char name[INDEX_NAME];
	int dir = f->in_new ? l->ix->new : l->ix->cur;
	int n = snprintf(name, sizeof(name), "%" PRIu64 ".C%06" PRIu64
	    "D%u.correo%s", now / 1000000, now % 1000000, (unsigned)f->place,
	    f->text + f->base_n);

	l->again = 1;
	if (n > 0 && (size_t)n < sizeof(name))
		(void)renameat(dir, f->text, dir, name);
}

/* All that the look has found, into the batch. */
static int
say_found(struct index_look *l, uint64_t modseq)
{
	size_t i, fresh = 0;

	for (i = 0; i < l->n; i++)
		l->found[i].text = l->names.s + l->found[i].name;
	for (i = 0; i < l->n; i++)
		if (l->found[i].place == INDEX_FRESH)
			l->found[fresh++] = l->found[i];
		else if (is_double(l, l->found + i))
			part_double(l, l->found + i);
		else if (l->seen[l->found[i].place] == i + 2 &&
		    merge_name(l, l->found + i, modseq) == -1)
			return -1;
	return add_fresh(l, l->found, fresh, modseq);
}

static int
say_stamps(const struct index_look *l)
{
	const struct index_stamp two[2] = { l->new, l->cur };

	return index_log_put(&l->ix->batch, INDEX_STAMPS, two, sizeof(two));
}

static int
look(struct index_look *l, int whole)
{
	uint64_t modseq = index_modseq(l->ix);
	size_t missing;
	int sure = 1;

	l->cur = l->ix->state.head.cur;
	if (index_look_new(l) == -1 || (whole && index_look_cur(l) == -1))
		return -1;
	missing = count_missing(l, whole);
	if (missing > 0)
		sure = look_again(l);
	if (sure == -1 ||
	    (missing > 0 && sure && expunge_missing(l, modseq) == -1))
		return -1;
	if (say_found(l, modseq) == -1)
		return -1;
	if (!sure || l->again)
		l->new.trusted = l->cur.trusted = 0;
	if (say_stamps(l) == -1)
		return -1;
	return index_commit(l->ix);
}

int
index_scan(struct index *ix, int whole)
{
	struct index_look l;
	int r = index_look_begin(&l, ix);

	if (r == 0)
		r = look(&l, whole);
	index_look_end(&l);
	return r;
}

int
index_folders_changed(struct index *ix)
{
	struct index_stamp new, cur;

	if (index_stamp_take(ix->new, &new) == -1 ||
	    index_stamp_take(ix->cur, &cur) == -1)
		return -1;
	return (index_stamp_same(&ix->state.head.new, &new) ? 0 : 1) |
	    (index_stamp_same(&ix->state.head.cur, &cur) ? 0 : 2);
}

int
index_sync(struct index *ix)
{
	int refreshed = index_refresh(ix), changed;

	index_watch_end(ix, 0);
	changed = index_folders_changed(ix);
	if (changed == -1)
		return -1;
	if (refreshed != -1 && (changed == 0 || index_watch_alone(ix)))
		return 0;
	if (index_begin(ix) == -1)
		return -1;
	changed = index_folders_changed(ix);
	if (changed > 0)
		changed = index_scan(ix, changed & 2);
	return index_end(ix, changed);
}
