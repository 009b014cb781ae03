/* remote-route - from the route's name to addresses, one after another. */
#include "remote.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "sys/clock.h"
#include "sys/dice.h"
#include "sys/log.h"

void
note_failure(struct remote *r, const struct answer *a)
{
	struct route *t = &r->route;

	say("to=%s dsn=%s failed: %s", r->nexthop_text, a->dsn, a->why);
	if (!t->failed || a->verdict == V_LATER ||
	    t->failure.verdict == V_NEVER)
		t->failure = *a;
	t->failed = 1;
}

void
note_dns(struct remote *r, enum verdict v, const char *dsn, const char *fmt,
    ...)
{
	struct answer a = { .number = 0 };
	char words[WHY_OCTETS];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (v == V_NEVER && r->nexthop.chosen)
		answer_set(&a, V_LATER, "4.3.5", "%s: %s", r->nexthop_text,
		    words);
	else
		answer_set(&a, v, dsn, "%s", words);
	note_failure(r, &a);
}

static void
note_loop(struct remote *r)
{
	note_dns(r, V_NEVER, "5.4.6", "a loop: this host is the best mail host "
	    "for %s, but does not deliver its mail", r->nexthop.host);
}

static int
is_before(const struct mail_host *a, const struct mail_host *b)
{
	return a->pref != b->pref ? a->pref < b->pref : a->dice < b->dice;
}

/* Put a host into its place; the worst one goes if there are too many. */
static void
add_host(struct remote *r, const char *name, unsigned pref)
{
	struct mail_host h = { .pref = pref, .dice = dice_roll(&r->dice) };
	struct route *t = &r->route;
	size_t i;

	snprintf(h.name, sizeof(h.name), "%s", name);
	if (t->n == HOSTS && !is_before(&h, t->host + HOSTS - 1))
		return;
	if (t->n < HOSTS)
		t->n++;
	for (i = t->n - 1; i > 0 && is_before(&h, t->host + i - 1); i--)
		t->host[i] = t->host[i - 1];
	t->host[i] = h;
}

int
is_our_name(const struct remote *r, const char *name)
{
	const char *more = r->names;

	if (ascii_is(name, strlen(name), r->name))
		return 1;
	while (*more != '\0') {
		size_t n = strcspn(more, " ");

		if (n > 0 && ascii_is(more, n, name))
			return 1;
		more += n + (more[n] == ' ');
	}
	return 0;
}

/* source: RFC 5321 5.1: of several hosts only those that are better than we
 * are. */
static void
leave_us_out(struct route *t, const struct remote *r)
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++)
		if (is_our_name(r, t->host[i].name))
			break;
	if (i == t->n)
		return;
	while (n < i && t->host[n].pref < t->host[i].pref)
		n++;
	t->n = n;
}

/* source: RFC 5321 5.1, RFC 7505 */
static void
take_mx(struct remote *r)
{
	const struct dns_answer *a = &r->found;
	unsigned i;

	for (i = 0; i < a->n; i++)
		if (a->record[i].type == DNS_MX &&
		    strcmp(a->record[i].text, ".") != 0)
			add_host(r, a->record[i].text, a->record[i].pref);
	if (a->status == DNS_NONE)
		add_host(r, r->nexthop.host, 0);
	if (r->route.n == 0) {
		note_dns(r, V_NEVER, "5.1.10", "%s takes no mail (null MX)",
		    r->nexthop.host);
		return;
	}
	leave_us_out(&r->route, r);
	if (r->route.n == 0)
		note_loop(r);
}

int
ask_dns(struct remote *r, enum dns_type type, const char *name)
{
	if (dns_ask(&r->dns, type, name, wait_end(r, WAIT_DNS),
	    &r->found) == -1) {
		if (errno == EINVAL)
			note_dns(r, V_NEVER, "5.1.2", "%s cannot be a name of "
			    "the DNS", name);
		else
			note_dns(r, V_LATER, "4.4.3", "the DNS service: %s",
			    strerror(errno));
		return -1;
	}
	if (r->found.status == DNS_LATER)
		note_dns(r, V_LATER, "4.4.3", "the DNS does not answer about "
		    "%s now", name);
	return r->found.status == DNS_LATER ? -1 : 0;
}

static void
find_mx(struct remote *r)
{
	const char *domain = r->nexthop.host;

	if (ask_dns(r, DNS_MX, domain) == -1)
		return;
	if (r->found.status == DNS_NODOMAIN)
		note_dns(r, V_NEVER, "5.1.2", "there is no domain %s", domain);
	else
		take_mx(r);
}

static void
make_route(struct remote *r)
{
	const struct nexthop *h = &r->nexthop;
	struct route *t = &r->route;

	memset(t, 0, sizeof(*t));
	t->live = 1;
	t->left = ADDRESSES;
	if (h->to == TO_MX) {
		find_mx(r);
		return;
	}
	snprintf(t->host[0].name, sizeof(t->host[0].name), "%s", h->host);
	t->n = 1;
	if (h->to == TO_HOST)
		return;
	t->at = 1;		/* nothing to look up */
	t->address_n = 1;
	if (h->to == TO_ADDRESS)
		snprintf(t->address[0], sizeof(t->address[0]), "%.45s",
		    h->host);
}

static void
set_far(struct remote *r)
{
	struct route *t = &r->route;
	const char *ip = t->address[t->address_at++];
	struct sockaddr_in *v4 = (struct sockaddr_in *)&r->far.at;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&r->far.at;

	memset(&r->far, 0, sizeof(r->far));
	t->left--;
	snprintf(r->far.host, sizeof(r->far.host), "%s",
	    t->host[t->at - 1].name);
	snprintf(r->far.ip, sizeof(r->far.ip), "%s", ip);
	if (inet_pton(AF_INET, ip, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)r->port);
		r->far.at_n = sizeof(*v4);
	} else if (inet_pton(AF_INET6, ip, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)r->port);
		r->far.at_n = sizeof(*v6);
	}
}

int
others_remain(const struct remote *r)
{
	const struct route *t = &r->route;

	return t->left > 0 && (t->address_at < t->address_n || t->at < t->n);
}

int
next_address(struct remote *r)
{
	struct route *t = &r->route;

	if (r->far.again) {
		r->far.again = 0;
		return 0;
	}
	if (!t->live)
		make_route(r);
	while (others_remain(r) && clock_mono_ms() < r->end_ms) {
		if (t->address_at < t->address_n) {
			set_far(r);
			return 0;
		}
		look_up(r, t->host[t->at++].name);
	}
	if (!t->failed)
		note_dns(r, V_LATER, "4.4.1", "no time is left to try %s",
		    r->nexthop.host);
	return -1;
}

void
end_route(struct remote *r)
{
	r->route.at = r->route.n;
	r->route.address_at = r->route.address_n;
}

void
cut_route(struct remote *r)
{
	end_route(r);
	if (!r->route.failed)
		note_loop(r);
}
