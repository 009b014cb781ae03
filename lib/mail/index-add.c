/* index-add - new files get their records and UIDs; see index.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "mail/index-name.h"
#include "sys/clock.h"

#define SKEW_S		60	/* between clocks */

static uint32_t
octets_of(const struct stat *st)
{
	return st->st_size < INDEX_UNKNOWN ? (uint32_t)st->st_size :
	    INDEX_UNKNOWN;
}

int
index_record_make(struct index *ix, struct index_record *r, const char *name,
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

int
index_record_say(struct index *ix, const struct index_record *r, const char *name)
{
	return index_log_item(&ix->batch, INDEX_ADD, r, sizeof(*r), name,
	    r->name_n);
}

/* The UID of a file that somebody else saw before us, or 0: it is among those
 * that came into the index since the file was linked. */
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
	done = index_record_make(ix, &r, f->name, n, f->in_new, modseq);
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
	return index_record_say(ix, &r, f->name);
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
