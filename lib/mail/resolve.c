/* resolve - see resolve.h */
#include "mail/resolver.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"

/* An address of ours or of another host. */
static void
resolve_whole(struct resolver *r, const struct address *a,
    const struct way *way)
{
	int found = tables_host(r->tables, a->s + a->local + 1,
	    a->n - a->local - 1);

	if (found == -1)
		resolve_unsure(r, a->s, a->n, "local-host-names.cdb");
	else if (found == 0)
		resolve_remote(r, a, way);
	else
		resolve_local(r, a, way);
}

void
resolve_address(struct resolver *r, const char *s, size_t n, int plain,
    const struct way *way)
{
	struct buf b = BUF_MAX(ADDRESS_OCTETS + DOMAIN_OCTETS);
	size_t local = address_local(s, n);

	if (buf_add(&b, s, n) == -1 || (local == n &&
	    (buf_add(&b, "@", 1) == -1 || buf_adds(&b, r->domain) == -1)))
		resolve_unsure(r, s, n, "the address");
	else {
		struct address a = { .s = b.s, .n = b.len, .local = local,
		    .plain = plain };

		ascii_lower_all(b.s, b.len);
		resolve_whole(r, &a, way);
	}
	buf_free(&b);
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

#define RESOLVER(t, d, o)	{ .tables = (t), .domain = (d), .out = (o), \
	.finals = NAMES(ANSWER_MAX), .aliases = NAMES(ANSWER_MAX) }

/* The verdict; was: octets of out before the answer. */
static enum existence
end_answer(struct resolver *r, size_t was, const char *address, size_t n)
{
	enum existence e = verdict(r);

	names_free(&r->finals);
	names_free(&r->aliases);
	if (!r->spoilt)
		return e;
	r->out->len = was;	/* all or nothing: half would be forgotten */
	resolve_refuse(r, address, n, IS_UNSURE, "4.3.5",
	    "it leads to too many addresses");
	names_free(&r->finals);
	return IS_UNSURE;
}

static enum existence
answer(struct tables *t, const char *domain, const char *address, size_t n,
    struct buf *out, int explain)
{
	struct resolver r = RESOLVER(t, domain, out);
	size_t was = out->len;

	r.explain = explain;
	resolve_address(&r, address, n, 0, NULL);
	return end_answer(&r, was, address, n);
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

/* The mailbox of the user that a final address belongs to. 1, 0, or -1. */
static int
find_self(struct tables *t, const char *address, size_t n, struct mailbox *m)
{
	size_t local = address_local(address, n), at;
	struct buf b = BUF_MAX(ADDRESS_OCTETS);
	int found = tables_virtual(t, address, n, m);

	if (found == 0)
		found = tables_system(t, address, local, m);
	for (at = local; found == 0 && at-- > 1; ) {
		if (strchr(t->extension, address[at]) == NULL)
			continue;
		b.len = 0;
		if (buf_add(&b, address, at) == -1 ||
		    buf_add(&b, address + local, n - local) == -1)
			found = -1;
		else
			found = tables_virtual(t, b.s, b.len, m);
		if (found == 0)
			found = tables_system(t, address, at, m);
	}
	buf_free(&b);
	return found;
}

enum existence
resolve_forward(struct tables *t, const char *domain, const char *address,
    size_t n, const char *target, size_t target_n, struct buf *out)
{
	struct resolver r = RESOLVER(t, domain, out);
	struct way way = { .name = "f", .n = 1, .address = address,
	    .address_n = n, .file = 1, .why_not = "it is nobody's file" };
	size_t was = out->len;
	struct mailbox self;
	int found = n > ADDRESS_OCTETS ? 0 : find_self(t, address, n, &self);

	if (found == -1)
		resolve_unsure(&r, address, n, "the user");
	else if (found == 0 || self.uid == 0)
		resolve_refuse(&r, address, n, IS_UNSURE, "4.3.0",
		    "the user of this file is gone");
	else {
		r.self = way.as = &self;
		resolve_target(&r, target, target_n, &way);
	}
	return end_answer(&r, was, address, n);
}
