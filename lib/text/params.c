/* params - see params.h */
#include "text/params.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"

#define WHOLE	(-1)

/* Take "name", "name*", "name*1" or "name*1*" apart. */
static void
read_name(struct params *all, size_t i)
{
	const struct content_word *w = &all->one[i].name;
	const char *star = memchr(w->s, '*', w->n);
	size_t n = w->n, from;
	uint64_t piece;

	all->one[i].base_n = n;
	all->one[i].piece = WHOLE;
	if (star == NULL || star == w->s)
		return;
	from = (size_t)(star - w->s) + 1;
	if (w->s[n - 1] == '*') {
		all->one[i].encoded = 1;
		n--;
	}
	if (from > n) {			/* "name*" */
		all->one[i].base_n = n;
		return;
	}
	if (num_u64(w->s + from, n - from, &piece) == -1 ||
	    piece >= CONTENT_PARAMS) {
		all->one[i].encoded = 0;
		return;
	}
	all->one[i].base_n = from - 1;
	all->one[i].piece = (int)piece;
}

void
params_read(struct params *all, const char *p, const char *end)
{
	size_t i;

	all->n = all->at = 0;
	while (all->n < CONTENT_PARAMS && content_param(&p, end,
	    &all->one[all->n].name, &all->one[all->n].value)) {
		i = all->n++;
		all->one[i].encoded = all->one[i].done = 0;
		read_name(all, i);
	}
}

/* Append what w stands for, if there is room. */
static void
add_text(struct buf *b, const struct content_word *w)
{
	ssize_t n;

	if (w->n == 0 || buf_room(b, w->n) == -1)
		return;
	n = content_text(w, b->s + b->len, w->n);
	if (n > 0)
		b->len += (size_t)n;
}

/* The piece of that number of the parameter that i belongs to; all->n: none. */
static size_t
find_piece(const struct params *all, size_t i, int piece)
{
	size_t k;

	for (k = 0; k < all->n; k++)
		if (all->one[k].piece == piece && !all->one[k].done &&
		    all->one[k].base_n == all->one[i].base_n &&
		    strncasecmp(all->one[k].name.s, all->one[i].name.s,
		    all->one[i].base_n) == 0)
			break;
	return k;
}

/* All pieces from the first on that are there. 1 if one of them is encoded. */
static int
join(struct params *all, size_t first, struct buf *value)
{
	int piece = 1, encoded = 0;
	size_t k;

	for (k = first; k < all->n; k = find_piece(all, first, piece++)) {
		add_text(value, &all->one[k].value);
		all->one[k].done = 1;
		encoded |= all->one[k].encoded;
	}
	return encoded;
}

int
params_next(struct params *all, struct param_text *out, struct buf *value)
{
	size_t i, first;

	while (all->at < all->n && all->one[all->at].done)
		all->at++;
	if (all->at == all->n)
		return 0;
	i = all->at;
	value->len = 0;
	out->name = all->one[i].name.s;
	first = all->one[i].piece == WHOLE ? all->n : find_piece(all, i, 0);
	if (first < all->n) {
		out->encoded = join(all, first, value);
		/* A '*' stands behind the name in any piece. */
		out->n = all->one[i].base_n + (size_t)out->encoded;
		return 1;
	}
	all->one[i].done = 1;
	add_text(value, &all->one[i].value);
	out->n = all->one[i].name.n;
	out->encoded = all->one[i].piece == WHOLE && all->one[i].encoded;
	return 1;
}
