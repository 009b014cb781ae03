/* resolve - see resolve.h */
#include "mail/resolve.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/names.h"
#include "text/record.h"
#include "text/route.h"

#define DEPTH_MAX	20	/* aliases within aliases */
#define FINAL_MAX	10000	/* final addresses of one answer */

struct way {			/* the aliases that led to where we are */
	const char	*name;
	size_t		 n;
	const struct way *before;
	int		 depth;
};

struct resolver {
	struct tables	*tables;
	const char	*domain;
	struct buf	*out;
	struct names	 finals;	/* that stand in the answer */
	struct names	 aliases;	/* that were followed to their end */
	int		 seen[IS_UNSURE + 1];	/* kinds of existence */
	int		 spoilt;	/* something did not fit in */
	int		 explain;	/* the way goes into the answer too */
};

/* A line about the way, where that is asked for. */
static void
note_way(struct resolver *r, const char *key, const char *value, size_t n)
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

static void
refuse(struct resolver *r, const char *address, size_t n, enum existence kind,
    const char *code, const char *why)
{
	r->seen[kind] = 1;
	if (begin_group(r, address, n) && (record_adds(r->out,
	    code[0] == '5' ? "never" : "later", code) == -1 ||
	    record_adds(r->out, "why", why) == -1))
		r->spoilt = 1;
}

static void
unsure(struct resolver *r, const char *address, size_t n, const char *what)
{
	char why[256];

	strcpy(why, what);
	strncat(why, ": ", sizeof(why) - strlen(why) - 1);
	strncat(why, strerror(errno), sizeof(why) - strlen(why) - 1);
	refuse(r, address, n, IS_UNSURE, "4.3.0", why);
}

static void
accept_mailbox(struct resolver *r, const char *address, size_t n,
    const struct mailbox *m)
{
	struct buf *out = r->out;

	if (m->uid == 0) {
		refuse(r, address, n, IS_UNSURE, "4.3.5",
		    "root has no mailbox: an alias must say who reads it");
		return;
	}
	r->seen[IS_HERE] = 1;
	if (begin_group(r, address, n) &&
	    (record_add_u64(out, "uid", m->uid) == -1 ||
	    record_add_u64(out, "gid", m->gid) == -1 ||
	    record_adds(out, "user", m->user) == -1 ||
	    record_adds(out, "home", m->home) == -1 ||
	    record_adds(out, "mailbox", m->path) == -1 ||
	    record_add_u64(out, "make", (uint64_t)m->make) == -1))
		r->spoilt = 1;
}

static void
find_user(struct resolver *r, const char *address, size_t n, size_t local)
{
	struct mailbox m;
	int found = tables_virtual(r->tables, address, n, &m);

	if (found == -1) {
		unsure(r, address, n, "users.cdb");
		return;
	}
	if (found == 0)
		found = tables_system(r->tables, address, local, &m);
	if (found == -1)
		unsure(r, address, n, "the system's users");
	else if (found == 0)
		refuse(r, address, n, IS_NOBODY, "5.1.1", "no such user");
	else
		accept_mailbox(r, address, n, &m);
}

/* The words behind "bounce" or "hold", or others. */
static void
refuse_route(struct resolver *r, const char *address, size_t n,
    const struct buf *way, size_t word, enum existence kind,
    const char *code, const char *otherwise)
{
	char why[ROUTE_OCTETS];
	size_t skip = word;

	while (skip < way->len && (way->s[skip] == ' ' ||
	    way->s[skip] == '\t'))
		skip++;
	memcpy(why, way->s + skip, way->len - skip);
	why[way->len - skip] = '\0';
	refuse(r, address, n, kind, code, why[0] != '\0' ? why : otherwise);
}

/* "mx" is the domain's own; else the way is complete. */
static int
add_nexthop(struct buf *out, const struct buf *way, const char *domain,
    size_t domain_n)
{
	struct buf b = BUF_MAX(ROUTE_OCTETS + DOMAIN_OCTETS);
	int own = way->len >= 2 && memcmp(way->s, "mx", 2) == 0;
	int r = -1;

	if ((!own || (buf_adds(&b, "mx:") == 0 &&
	    buf_add(&b, domain, domain_n) == 0)) &&
	    buf_add(&b, way->s + 2 * own, way->len - 2 * (size_t)own) == 0)
		r = record_add(out, "nexthop", b.s, b.len);
	buf_free(&b);
	return r;
}

/* Another host's: where the table of routes sends it. */
static void
accept_remote(struct resolver *r, const char *address, size_t n, size_t local)
{
	struct buf way = BUF_MAX(ROUTE_OCTETS);
	const char *domain = address + local + 1;
	size_t domain_n = n - local - 1;

	if (domain_n == 0)
		refuse(r, address, n, IS_BARRED, "5.1.2",
		    "the address has no host");
	else if (tables_route(r->tables, domain, domain_n, &way) == -1)
		unsure(r, address, n, "routes.cdb");
	else if (way.len >= 6 && memcmp(way.s, "bounce", 6) == 0)
		refuse_route(r, address, n, &way, 6, IS_BARRED, "5.1.2",
		    "no mail is sent to that host");
	else if (way.len >= 4 && memcmp(way.s, "hold", 4) == 0)
		refuse_route(r, address, n, &way, 4, IS_ELSEWHERE, "4.3.2",
		    "mail to that host is held");
	else {
		r->seen[IS_ELSEWHERE] = 1;
		if (begin_group(r, address, n) && add_nexthop(r->out, &way,
		    domain, domain_n) == -1)
			r->spoilt = 1;
	}
	buf_free(&way);
}

static int
is_on_way(const struct way *w, const char *name, size_t n)
{
	for (; w != NULL; w = w->before)
		if (w->n == n && memcmp(w->name, name, n) == 0)
			return 1;
	return 0;
}

static void resolve_one(struct resolver *r, const char *s, size_t n,
    const struct way *way);

static void
resolve_targets(struct resolver *r, const struct buf *targets,
    const struct way *way)
{
	const char *p = targets->s, *end = p + targets->len;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((lf != NULL ? lf : end) - p);

		if (n > 0)
			resolve_one(r, p, n, way);
		p = lf != NULL ? lf + 1 : end;
	}
}

static void
note_alias(struct resolver *r, const char *name, size_t n,
    const struct buf *targets)
{
	const char *p = targets->s, *end = p + targets->len, *lf;

	note_way(r, "alias", name, n);
	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		note_way(r, "leads", p, (size_t)(lf - p));
	}
}

/* Follow the alias name if there is one. 1 if it was followed, 0, or -1. */
static int
follow_alias(struct resolver *r, const char *name, size_t n,
    const struct way *way)
{
	struct way here = { .name = name, .n = n, .before = way,
	    .depth = way != NULL ? way->depth + 1 : 1 };
	struct buf targets = BUF_MAX(ANSWER_MAX);
	int found;

	if (is_on_way(way, name, n)) {
		note_way(r, "again", name, n);
		return 0;
	}
	if (here.depth > DEPTH_MAX)
		return errno = ELOOP, -1;
	found = tables_alias(r->tables, name, n, &targets);
	/* Lists within lists name the same ones again and again: once is enough,
	 * and all there is time for. */
	if (found == 1 && names_add(&r->aliases, name, n) != 0) {
		note_alias(r, name, n, &targets);
		resolve_targets(r, &targets, &here);
	}
	buf_free(&targets);
	return found;
}

static void
resolve_one(struct resolver *r, const char *s, size_t n,
    const struct way *way)
{
	struct buf a = BUF_MAX(ADDRESS_OCTETS + DOMAIN_OCTETS);
	size_t local = address_local(s, n);
	int found = -1;

	if (buf_add(&a, s, n) == 0 && (local < n || (buf_add(&a, "@", 1) == 0 &&
	    buf_adds(&a, r->domain) == 0))) {
		ascii_lower_all(a.s, a.len);
		found = tables_host(r->tables, a.s + local + 1,
		    a.len - local - 1);
	}
	if (found == -1)
		unsure(r, s, n, "local-host-names.cdb");
	else if (found == 0)
		accept_remote(r, a.s, a.len, local);
	else {
		found = follow_alias(r, a.s, a.len, way);
		if (found == 0)
			found = follow_alias(r, a.s, local, way);
		if (found == -1)
			unsure(r, a.s, a.len, "aliases.cdb");
		else if (found == 0)
			find_user(r, a.s, a.len, local);
	}
	buf_free(&a);
}

/* An alias that leads to another host is here: its mail is taken from anybody. */
static enum existence
verdict(const struct resolver *r)
{
	if (r->seen[IS_HERE] || (r->aliases.n > 0 && r->seen[IS_ELSEWHERE]))
		return IS_HERE;
	if (r->seen[IS_UNSURE])
		return IS_UNSURE;
	if (r->seen[IS_ELSEWHERE])
		return IS_ELSEWHERE;
	return r->seen[IS_BARRED] && r->aliases.n == 0 ? IS_BARRED : IS_NOBODY;
}

static enum existence
answer(struct tables *t, const char *domain, const char *address, size_t n,
    struct buf *out, int explain)
{
	struct resolver r = { .tables = t, .domain = domain, .out = out,
	    .explain = explain, .finals = NAMES(ANSWER_MAX), .aliases = NAMES(ANSWER_MAX) };
	size_t was = out->len;
	enum existence e;

	resolve_one(&r, address, n, NULL);
	e = verdict(&r);
	names_free(&r.finals);
	names_free(&r.aliases);
	if (r.spoilt) {		/* all or nothing: half would be forgotten */
		out->len = was;
		refuse(&r, address, n, IS_UNSURE, "4.3.5",
		    "it leads to too many addresses");
		names_free(&r.finals);
		return IS_UNSURE;
	}
	return e;
}

enum existence
resolve(struct tables *t, const char *domain, const char *address, size_t n,
    struct buf *out)
{
	return answer(t, domain, address, n, out, 0);
}

enum existence
resolve_explain(struct tables *t, const char *domain, const char *address,
    size_t n, struct buf *out)
{
	return answer(t, domain, address, n, out, 1);
}
