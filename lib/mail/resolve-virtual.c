/* resolve-virtual - the entries of the virtusertable. See resolver.h. */
#include "mail/resolver.h"

#include <errno.h>
#include <string.h>

#include "text/alias.h"
#include "text/target.h"

int
resolve_on_way(const struct way *w, const char *name, size_t n)
{
	for (; w != NULL; w = w->before)
		if (w->n == n && memcmp(w->name, name, n) == 0)
			return 1;
	return 0;
}

/* Where the first sign of an extension is from at on; a->local: there is none. A name
 * with an '@' has none, for its final address would look like another's. */
size_t
resolve_sign(const struct resolver *r, const struct address *a, size_t at)
{
	if (memchr(a->s, '@', a->local) != NULL)
		return a->local;
	for (; at < a->local; at++)
		if (at > 0 && strchr(r->tables->extension, a->s[at]) != NULL)
			return at;
	return a->local;
}

/* table's letter, the name, "", "+*" or "++", and perhaps the domain with its '@'. */
int
resolve_key(struct buf *key, const char *table, const struct name *m,
    const char *tail, int domain)
{
	const struct address *a = m->a;

	key->len = 0;
	return buf_adds(key, table) == -1 || buf_add(key, a->s, m->n) == -1 ||
	    buf_adds(key, tail) == -1 || (domain && buf_add(key,
	    a->s + a->local, a->n - a->local) == -1) ? -1 : 0;
}

/* A target with %1 and the like filled in. 0, or -1. */
static int
fill_target(const struct resolver *r, const struct address *a, const char *s,
    size_t n, struct buf *out)
{
	size_t sign = resolve_sign(r, a, 0), dash = sign < a->local;
	struct virtual_parts parts = {
		.s = { a->s, a->s, a->s + sign + dash, a->s + sign },
		.n = { a->n, sign, a->local - sign - dash, a->local - sign },
	};

	out->len = 0;
	return virtual_fill(out, s, n, &parts);
}

/* What was an address stays one, whatever a stranger has put into its name. way is
 * NULL: only note where it leads. */
static int
resolve_filled(struct resolver *r, const struct address *a, const char *s,
    size_t n, const struct way *way)
{
	struct buf b = BUF_MAX(4 * KEY_OCTETS);
	int filled = fill_target(r, a, s, n, &b);

	if (filled == 0 && way == NULL)
		resolve_note(r, "leads", b.s, b.len);
	else if (filled == 0 && target_kind(s, n) == TARGET_ADDRESS)
		resolve_address(r, b.s, b.len, 0, way);
	else if (filled == 0)
		resolve_target(r, b.s, b.len, way);
	buf_free(&b);
	return filled;
}

static int
each_filled(struct resolver *r, const struct address *a,
    const struct buf *targets, const struct way *way)
{
	const char *p = targets->s, *end = p + targets->len, *lf;

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		if (resolve_filled(r, a, p, (size_t)(lf - p), way) == -1)
			return -1;
	}
	return 0;
}

/* The virtusertable's key. As try_alias. */
static int
try_virtual(struct resolver *r, const struct name *m, const struct buf *key)
{
	struct buf targets = BUF_MAX(ANSWER_MAX);
	struct buf once = BUF_MAX(2 * KEY_OCTETS);
	const struct way *way = m->way;
	struct way here = { .name = key->s, .n = key->len, .before = way,
	    .depth = way != NULL ? way->depth + 1 : 1, .address = m->a->s,
	    .address_n = m->a->n, .sender = way != NULL ? way->sender : NULL,
	    .sender_n = way != NULL ? way->sender_n : 0,
	    .why_not = "a program or file in the virtusertable" };
	int found;

	if (resolve_on_way(way, key->s, key->len)) {
		resolve_note(r, "again", key->s + 1, key->len - 1);
		return 0;
	}
	found = tables_virtusers(r->tables, key->s + 1, key->len - 1,
	    &targets);
	if (found == 1 && here.depth > DEPTH_MAX)
		found = (errno = ELOOP, -1);
	/* One entry leads from each address to another place. */
	if (found == 1 && (buf_adds(&once, "v") == -1 ||
	    buf_add(&once, m->a->s, m->a->n) == -1))
		found = -1;
	if (found == 1 && names_add(&r->aliases, once.s, once.len) != 0) {
		resolve_note(r, "alias", key->s + 1, key->len - 1);
		if ((r->explain &&
		    each_filled(r, m->a, &targets, NULL) == -1) ||
		    each_filled(r, m->a, &targets, &here) == -1)
			found = -1;
	}
	buf_free(&targets);
	buf_free(&once);
	return found;
}

int
resolve_virtuals(struct resolver *r, const struct name *m)
{
	static const char *const tails[] = { "++", "+*", "" };
	struct buf key = BUF_MAX(KEY_OCTETS);
	size_t left = m->a->local - m->ext;
	int found = 0, i;

	/* "++" wants some detail behind the sign, "+*" the sign. */
	for (i = left > 1 ? 0 : left == 1 ? 1 : 2; found == 0 && i < 3; i++)
		found = resolve_key(&key, "v", m, tails[i], 1) == -1 ? -1 :
		    try_virtual(r, m, &key);
	buf_free(&key);
	return found;
}
