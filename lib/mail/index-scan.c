/* index-scan - see index-scan.h */
#include "mail/index-scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mail/index-name.h"
#include "sys/clock.h"
#include "sys/folder.h"

#define READINGS	4		/* of a folder that others change */
#define FINE_NS		20000000u	/* two ticks of the kernel's clock */
#define COARSE_NS	2000000000u	/* where files have whole seconds */

static uint64_t
ns_of(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

int
index_stamp_take(int fd, struct index_stamp *s)
{
	uint64_t now = clock_wall_us() * 1000, last;
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	s->mtime_ns = ns_of(&st.st_mtim);
	s->ctime_ns = ns_of(&st.st_ctim);
	last = s->mtime_ns > s->ctime_ns ? s->mtime_ns : s->ctime_ns;
	s->trusted = now > last && now - last >=
	    (st.st_ctim.tv_nsec == 0 ? COARSE_NS : FINE_NS);
	return 0;
}

int
index_stamp_same(const struct index_stamp *then, const struct index_stamp *now)
{
	return then->trusted && then->mtime_ns == now->mtime_ns &&
	    then->ctime_ns == now->ctime_ns;
}

static const char *
name_of(const struct index_look *l, uint32_t id, size_t *base_n)
{
	const struct index_record *r;
	const char *kept;
	size_t n;

	if (id >= l->known) {
		*base_n = l->found[id - l->known].base_n;
		return l->names.s + l->found[id - l->known].name;
	}
	r = index_state_at(&l->ix->state, id);
	kept = index_state_kept(&l->ix->state, r, &n);
	*base_n = n > 0 ? r->base_n : 0;
	return kept;
}

/* The slot of that base name, or the free one where it goes. */
static uint32_t *
find_slot(const struct index_look *l, uint32_t hash, const char *base, size_t n)
{
	size_t i = hash & (l->slots - 1), base_n;

	while (l->slot[i] != 0) {
		const char *name = name_of(l, l->slot[i] - 1, &base_n);

		if (base_n == n && memcmp(name, base, n) == 0)
			break;
		i = (i + 1) & (l->slots - 1);
	}
	return l->slot + i;
}

/* Put an id where it goes without a look at names: none is there twice. */
static void
put_id(struct index_look *l, uint32_t id, uint32_t hash)
{
	size_t i = hash & (l->slots - 1);

	while (l->slot[i] != 0)
		i = (i + 1) & (l->slots - 1);
	l->slot[i] = id + 1;
	l->used++;
}

/* A table twice as large as it must be for n names. */
static int
make_table(struct index_look *l, size_t n)
{
	size_t slots = 64, i;

	while (slots < 2 * n)
		slots *= 2;
	free(l->slot);
	l->slot = calloc(slots, sizeof(*l->slot));
	if (l->slot == NULL)
		return -1;
	l->slots = slots;
	l->used = 0;
	for (i = 0; i < l->known; i++) {
		const struct index_record *r = index_state_at(&l->ix->state,
		    i);

		if (!(r->flags & INDEX_EXPUNGED))
			put_id(l, (uint32_t)i, r->hash);
	}
	for (i = 0; i < l->n; i++)
		if (l->found[i].place == INDEX_FRESH)
			put_id(l, (uint32_t)(l->known + i), l->found[i].hash);
	return 0;
}

int
index_look_begin(struct index_look *l, struct index *ix)
{
	memset(l, 0, sizeof(*l));
	l->ix = ix;
	l->names.max = UINT32_MAX;
	l->known = index_state_n(&ix->state);
	l->seen = calloc(l->known + 1, sizeof(*l->seen));
	return l->seen == NULL ? -1 : make_table(l, l->known + 32);
}

void
index_look_end(struct index_look *l)
{
	free(l->slot);
	free(l->seen);
	free(l->found);
	buf_free(&l->names);
}

/* One more found file, for its name. NULL with errno ENOMEM. */
static struct index_found *
add_found(struct index_look *l)
{
	size_t room = l->room > 0 ? 2 * l->room : 64;
	void *p;

	if (l->n == l->room) {
		p = realloc(l->found, room * sizeof(*l->found));
		if (p == NULL)
			return NULL;
		l->found = p;
		l->room = room;
	}
	return l->found + l->n++;
}

/* f is called so now. */
static int
set_name(struct index_look *l, struct index_found *f, const char *name,
    const struct index_record *as)
{
	size_t n = strlen(name);

	f->name = (uint32_t)l->names.len;
	f->name_n = (uint8_t)n;
	f->base_n = as->base_n;
	f->hash = as->hash;
	f->in_new = (as->flags & INDEX_IN_NEW) != 0;
	return buf_add(&l->names, name, n + 1);
}

/* 1 if r's file is called just as the index says. */
static int
is_as_known(const struct index_look *l, const struct index_record *r,
    const struct index_record *as, const char *name)
{
	const uint32_t where = INDEX_IN_NEW | INDEX_ODD | INDEX_FIXED;
	size_t n;

	if ((r->flags & where) != (as->flags & where) || r->disk != as->disk ||
	    r->name_n != as->name_n)
		return 0;
	return !(r->flags & INDEX_ODD) || memcmp(index_state_kept(
	    &l->ix->state, r, &n), name, as->name_n) == 0;
}

/* A message that the index knows, under some name. */
static int
see_known(struct index_look *l, uint32_t place, const char *name,
    const struct index_record *as)
{
	struct index_found *f;

	if (is_as_known(l, index_state_at(&l->ix->state, place), as, name)) {
		l->seen[place] = 1;
		return 0;
	}
	if (l->seen[place] < 2) {
		f = add_found(l);
		if (f == NULL)
			return -1;
		f->place = place;
		l->seen[place] = (uint32_t)l->n + 1;
	}
	return set_name(l, l->found + (l->seen[place] - 2), name, as);
}

static int
see_fresh(struct index_look *l, uint32_t *slot, const char *name,
    const struct index_record *as)
{
	struct index_found *f;

	if (*slot != 0)
		l->again = 1;
	if (*slot != 0)
		return set_name(l, l->found + (*slot - 1 - l->known), name,
		    as);
	f = add_found(l);
	if (f == NULL)
		return -1;
	f->place = INDEX_FRESH;
	f->seconds = index_name_seconds(name, as->base_n);
	if (set_name(l, f, name, as) == -1)
		return -1;
	*slot = (uint32_t)(l->known + l->n);
	l->used++;
	return 2 * l->used > l->slots ? make_table(l, 2 * l->used) : 0;
}

static int
each_name(void *arg, const char *name, size_t n, unsigned char type)
{
	struct index_look *l = arg;
	struct index_record as = { .uid = 0 };
	uint32_t *slot;

	if (name[0] == '.' || n >= INDEX_NAME || name[0] == ':' ||
	    !folder_has_file(l->in_new ? l->ix->new : l->ix->cur, name, type))
		return 0;
	index_name_read(&as, name, n, l->in_new);
	slot = find_slot(l, as.hash, name, as.base_n);
	if (*slot != 0 && *slot - 1 < l->known)
		return see_known(l, *slot - 1, name, &as);
	return see_fresh(l, slot, name, &as);
}

int
index_look_new(struct index_look *l)
{
	l->in_new = 1;
	if (index_stamp_take(l->ix->new, &l->new) == -1)
		return -1;
	return folder_read(l->ix->new, each_name, l);
}

int
index_look_cur(struct index_look *l)
{
	struct index_stamp after;
	int tries = 0;

	l->in_new = 0;
	do {
		if (index_stamp_take(l->ix->cur, &l->cur) == -1 ||
		    folder_read(l->ix->cur, each_name, l) == -1 ||
		    index_stamp_take(l->ix->cur, &after) == -1)
			return -1;
		l->stable = l->cur.mtime_ns == after.mtime_ns &&
		    l->cur.ctime_ns == after.ctime_ns;
	} while (!l->stable && ++tries < READINGS);
	return 0;
}
