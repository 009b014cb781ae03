/* dropindex - a maildrop that is read from its folder's index; see
 * maildrop.h. */
#include "mail/maildrop.h"

#include <stdlib.h>

/* All messages of the index; their names stay there. 0, or -1 with errno. */
static int
take_index(struct maildrop *d)
{
	size_t i;

	d->m = calloc(d->ix.n + 1, sizeof(*d->m));
	if (d->m == NULL)
		return -1;
	d->room = d->ix.n + 1;
	for (i = 0; i < d->ix.n; i++) {
		const struct index_record *r = index_at(&d->ix, i);
		struct drop_message *m = d->m + d->n;

		if (r->flags & INDEX_EXPUNGED || r->name_n == 0)
			continue;
		m->uid = r->uid;
		m->name = (uint32_t)i;
		m->base_n = r->base_n;
		m->octets = r->wire != INDEX_UNKNOWN ? r->wire : DROP_UNKNOWN;
		m->in_new = (r->flags & INDEX_IN_NEW) != 0;
		d->n++;
	}
	return 0;
}

/* 0, or -1 where there can be no index. */
static int
open_index(struct maildrop *d, const char *path, const struct index_boot *boot)
{
	const struct maildrop empty = MAILDROP_EMPTY;

	*d = empty;
	if (index_open(&d->ix, path, boot) == -1)
		return -1;
	d->indexed = 1;
	if (index_sync(&d->ix) == -1 || take_index(d) == -1) {
		maildrop_close(d);
		return -1;
	}
	index_freeze(&d->ix, &d->new, &d->cur);
	return 0;
}

int
maildrop_open_index(struct maildrop *d, const char *path,
    const struct index_boot *boot)
{
	return open_index(d, path, boot) == 0 ? 1 : maildrop_open(d, path);
}

/* An index of its own: the session's stays as it was when it began. */
static int
open_now(struct maildrop *d)
{
	if (d->indexed && !d->changing)
		d->changing = index_open(&d->now, d->ix.path,
		    d->ix.boot) == 0;
	return d->changing;
}

void
maildrop_will_change(struct maildrop *d)
{
	if (open_now(d))
		(void)index_watch(&d->now);
}

void
maildrop_learn(struct maildrop *d)
{
	const struct index_range *gone = (const void *)d->gone.s;
	const struct index_range *seen = (const void *)d->seen.s;

	if ((d->facts.len == 0 && !d->changing) || !open_now(d))
		return;
	if (d->facts.len > 0)
		(void)index_note(&d->now, (void *)d->facts.s,
		    d->facts.len / sizeof(struct index_fact));
	if (d->gone.len > 0)
		(void)index_deleted(&d->now, gone, d->gone.len / sizeof(*gone));
	if (d->seen.len > 0)
		(void)index_seen(&d->now, seen, d->seen.len / sizeof(*seen));
	d->facts.len = d->gone.len = d->seen.len = 0;
	index_close(&d->now);
	d->changing = 0;
}
