/* guard - see guard.h */
#include "guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"

#define FORGIVE_MS	(GUARD_WAIT_S * INT64_C(1000))

static void
copy_cut(char out[GUARD_NAME], const char *s)
{
	snprintf(out, GUARD_NAME, "%s", s);
}

void
guard_address(char out[GUARD_NAME], const char *address)
{
	struct in6_addr a;

	copy_cut(out, address);
	if (inet_pton(AF_INET6, address, &a) != 1)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		inet_ntop(AF_INET, a.s6_addr + 12, out, GUARD_NAME);
		return;
	}
	memset(a.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &a, out, GUARD_NAME);
	strcat(out, "/64");
}

void
guard_account(char out[GUARD_NAME], const char *user, const char *domain)
{
	size_t n;

	copy_cut(out, user);
	n = strlen(out);
	if (strchr(out, '@') == NULL && *domain != '\0')
		snprintf(out + n, GUARD_NAME - n, "@%s", domain);
	ascii_lower_all(out, strlen(out));
}

/* Chains by a hash that strangers can foresee: they can make one long, but not
 * choose who is forgotten. */
static unsigned *
chain_of(struct guard *g, int kind, const char *name)
{
	return &g->chain[kind][ascii_fnv(name, strlen(name)) % GUARD_CHAINS];
}

static struct mark *
find(struct guard *g, int kind, const char *name)
{
	unsigned i = *chain_of(g, kind, name);

	while (i != 0 && strcmp(g->mark[kind][i - 1].name, name) != 0)
		i = g->mark[kind][i - 1].next;
	return i != 0 ? &g->mark[kind][i - 1] : NULL;
}

/* A mark to use anew: a free one, or the one that was used longest ago. */
static struct mark *
forget_one(struct guard *g, int kind)
{
	struct mark *all = g->mark[kind], *m = all;
	unsigned *p;
	size_t i;

	for (i = 1; i < GUARD_MARKS && m->name[0] != '\0'; i++)
		if (all[i].name[0] == '\0' || all[i].used_ms < m->used_ms)
			m = &all[i];
	if (m->name[0] != '\0') {
		p = chain_of(g, kind, m->name);
		while (&all[*p - 1] != m)
			p = &all[*p - 1].next;
		*p = m->next;
	}
	memset(m, 0, sizeof(*m));
	return m;
}

/* The mark of that name, perhaps a new one. */
static struct mark *
have(struct guard *g, int kind, const char *name, int64_t now)
{
	struct mark *m = find(g, kind, name);
	unsigned *p;

	if (m == NULL) {
		m = forget_one(g, kind);
		copy_cut(m->name, name);
		p = chain_of(g, kind, name);
		m->next = *p;
		*p = (unsigned)(m - g->mark[kind]) + 1;
	}
	m->used_ms = now;
	return m;
}

static unsigned
failures(const struct mark *m, int64_t now)
{
	int64_t forgiven = (now - m->failed_ms) / FORGIVE_MS;

	return forgiven < m->failures ? m->failures - (unsigned)forgiven : 0;
}

/* One more failure; from the one that reaches allowed on, each has its wait. */
static void
strike(struct mark *m, unsigned allowed, int64_t now)
{
	int64_t wait_s = GUARD_WAIT_S;

	m->failures = failures(m, now) + 1;
	m->failed_ms = now;
	if (m->failures < allowed)
		return;
	if (m->failures - allowed < 10 && 1 << (m->failures - allowed) < wait_s)
		wait_s = 1 << (m->failures - allowed);
	m->until_ms = now + wait_s * 1000;
}

static int64_t
left_ms(const struct mark *m, int64_t now)
{
	return m != NULL && m->until_ms > now ? m->until_ms - now : 0;
}

static void
pair_name(char out[GUARD_NAME], const char *address, const char *account)
{
	snprintf(out, GUARD_NAME, "%s %s", address, account);
}

int64_t
guard_wait_ms(struct guard *g, const char *address, const char *account,
    int64_t now)
{
	char pair[GUARD_NAME];
	int64_t a, b;
	struct mark *m;

	pair_name(pair, address, account);
	m = find(g, BY_PAIR, pair);
	if (m != NULL)
		return left_ms(m, now);
	a = left_ms(find(g, BY_ADDRESS, address), now);
	b = left_ms(find(g, BY_ACCOUNT, account), now);
	return a > b ? a : b;
}

void
guard_failed(struct guard *g, const char *address, const char *account,
    int64_t now)
{
	char pair[GUARD_NAME];
	struct mark *m;

	pair_name(pair, address, account);
	m = find(g, BY_PAIR, pair);
	if (m != NULL) {
		strike(m, GUARD_ADDRESS, now);
		return;
	}
	m = have(g, BY_ADDRESS, address, now);
	strike(m, GUARD_ADDRESS, now);
	if (m->failures <= GUARD_ADDRESS)
		strike(have(g, BY_ACCOUNT, account, now), GUARD_ACCOUNT, now);
}

void
guard_passed(struct guard *g, const char *address, const char *account,
    int64_t now)
{
	char pair[GUARD_NAME];
	struct mark *m;

	pair_name(pair, address, account);
	m = have(g, BY_PAIR, pair, now);
	m->failures = 0;
	m->until_ms = 0;
}

uint64_t
guard_show(const struct guard *g, uint64_t from, int64_t now, struct buf *b)
{
	static const char *const kinds[] = { "address", "account", "pair" };
	uint64_t i, all = (uint64_t)GUARD_KINDS * GUARD_MARKS;

	for (i = from; i < all; i++) {
		const struct mark *m =
		    &g->mark[i / GUARD_MARKS][i % GUARD_MARKS];

		if (b->max - b->len < GUARD_NAME + 128)
			return i;
		if (m->name[0] != '\0' && buf_addf(b, "%s %u %d %s\n",
		    kinds[i / GUARD_MARKS], failures(m, now),
		    (int)((left_ms(m, now) + 999) / 1000), m->name) == -1)
			return i;
	}
	return 0;
}
