/* dropindex - a maildrop that is read from its folder's index; see maildrop.h. */
#include "mail/maildrop.h"

#include <fcntl.h>
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
	d->new = fcntl(d->ix.new, F_DUPFD_CLOEXEC, 3);
	d->cur = fcntl(d->ix.cur, F_DUPFD_CLOEXEC, 3);
	if (d->new == -1 || d->cur == -1 || index_sync(&d->ix) == -1 ||
	    take_index(d) == -1) {
		maildrop_close(d);
		return -1;
	}
	return 0;
}

int
maildrop_open_index(struct maildrop *d, const char *path,
    const struct index_boot *boot)
{
	return open_index(d, path, boot) == 0 ? 1 : maildrop_open(d, path);
}

/* By an index of its own: the session's stays as it was when it began. */
void
maildrop_learn(struct maildrop *d)
{
	struct index now;

	if (d->facts.len + d->gone.len == 0 ||
	    index_open(&now, d->ix.path, d->ix.boot) == -1)
		return;
	if (d->facts.len > 0)
		(void)index_note(&now, (void *)d->facts.s,
		    d->facts.len / sizeof(struct index_fact));
	if (d->gone.len > 0)
		(void)index_deleted(&now, (void *)d->gone.s,
		    d->gone.len / sizeof(struct index_range));
	d->facts.len = d->gone.len = 0;
	index_close(&now);
}
