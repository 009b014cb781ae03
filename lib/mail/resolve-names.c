/* resolve-names - which tables know an address of ours. See resolver.h. */
#include "mail/resolver.h"

#include <errno.h>
#include <string.h>

#include "text/alias.h"
#include "text/target.h"

#define SIGNS_MAX	8	/* places where an extension may begin */
#define KEY_OCTETS	(ADDRESS_OCTETS + DOMAIN_OCTETS + 8)

/* The name that is looked for: the whole local part, or what stands before an
 * extension. */
struct name {
	const struct address *a;
	size_t		 n;		/* octets of it */
	size_t		 ext;		/* where the extension begins; a->local:
					 * there is none */
	const struct way *way;
};

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

static int
is_on_way(const struct way *w, const char *name, size_t n)
{
	for (; w != NULL; w = w->before)
		if (w->n == n && memcmp(w->name, name, n) == 0)
			return 1;
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

	if (is_on_way(m->way, key->s, key->len)) {
		resolve_note(r, "again", key->s + 1, key->len - 1);
		return 0;
	}
	found = tables_alias(r->tables, key->s + 1, key->len - 1, &targets);
	if (found == 1 && follow(r, m, key->s, key->len, &targets) == -1)
		found = -1;
	buf_free(&targets);
	return found;
}

/* table's letter, the name, "", "+*" or "++", and perhaps the domain with its '@'. */
static int
set_key(struct buf *key, const char *table, const struct name *m,
    const char *tail, int domain)
{
	const struct address *a = m->a;

	key->len = 0;
	return buf_adds(key, table) == -1 || buf_add(key, a->s, m->n) == -1 ||
	    buf_adds(key, tail) == -1 || (domain && buf_add(key,
	    a->s + a->local, a->n - a->local) == -1) ? -1 : 0;
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
		found = set_key(&key, "a", m, "+*", 1) == -1 ? -1 :
		    try_alias(r, m, &key);
	if (found == 0)
		found = set_key(&key, "a", m, "", 1) == -1 ? -1 :
		    try_alias(r, m, &key);
	if (found == 0 && general && both)
		found = set_key(&key, "a", m, "+*", 0) == -1 ? -1 :
		    try_alias(r, m, &key);
	if (found == 0 && general)
		found = set_key(&key, "a", m, "", 0) == -1 ? -1 :
		    try_alias(r, m, &key);
	buf_free(&key);
	return found;
}

/* Where the first sign of an extension is from at on; a->local: there is none. A name
 * with an '@' has none, for its final address would look like another's. */
static size_t
next_sign(const struct resolver *r, const struct address *a, size_t at)
{
	if (memchr(a->s, '@', a->local) != NULL)
		return a->local;
	for (; at < a->local; at++)
		if (at > 0 && strchr(r->tables->extension, a->s[at]) != NULL)
			return at;
	return a->local;
}

/* A target with %1 and the like filled in: what was an address stays one, whatever
 * a stranger has put into its name. */
static int
resolve_filled(struct resolver *r, const struct address *a, const char *s,
    size_t n, const struct way *way)
{
	size_t sign = next_sign(r, a, 0), dash = sign < a->local;
	struct virtual_parts parts = {
		.s = { a->s, a->s, a->s + sign + dash, a->s + sign },
		.n = { a->n, sign, a->local - sign - dash, a->local - sign },
	};
	struct buf b = BUF_MAX(4 * KEY_OCTETS);

	if (virtual_fill(&b, s, n, &parts) == -1) {
		buf_free(&b);
		return -1;
	}
	resolve_note(r, "leads", b.s, b.len);
	if (target_kind(s, n) == TARGET_ADDRESS)
		resolve_address(r, b.s, b.len, 0, way);
	else
		resolve_target(r, b.s, b.len, way);
	buf_free(&b);
	return 0;
}

static int
resolve_virtual(struct resolver *r, const struct address *a,
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

	if (is_on_way(way, key->s, key->len)) {
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
		if (resolve_virtual(r, m->a, &targets, &here) == -1)
			found = -1;
	}
	buf_free(&targets);
	buf_free(&once);
	return found;
}

static int
try_virtuals(struct resolver *r, const struct name *m)
{
	static const char *const tails[] = { "++", "+*", "" };
	struct buf key = BUF_MAX(KEY_OCTETS);
	size_t left = m->a->local - m->ext;
	int found = 0, i;

	/* "++" wants some detail behind the sign, "+*" the sign. */
	for (i = left > 1 ? 0 : left == 1 ? 1 : 2; found == 0 && i < 3; i++)
		found = set_key(&key, "v", m, tails[i], 1) == -1 ? -1 :
		    try_virtual(r, m, &key);
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
	int found = set_key(&key, "", m, "", 1);

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
		found = try_virtuals(r, m);
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

	while (n < SIGNS_MAX && (at = next_sign(r, m->a, at)) < m->a->local)
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
	m->ext = next_sign(r, m->a, 0);
	found = try_virtuals(r, m);
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
