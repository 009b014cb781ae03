/* index-items - entries of messages with names: new ones, and other names; see
 * index-state.h. An entry is looked through before it changes anything. */
#include "mail/index-state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t
padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* The next item of size octets with a name behind it: name_n of them, which is
 * read from the item by get_n. 1, 0 at the end, -1 if it is none. */
static int
check_items(const void *p, size_t n, size_t size, size_t (*get_n)(const void *),
    int (*good)(void *arg, const void *item), void *arg)
{
	const char *at = p;

	while (n > 0) {
		if (n < size || padded(get_n(at)) > n - size ||
		    !good(arg, at))
			return errno = EINVAL, -1;
		n -= size + padded(get_n(at));
		at += size + padded(get_n(at));
	}
	return 0;
}

static size_t
record_name_n(const void *item)
{
	return ((const struct index_record *)item)->name_n;
}

static int
good_record(void *arg, const void *item)
{
	const struct index_record *r = item;
	uint32_t *last = arg;

	if (r->uid <= *last || r->uid == UINT32_MAX || r->name_n == 0 ||
	    r->base_n > r->name_n || r->flags & INDEX_EXPUNGED)
		return 0;
	*last = r->uid;
	return 1;
}

static int
make_room(struct index_state *s)
{
	size_t room = s->more_room > 0 ? 2 * s->more_room : 64;
	void *p;

	if (s->more_n < s->more_room)
		return 0;
	p = realloc(s->more, room * sizeof(*s->more));
	if (p == NULL)
		return -1;
	s->more = p;
	s->more_room = room;
	return 0;
}

static int
add_name(struct index_state *s, struct index_record *r, const char *name)
{
	size_t at = s->names_n + s->more_names.len;

	if (at > UINT32_MAX - INDEX_NAME)
		return errno = ENOMEM, -1;
	if (buf_add(&s->more_names, name, r->name_n) == -1)
		return -1;
	r->name = (uint32_t)at;
	return 0;
}

int
index_state_add(struct index_state *s, const void *p, size_t n)
{
	const char *at = p, *end = at + n;
	uint32_t last = s->head.next - 1;

	if (check_items(p, n, sizeof(struct index_record), record_name_n,
	    good_record, &last) == -1)
		return -1;
	while (at < end) {
		struct index_record r;

		memcpy(&r, at, sizeof(r));
		if (make_room(s) == -1 ||
		    add_name(s, &r, at + sizeof(r)) == -1)
			return -1;
		s->more[s->more_n++] = r;
		index_state_count(&s->head, &r, 1);
		index_state_modseq(&s->head, r.modseq);
		s->head.next = r.uid + 1;
		at += sizeof(r) + padded(r.name_n);
	}
	return 0;
}

static size_t
rename_name_n(const void *item)
{
	return ((const struct index_rename *)item)->name_n;
}

static int
good_rename(void *arg, const void *item)
{
	const struct index_rename *i = item;

	(void)arg;
	return i->name_n < INDEX_NAME && !(i->flags & INDEX_EXPUNGED);
}

/* A name that is no odd one any more needs but its base part. */
static int
take_name(struct index_state *s, struct index_record *r,
    const struct index_rename *i)
{
	if (i->name_n == 0) {
		if (!(i->flags & INDEX_ODD))
			r->name_n = r->base_n;
		return 0;
	}
	if (i->name_n < r->base_n)
		return 0;
	r->name_n = (uint8_t)i->name_n;
	return add_name(s, r, (const char *)(i + 1));
}

int
index_state_rename(struct index_state *s, const void *p, size_t n)
{
	const char *at = p, *end = at + n;

	if (check_items(p, n, sizeof(struct index_rename), rename_name_n,
	    good_rename, NULL) == -1)
		return -1;
	while (at < end) {
		const struct index_rename *i = (const void *)at;
		struct index_record *r = index_state_uid(s, i->uid);

		at += sizeof(*i) + padded(i->name_n);
		if (r == NULL || r->flags & INDEX_EXPUNGED)
			continue;
		index_state_count(&s->head, r, UINT32_MAX);
		if (i->modseq != 0)
			r->modseq = i->modseq;
		r->flags = i->flags;
		r->keywords = i->keywords;
		r->disk = i->disk;
		index_state_count(&s->head, r, 1);
		index_state_modseq(&s->head, i->modseq);
		if (take_name(s, r, i) == -1)
			return -1;
	}
	return 0;
}
