/* resolve-groups - the groups of an answer. See resolve.h. */
#include "mail/resolver.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "text/nexthop.h"
#include "text/record.h"
#include "text/route.h"

#define EXT_OCTETS	64	/* of an extension that files are named with */

/* A mailbox's last lines; each may be missing. */
struct extras {
	int		 own;
	const char	*ext;
	size_t		 ext_n;
};

void
resolve_note(struct resolver *r, const char *key, const char *value, size_t n)
{
	if (r->explain && record_add(r->out, key, value, n) == -1)
		r->spoilt = 1;
}

/* Begin the group of a final address. 1; 0 when it stands there already or when
 * no more fit in, which spoils the whole answer. */
static int
begin_group(struct resolver *r, const char *address, size_t n)
{
	int added = names_add(&r->finals, address, n);

	if (added == 0)
		return 0;
	if (added == -1 || r->finals.n > FINAL_MAX ||
	    record_add(r->out, "to", address, n) == -1) {
		r->spoilt = 1;
		return 0;
	}
	return 1;
}

void
resolve_refuse(struct resolver *r, const char *address, size_t n,
    enum existence kind, const char *code, const char *why)
{
	r->seen[kind] = 1;
	if (begin_group(r, address, n) && (record_adds(r->out,
	    code[0] == '5' ? "never" : "later", code) == -1 ||
	    record_adds(r->out, "why", why) == -1))
		r->spoilt = 1;
}

void
resolve_unsure(struct resolver *r, const char *address, size_t n,
    const char *what)
{
	char why[256];

	strcpy(why, what);
	strncat(why, ": ", sizeof(why) - strlen(why) - 1);
	strncat(why, strerror(errno), sizeof(why) - strlen(why) - 1);
	resolve_refuse(r, address, n, IS_UNSURE, "4.3.0", why);
}

static int
add_user(struct buf *out, const struct mailbox *m)
{
	return record_add_u64(out, "uid", m->uid) == -1 ||
	    record_add_u64(out, "gid", m->gid) == -1 ||
	    record_adds(out, "user", m->user) == -1 ||
	    record_adds(out, "home", m->home) == -1 ? -1 : 0;
}

static int
add_extras(struct buf *out, const struct extras *e, const struct way *way)
{
	if (e->own && record_adds(out, "own", "1") == -1)
		return -1;
	if (e->ext_n > 0 && record_add(out, "ext", e->ext, e->ext_n) == -1)
		return -1;
	return way != NULL && way->sender != NULL &&
	    record_add(out, "sender", way->sender, way->sender_n) == -1 ?
	    -1 : 0;
}

/* Files are named with it: no '/', no dot first. */
static size_t
ext_octets(const char *ext, size_t n)
{
	size_t i;

	if (n > EXT_OCTETS || (n > 0 && *ext == '.'))
		return 0;
	for (i = 0; i < n; i++)
		if (ext[i] == '/' || !ascii_graph(ext[i]))
			return 0;
	return n;
}

static int
is_self(const struct resolver *r, const struct mailbox *m)
{
	return r->self != NULL && r->self->uid == m->uid &&
	    strcmp(r->self->user, m->user) == 0 &&
	    strcmp(r->self->path, m->path) == 0;
}

static void
mailbox_group(struct resolver *r, const char *to, size_t n,
    const struct mailbox *m, const struct extras *e, const struct way *way)
{
	struct buf *out = r->out;
	char path[MAILBOX_PATH];
	const char *key = tables_way(r->tables, m, path);

	r->seen[IS_HERE] = 1;
	if (begin_group(r, to, n) && (add_user(out, m) == -1 ||
	    key == NULL || record_adds(out, key, path) == -1 ||
	    record_add_u64(out, "make", (uint64_t)m->make) == -1 ||
	    quota_add(out, &m->quota) == -1 ||
	    add_extras(out, e, way) == -1))
		r->spoilt = 1;
}

void
resolve_mailbox(struct resolver *r, const struct address *a,
    const struct mailbox *m, const char *ext, size_t ext_n,
    const struct way *way)
{
	struct extras e = { .own = !a->plain && !is_self(r, m), .ext = ext,
	    .ext_n = ext_octets(ext, ext_n) };
	char to[ADDRESS_OCTETS + 1];

	if (m->uid == 0) {
		resolve_refuse(r, a->s, a->n, IS_UNSURE, "4.3.5",
		    "root has no mailbox: an alias must say who reads it");
		return;
	}
	if (e.own) {
		mailbox_group(r, a->s, a->n, m, &e, way);
		return;
	}
	if (a->n >= sizeof(to)) {
		resolve_refuse(r, a->s, a->n, IS_NOBODY, "5.2.4",
		    "the address is too long");
		return;
	}
	to[0] = '\\';
	memcpy(to + 1, a->s, a->n);
	mailbox_group(r, to, a->n + 1, m, &e, way);
}

/* What happens to a program or file that nobody may run or write. */
static void
refuse_program(struct resolver *r, const struct way *way, const char *why)
{
	if (way->file || way->as == NULL)
		resolve_refuse(r, way->address, way->address_n, IS_UNSURE,
		    "4.3.5", why);
	else
		resolve_refuse(r, way->address, way->address_n, IS_NOBODY,
		    "5.2.4", why);
}

/* "|command" or "/path" without its last slashes; the answer's one line of it, or
 * two. */
static int
add_program(struct buf *out, const char *s, size_t n)
{
	size_t bare = n;

	if (*s == '|')
		return record_add(out, "program", s + 1, n - 1);
	if (n == 9 && memcmp(s, "/dev/null", n) == 0)
		return record_adds(out, "program", "cat >/dev/null");
	if (s[n - 1] != '/')
		return record_add(out, "mbox", s, n);
	while (bare > 1 && s[bare - 1] == '/')
		bare--;
	return record_add(out, "mailbox", s, bare) == -1 ||
	    record_adds(out, "make", "1") == -1 ? -1 : 0;
}

void
resolve_program(struct resolver *r, const char *s, size_t n,
    const struct way *way)
{
	struct extras none = { .own = 0 };
	char to[ADDRESS_OCTETS];

	if (way->as == NULL) {
		refuse_program(r, way, way->why_not);
		return;
	}
	if (n > sizeof(to) - way->address_n) {
		refuse_program(r, way, "the program or file is too long");
		return;
	}
	memcpy(to, way->address, way->address_n);
	memcpy(to + way->address_n, s, n);
	r->seen[IS_HERE] = 1;
	if (begin_group(r, to, way->address_n + n) &&
	    (add_user(r->out, way->as) == -1 ||
	    add_program(r->out, s, n) == -1 ||
	    add_extras(r->out, &none, way) == -1))
		r->spoilt = 1;
}

/* The words behind "bounce" or "hold", or others. */
static void
refuse_route(struct resolver *r, const struct address *a,
    const struct buf *route, size_t word, enum existence kind,
    const char *code, const char *otherwise)
{
	char why[ROUTE_OCTETS];
	size_t skip = word;

	while (skip < route->len && (route->s[skip] == ' ' ||
	    route->s[skip] == '\t'))
		skip++;
	memcpy(why, route->s + skip, route->len - skip);
	why[route->len - skip] = '\0';
	resolve_refuse(r, a->s, a->n, kind, code,
	    why[0] != '\0' ? why : otherwise);
}

/* "mx" is the domain's own; else the route is complete. 0, or -1 with errno
 * EINVAL: deliver-remote would not take it; ENOMEM, EMSGSIZE. */
static int
make_nexthop(struct buf *out, const struct buf *route, const char *domain,
    size_t domain_n)
{
	int own = route->len >= 2 && memcmp(route->s, "mx", 2) == 0;
	struct nexthop h;

	if ((own && (buf_adds(out, "mx:") == -1 ||
	    buf_add(out, domain, domain_n) == -1)) ||
	    buf_add(out, route->s + 2 * own, route->len - 2 * (size_t)own)
	    == -1)
		return -1;
	return nexthop_parse(&h, out->s, out->len);
}

/* Who is not ours may send to a domain that we relay for, too. */
static void
remote_group(struct resolver *r, const struct address *a,
    const struct buf *route, const struct way *way)
{
	struct buf b = BUF_MAX(ROUTE_OCTETS + DOMAIN_OCTETS);
	const char *domain = a->s + a->local + 1;
	size_t domain_n = a->n - a->local - 1;
	struct extras none = { .own = 0 };
	int relayed;

	if (make_nexthop(&b, route, domain, domain_n) == -1) {
		resolve_refuse(r, a->s, a->n, IS_BARRED, "5.1.2",
		    "that is no host that mail can be sent to");
		buf_free(&b);
		return;
	}
	relayed = tables_relayed(r->tables, domain, domain_n);
	if (relayed == -1)
		resolve_unsure(r, a->s, a->n, "relay-domains.cdb");
	else {
		r->seen[relayed ? IS_HERE : IS_ELSEWHERE] = 1;
		if (begin_group(r, a->s, a->n) &&
		    (record_add(r->out, "nexthop", b.s, b.len) == -1 ||
		    add_extras(r->out, &none, way) == -1))
			r->spoilt = 1;
	}
	buf_free(&b);
}

/* Another host's: where the table of routes sends it. */
void
resolve_remote(struct resolver *r, const struct address *a,
    const struct way *way)
{
	struct buf route = BUF_MAX(ROUTE_OCTETS);
	const char *domain = a->s + a->local + 1;
	size_t domain_n = a->n - a->local - 1;

	if (domain_n == 0)
		resolve_refuse(r, a->s, a->n, IS_BARRED, "5.1.2",
		    "the address has no host");
	else if (tables_route(r->tables, domain, domain_n, &route) == -1)
		resolve_unsure(r, a->s, a->n, "routes.cdb");
	else if (route.len >= 6 && memcmp(route.s, "bounce", 6) == 0)
		refuse_route(r, a, &route, 6, IS_BARRED, "5.1.2",
		    "no mail is sent to that host");
	else if (route.len >= 4 && memcmp(route.s, "hold", 4) == 0)
		refuse_route(r, a, &route, 4, IS_ELSEWHERE, "4.3.2",
		    "mail to that host is held");
	else
		remote_group(r, a, &route, way);
	buf_free(&route);
}
