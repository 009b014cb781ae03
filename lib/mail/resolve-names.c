/* resolve-names - which tables know an address of ours. See resolver.h. */
#include "mail/resolver.h"

#include <errno.h>
#include <string.h>

#include "text/target.h"

#define SIGNS_MAX	8	/* places where an extension may begin */

/* Where an alias's table says who its programs are run by, that is written to room;
 * else it is the instance's. */
static int
find_owner(struct resolver *r, const struct buf *targets, struct way *here,
    struct mailbox *room)
{
	const char *p = targets->s, *end = p + targets->len, *lf;

	here->as = r->tables->programs.uid != 0 ? &r->tables->programs : NULL;
	here->why_not = "no user is named for programs and files: PIPE_UID";
	for (; p < end; p = lf + 1) {
		size_t skip = sizeof("@owner:") - 1;
		int found;

		lf = memchr(p, '\n', (size_t)(end - p));
		if (target_kind(p, (size_t)(lf - p)) != TARGET_OWNER)
			continue;
		found = tables_owner(p + skip, (size_t)(lf - p) - skip, room);
		if (found == -1)
			return -1;
		here->as = found ? room : NULL;
		here->why_not = "the entry's @owner is no user but root";
	}
	return 0;
}

static void
note_alias(struct resolver *r, const char *name, size_t n,
    const struct buf *targets)
{
	const char *p = targets->s, *end = p + targets->len, *lf;

	resolve_note(r, "alias", name, n);
	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		resolve_note(r, "leads", p, (size_t)(lf - p));
	}
}

/* owner-LIST of LIST; of owner-LIST and LIST-request it is owner-owner. 1 with the
 * address in out, 0, -1. */
static int
find_sender(struct resolver *r, const struct name *m, struct buf *out)
{
	const struct address *a = m->a;
	struct buf targets = BUF_MAX(ANSWER_MAX);
	int found, special = (m->n > 6 && memcmp(a->s, "owner-", 6) == 0) ||
	    (m->n > 8 && memcmp(a->s + m->n - 8, "-request", 8) == 0);
	size_t local;

	out->len = 0;
	if (buf_adds(out, "owner-") == -1 || (special ?
	    buf_adds(out, "owner") : buf_add(out, a->s, m->n)) == -1)
		return -1;
	local = out->len;
	if (buf_add(out, a->s + a->local, a->n - a->local) == -1)
		return -1;
	found = tables_alias(r->tables, out->s, out->len, &targets);
	if (found == 0)
		found = tables_alias(r->tables, out->s, local, &targets);
	buf_free(&targets);
	return found == 1 && out->len > ADDRESS_OCTETS ? 0 : found;
}

/* Follow an entry of aliases. 0, or -1. */
static int
follow(struct resolver *r, const struct name *m, const char *key, size_t n,
    const struct buf *targets)
{
	const struct way *way = m->way;
	struct buf sender = BUF_MAX(KEY_OCTETS);
	struct way here = { .name = key, .n = n, .before = way,
	    .depth = way != NULL ? way->depth + 1 : 1,
	    .address = m->a->s, .address_n = m->a->n,
	    .sender = way != NULL ? way->sender : NULL,
	    .sender_n = way != NULL ? way->sender_n : 0 };
	struct mailbox owner;
	int found;

	if (here.depth > DEPTH_MAX)
		return errno = ELOOP, -1;
	/* Lists within lists name the same ones again and again: once is enough,
	 * and all there is time for. */
	if (names_add(&r->aliases, key, n) == 0)
		return 0;
	found = find_sender(r, m, &sender);
	if (found == 1) {
		here.sender = sender.s;
		here.sender_n = sender.len;
	}
	if (found == -1 || find_owner(r, targets, &here, &owner) == -1) {
		buf_free(&sender);
		return -1;
	}
	note_alias(r, key + 1, n - 1, targets);
	resolve_targets(r, targets->s, targets->len, &here);
	buf_free(&sender);
	return 0;
}

/* The alias key, which has the table's letter before it. 1 if it was followed, 0,
 * or -1. */
static int
try_alias(struct resolver *r, const struct name *m, const struct buf *key)
{
	struct buf targets = BUF_MAX(ANSWER_MAX);
	int found;

	if (resolve_on_way(m->way, key->s, key->len)) {
		resolve_note(r, "again", key->s + 1, key->len - 1);
		return 0;
	}
	found = tables_alias(r->tables, key->s + 1, key->len - 1, &targets);
	if (found == 1 && follow(r, m, key->s, key->len, &targets) == -1)
		found = -1;
	buf_free(&targets);
	return found;
}

/* The aliases of the domain, then those of all domains, unless it has its own: then
 * postmaster alone is one everywhere (RFC 5321, 4.5.1). */
static int
try_aliases(struct resolver *r, const struct name *m)
{
	const struct address *a = m->a;
	struct buf key = BUF_MAX(KEY_OCTETS), none = BUF_MAX(ANSWER_MAX);
	int found = 0, both, general, own;

	own = tables_alias(r->tables, a->s + a->local, a->n - a->local, &none);
	buf_free(&none);
	if (own == -1)
		return -1;
	both = m->ext < a->local;
	general = !own || (m->n == 10 && memcmp(a->s, "postmaster", 10) == 0);
	if (both)
		found = resolve_key(&key, "a", m, "+*", 1) == -1 ? -1 :
		    try_alias(r, m, &key);
	if (found == 0)
		found = resolve_key(&key, "a", m, "", 1) == -1 ? -1 :
		    try_alias(r, m, &key);
	if (found == 0 && general && both)
		found = resolve_key(&key, "a", m, "+*", 0) == -1 ? -1 :
		    try_alias(r, m, &key);
	if (found == 0 && general)
		found = resolve_key(&key, "a", m, "", 0) == -1 ? -1 :
		    try_alias(r, m, &key);
	buf_free(&key);
	return found;
}

static int
try_users(struct resolver *r, const struct name *m)
{
	const struct address *a = m->a;
	size_t ext = m->ext < a->local ? m->ext + 1 : a->local;
	struct buf key = BUF_MAX(KEY_OCTETS);
	struct mailbox box;
	int found = resolve_key(&key, "", m, "", 1);

	if (found == 0)
		found = tables_virtual(r->tables, key.s, key.len, &box);
	if (found == -1)
		resolve_unsure(r, a->s, a->n, "users.cdb");
	else if (found == 0) {
		found = tables_system(r->tables, a->s, m->n, &box);
		if (found == -1)
			resolve_unsure(r, a->s, a->n, "the system's users");
	}
	if (found == 1)
		resolve_mailbox(r, a, &box, a->s + ext, a->local - ext,
		    m->way);
	buf_free(&key);
	return found != 0;
}

/* 1 if a table knows the name (or cannot be read, which has been said), else 0. */
static int
try_name(struct resolver *r, const struct name *m)
{
	const struct address *a = m->a;
	int found = 0;

	if (!a->plain) {
		found = resolve_virtuals(r, m);
		if (found == -1) {
			resolve_unsure(r, a->s, a->n, "virtusertable.cdb");
			return 1;
		}
		if (found == 0)
			found = try_aliases(r, m);
		if (found == -1) {
			resolve_unsure(r, a->s, a->n, "aliases.cdb");
			return 1;
		}
	}
	return found == 1 || try_users(r, m);
}

/* The names before each sign, the longest first. */
static int
try_without(struct resolver *r, struct name *m)
{
	size_t signs[SIGNS_MAX], n = 0, at = 0;

	while (n < SIGNS_MAX && (at = resolve_sign(r, m->a, at)) < m->a->local)
		signs[n++] = at++;
	while (n-- > 0) {
		m->n = m->ext = signs[n];
		if (try_name(r, m))
			return 1;
	}
	return 0;
}

/* All else of the domain; what a table knows never comes here. */
static int
try_catch_all(struct resolver *r, struct name *m)
{
	int found;

	m->n = 0;
	m->ext = resolve_sign(r, m->a, 0);
	found = resolve_virtuals(r, m);
	if (found == -1)
		resolve_unsure(r, m->a->s, m->a->n, "virtusertable.cdb");
	return found != 0;
}

void
resolve_local(struct resolver *r, const struct address *a,
    const struct way *way)
{
	struct name m = { .a = a, .n = a->local, .ext = a->local, .way = way };

	if (try_name(r, &m) || try_without(r, &m) ||
	    (!a->plain && try_catch_all(r, &m)))
		return;
	resolve_refuse(r, a->s, a->n, IS_NOBODY, "5.1.1", NO_SUCH_USER);
}
