/* index-sync - what others did to the Maildir goes into the index, and new files
 * get their UIDs; see index.h. */
#include "mail/index.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/index-name.h"
#include "mail/index-scan.h"
#include "sys/clock.h"

#define QUIET_MS	21	/* until a folder's times can be trusted */
#define LOOKS		3	/* for what is missing */
#define SKEW_S		60	/* between clocks */

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

/* Expunge what is missing, and whose file is not there under its name either. */
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

/* Another name. A flag that it has not in common with the name before was changed
 * by somebody else; all others are as we have them. */
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

static uint32_t
octets_of(const struct stat *st)
{
	return st->st_size < INDEX_UNKNOWN ? (uint32_t)st->st_size :
	    INDEX_UNKNOWN;
}

/* The record of a new file but for its UID. 1; 0 if it is gone, or has another name
 * by now: the record has what the name says; or -1. */
static int
make_record(struct index *ix, struct index_record *r, const char *name,
    size_t n, int in_new, uint64_t modseq)
{
	struct stat st;

	memset(r, 0, sizeof(*r));
	index_name_read(r, name, n, in_new);
	r->flags |= r->disk & INDEX_FLAGS;
	r->keywords = r->disk >> 6;
	r->modseq = modseq;
	r->size = INDEX_UNKNOWN;
	r->wire = index_name_wire(name, r->base_n);
	r->date = r->saved = (uint32_t)(clock_wall_us() / 1000000);
	if (fstatat(in_new ? ix->new : ix->cur, name, &st, 0) == -1)
		return errno == ENOENT ? 0 : -1;
	r->size = octets_of(&st);
	r->date = (uint32_t)st.st_mtim.tv_sec;
	return 1;
}

static int
say_added(struct index *ix, const struct index_record *r, const char *name)
{
	return index_log_item(&ix->batch, INDEX_ADD, r, sizeof(*r), name,
	    r->name_n);
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

/* Give the n files at f their UIDs. One that others rename just now is there all the
 * same; if it is deleted the next look says so. */
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
		done = make_record(l->ix, &r, f[i].text, f[i].name_n,
		    f[i].in_new, modseq);
		r.uid = uid++;
		if (done == -1 || say_added(l->ix, &r, f[i].text) == -1)
			return -1;
		if (done == 0)
			l->new.trusted = l->cur.trusted = 0;
	}
	return 0;
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
	if (!sure)
		l->new.trusted = l->cur.trusted = 0;
	if (say_found(l, modseq) == -1 || say_stamps(l) == -1)
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

/* The UID of a file that somebody else saw before us, or 0: it is among those that
 * came into the index since the file was linked. */
static uint32_t
known_uid(const struct index *ix, const struct index_record *like,
    const char *name, uint32_t linked_s)
{
	size_t i = index_state_n(&ix->state), n;

	while (i-- > 0) {
		const struct index_record *r = index_state_at(&ix->state, i);

		if (r->saved < UINT32_MAX - SKEW_S &&
		    r->saved + SKEW_S < linked_s)
			break;
		if (r->hash == like->hash && r->base_n == like->base_n &&
		    !(r->flags & INDEX_EXPUNGED) &&
		    memcmp(index_state_kept(&ix->state, r, &n), name,
			r->base_n) == 0)
			return r->uid;
	}
	return 0;
}

static int
put_blob(struct index *ix, const struct index_file *f)
{
	const struct index_blob b = { .uid = f->uid, .wire = INDEX_UNKNOWN,
	    .p = f->blob, .n = f->blob_n };

	if (f->uid == 0 || f->blob == NULL)
		return 0;
	return index_cache_put(ix, &b, 1);
}

static int
add_file(struct index *ix, struct index_file *f, uint32_t *uid,
    uint64_t modseq)
{
	size_t n = strlen(f->name);
	struct index_record r;
	int done;

	if (n == 0 || n >= INDEX_NAME)
		return errno = ENAMETOOLONG, -1;
	done = make_record(ix, &r, f->name, n, f->in_new, modseq);
	if (done == -1)
		return -1;
	f->uid = done == 0 ? 0 : known_uid(ix, &r, f->name, r.saved);
	if (f->uid != 0 || done == 0)
		return 0;
	r.uid = f->uid = (*uid)++;
	r.keywords |= f->keywords;
	if (f->wire != INDEX_UNKNOWN)
		r.wire = f->wire;
	if (f->date != 0)
		r.date = f->date;
	return say_added(ix, &r, f->name);
}

int
index_add(struct index *ix, struct index_file *files, size_t n)
{
	uint64_t modseq;
	uint32_t uid;
	size_t i;
	int r;

	if (index_begin(ix) == -1)
		return -1;
	modseq = index_modseq(ix);
	r = index_uids_take(ix->dir, &ix->state.head, ix->boot, (uint32_t)n,
	    &uid);
	for (i = 0; i < n && r == 0; i++)
		r = add_file(ix, files + i, &uid, modseq);
	for (i = 0; i < n && r == 0; i++)
		r = put_blob(ix, files + i);
	if (r == 0)
		r = index_commit(ix);
	return index_end(ix, r);
}
