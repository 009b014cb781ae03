/* table - see table.h */
#include "text/table.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/target.h"

static int
wrong(struct table_text *t, const char *why)
{
	t->wrong = why;
	return errno = EINVAL, -1;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next physical line without its end and the blanks behind it; 0 at the end. */
static int
next_line(struct table_text *t, const char **line, size_t *n)
{
	const char *lf;

	if (t->p == t->end)
		return 0;
	lf = memchr(t->p, '\n', (size_t)(t->end - t->p));
	*line = t->p;
	*n = (size_t)((lf != NULL ? lf : t->end) - t->p);
	t->p = lf != NULL ? lf + 1 : t->end;
	while (*n > 0 && is_blank((*line)[*n - 1]))
		(*n)--;
	return 1;
}

int
table_line(struct table_text *t, const char **line, size_t *n)
{
	t->line += t->more;
	t->more = 0;
	do {
		if (!next_line(t, line, n))
			return 0;
		t->line++;
	} while (*n == 0 || **line == '#');
	return 1;
}

int
table_physical(struct table_text *t, const char **line, size_t *n)
{
	int r = next_line(t, line, n);

	t->more += (unsigned)r;
	return r;
}

static void
trim(const char **s, size_t *n)
{
	while (*n > 0 && is_blank(**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n > 0 && is_blank((*s)[*n - 1]))
		(*n)--;
}

/* The field up to the next ':' of *s, *n; both move behind it. */
static size_t
take_field(const char **s, size_t *n)
{
	const char *colon = memchr(*s, ':', *n);
	size_t len = colon != NULL ? (size_t)(colon - *s) : *n;
	size_t skip = colon != NULL ? len + 1 : len;

	*s += skip;
	*n -= skip;
	return len;
}

static int
copy_field(const char **s, size_t *n, char *out, size_t cap)
{
	const char *from = *s;
	size_t len = take_field(s, n);

	if (len >= cap || memchr(from, '\0', len) != NULL)
		return -1;
	memcpy(out, from, len);
	out[len] = '\0';
	return 0;
}

static int
number_field(const char **s, size_t *n, uint64_t max, uint64_t *out)
{
	const char *from = *s;
	size_t len = take_field(s, n);

	return num_u64(from, len, out) == -1 || *out > max ? -1 : 0;
}

static int
quota_field(const char **s, size_t *n, struct quota *out)
{
	const char *from = *s;

	return quota_parse(from, take_field(s, n), out);
}

static const char *
user_address(const char **s, size_t *n, struct user_line *u)
{
	struct buf b = BUF_MAX(ADDRESS_OCTETS);
	const char *from = *s, *why;
	size_t len = take_field(s, n);

	why = target_address(&b, from, len);
	if (why == NULL && address_local(b.s, b.len) == b.len)
		why = "the address has no domain";
	if (why == NULL) {
		memcpy(u->address, b.s, b.len);
		u->address[b.len] = '\0';
	}
	buf_free(&b);
	return why;
}

int
user_next(struct table_text *t, struct user_line *u)
{
	const char *s, *why;
	size_t n;

	if (!table_line(t, &s, &n))
		return 0;
	memset(u, 0, sizeof(*u));
	why = user_address(&s, &n, u);
	if (why != NULL)
		return wrong(t, why);
	if (copy_field(&s, &n, u->hash, sizeof(u->hash)) == -1)
		return wrong(t, "the password hash is too long");
	if (number_field(&s, &n, UINT32_MAX - 1, &u->uid) == -1 || u->uid == 0)
		return wrong(t, "the third field is no uid above 0");
	if (number_field(&s, &n, UINT32_MAX - 1, &u->gid) == -1)
		return wrong(t, "the fourth field is no gid");
	if (copy_field(&s, &n, u->home, sizeof(u->home)) == -1 ||
	    u->home[0] != '/')
		return wrong(t, "the home is no full path");
	if (quota_field(&s, &n, &u->quota) == -1)
		return wrong(t, "the quota is none, as 100M,5000 would be");
	if (copy_field(&s, &n, u->rights, sizeof(u->rights)) == -1)
		return wrong(t, "the rights are too long");
	if (n > 0)
		return wrong(t, "there are more than seven fields");
	return 1;
}

size_t
table_uncomment(const char *s, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (s[i] == '#' && is_blank(s[i - 1]))
			return i;
	return n;
}

int
host_next(struct table_text *t, struct buf *b)
{
	const char *s;
	size_t n;

	b->len = 0;
	if (!table_line(t, &s, &n))
		return 0;
	n = table_uncomment(s, n);
	trim(&s, &n);
	if (!domain_is_valid(s, n))
		return wrong(t, "this is no domain name");
	if (buf_add(b, s, n) == -1)
		return wrong(t, "the domain is too long");
	ascii_lower_all(b->s, b->len);
	return 1;
}
