/* fields - see fields.h */
#include "text/fields.h"

#include <string.h>

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Behind the line that begins at p. */
static const char *
line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf != NULL ? lf + 1 : end;
}

static void
find_name(struct header_field *f, const char *first_end)
{
	const char *colon = memchr(f->from, ':', (size_t)(first_end - f->from));

	f->name = f->value = f->from;
	f->name_n = 0;
	if (colon == NULL)
		return;
	f->value = colon + 1;
	while (colon > f->name && is_blank(colon[-1]))
		colon--;
	f->name_n = (size_t)(colon - f->name);
}

int
fields_next(const char **p, const char *end, struct header_field *f)
{
	const char *first_end;

	if (*p == end || **p == '\n' ||
	    (end - *p > 1 && (*p)[0] == '\r' && (*p)[1] == '\n'))
		return 0;
	f->from = *p;
	f->to = first_end = line_end(*p, end);
	while (f->to < end && is_blank(*f->to))
		f->to = line_end(f->to, end);
	*p = f->to;
	find_name(f, first_end);
	f->n = (size_t)(f->to - f->value);
	if (f->n > 0 && f->value[f->n - 1] == '\n')
		f->n--;
	if (f->n > 0 && f->value[f->n - 1] == '\r')
		f->n--;
	return 1;
}
