/* msgid - see msgid.h */
#include "text/msgid.h"

#include "base/ascii.h"
#include "text/content.h"

struct id {
	char	*out;
	size_t	 n;		/* over MSGID_OCTETS: too long */
	size_t	 at;		/* octets before the last '@' */
	int	 has_at;
};

static void
put(struct id *d, char c)
{
	if (d->n < MSGID_OCTETS)
		d->out[d->n] = c;
	if (d->n <= MSGID_OCTETS)
		d->n++;
}

/* "..." in an id; *p stands behind the first quote. */
static void
take_quoted(struct id *d, const char **p, const char *end)
{
	for (; *p < end && **p != '"'; ++*p) {
		if (**p == '\\' && *p + 1 < end)
			++*p;
		put(d, **p);
	}
	if (*p < end)
		++*p;
}

/* An id behind its '<', up to the '>', which *p is set behind. 1; or 0: it is none,
 * and *p stands where one can go on. */
static int
take_id(struct id *d, const char **p, const char *end)
{
	d->n = 0;
	d->has_at = 0;
	for (;;) {
		content_skip(p, end);
		if (*p == end || **p == '<')
			return 0;
		if (*(*p)++ == '>')
			break;
		if ((*p)[-1] == '"') {
			take_quoted(d, p, end);
			continue;
		}
		if ((*p)[-1] == '@') {
			d->has_at = 1;
			d->at = d->n;
		}
		put(d, (*p)[-1]);
	}
	return d->has_at && d->at > 0 && d->at + 1 < d->n &&
	    d->n <= MSGID_OCTETS;
}

size_t
msgid_next(const char **p, const char *end, char out[MSGID_OCTETS])
{
	struct id d = { .out = out };

	for (;;) {
		content_skip(p, end);
		if (*p == end)
			return 0;
		if (*(*p)++ == '<' && take_id(&d, p, end))
			return d.n;
	}
}

size_t
msgid_references(const char *s, size_t n, uint64_t out[MSGID_REFERENCES])
{
	const char *end = s + n;
	char id[MSGID_OCTETS];
	size_t count = 0, k;

	while ((k = msgid_next(&s, end, id)) > 0) {
		if (count == MSGID_REFERENCES)
			count--;
		out[count++] = ascii_fnv(id, k);
	}
	return count;
}
