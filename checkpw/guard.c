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

static struct mark *
find(struct guard *g, int kind, const char *name)
{
	size_t i;

	for (i = 0; i < GUARD_MARKS; i++)
		if (strcmp(g->mark[kind][i].name, name) == 0)
			return &g->mark[kind][i];
	return NULL;
}

/* The mark of that name, perhaps a new one in the place of the oldest. */
static struct mark *
have(struct guard *g, int kind, const char *name, int64_t now)
{
	struct mark *m = find(g, kind, name), *all = g->mark[kind];
	size_t i;

	if (m == NULL) {
		for (m = all, i = 1; i < GUARD_MARKS && m->name[0] != '\0'; i++)
			if (all[i].name[0] == '\0' ||
			    all[i].used_ms < m->used_ms)
				m = &all[i];
		memset(m, 0, sizeof(*m));
		copy_cut(m->name, name);
	}
	m->used_ms = now;
	return m;
}

unsigned
guard_failures(const struct mark *m, int64_t now)
{
	int64_t forgiven = (now - m->failed_ms) / FORGIVE_MS;

	return forgiven < m->failures ? m->failures - (unsigned)forgiven : 0;
}

/* One more failure; from the one that reaches allowed on, each has its wait. */
static void
strike(struct mark *m, unsigned allowed, int64_t now)
{
	int64_t wait_s = GUARD_WAIT_S;

	m->failures = guard_failures(m, now) + 1;
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
