/* why-host - the way to another host: what the table of routes says, what the DNS
 * says of it, and how the runner finds it. */
#include "why.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mail/dnsask.h"
#include "show.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "text/nexthop.h"

#define DNS_MS		40000
#define SOME		5	/* hosts that are looked up */

static void
print_tls(const struct nexthop *h)
{
	static const char *const words[] = {
		[TLS_WANT_NONE] = "in the clear",
		[TLS_WANT_MAY] = "with TLS where the host offers it",
		[TLS_WANT_MUST] = "with TLS only",
		[TLS_WANT_VERIFY] = "with TLS only, and a certificate that is good",
	};

	printf("%s%s", words[h->tls], h->implicit ? ", from the first octet" :
	    "");
}

static void
print_way(const char *domain, const struct nexthop *h)
{
	printf("    ");
	if (h->chosen) {
		fputs("The table of routes sends mail for ", stdout);
		print_text(domain);
		printf(" to %s", h->to == TO_MX ? "the mail hosts of " : "");
		print_text(h->host);
	} else {
		fputs("Mail for ", stdout);
		print_text(domain);
		fputs(" goes to the mail hosts that the DNS names", stdout);
	}
	if (h->to == TO_PATH)
		puts(" by LMTP.");
	else {
		printf(", %sport %u, ", h->lmtp ? "by LMTP, " : "",
		    nexthop_port(h));
		print_tls(h);
		puts(".");
	}
	if (h->login[0] != '\0')
		printf("    It logs in there as the secrets' line %s says.\n",
		    h->login);
}

/* Ask dnsq; what keeps us from that is said. 0, or -1. */
static int
ask(struct dns_asker *d, enum dns_type type, const char *name,
    struct dns_answer *a)
{
	if (dns_ask(d, type, name, clock_mono_ms() + DNS_MS, a) == -1) {
		printf("    The DNS is not asked about %s: %s.\n", name,
		    strerror(errno));
		return -1;
	}
	if (a->status == DNS_LATER)
		printf("    The DNS does not answer about %s now.\n", name);
	else if (a->status == DNS_NODOMAIN)
		printf("    The DNS knows no name %s: mail does not go there.\n",
		    name);
	return a->status == DNS_LATER || a->status == DNS_NODOMAIN ? -1 : 0;
}

static void
print_addresses(struct dns_asker *d, const char *host)
{
	static struct dns_answer a;
	unsigned i;

	if (ask(d, DNS_ADDR, host, &a) == -1)
		return;
	if (a.n == 0) {
		printf("    %s has no address: mail does not go there.\n",
		    host);
		return;
	}
	printf("    %s is", host);
	for (i = 0; i < a.n && i < SOME; i++)
		printf("%s %s", i > 0 ? "," : "", a.record[i].text);
	puts(a.n > SOME ? ", ..." : ".");
}

static void
print_hosts(struct dns_asker *d, const char *domain)
{
	static struct dns_answer mx;
	unsigned i;

	if (ask(d, DNS_MX, domain, &mx) == -1)
		return;
	if (mx.n == 0) {
		printf("    %s names no mail host: its own addresses are "
		    "tried.\n", domain);
		print_addresses(d, domain);
		return;
	}
	if (strcmp(mx.record[0].text, ".") == 0) {
		printf("    %s says in the DNS that it takes no mail.\n",
		    domain);
		return;
	}
	printf("    The mail hosts of %s:", domain);
	for (i = 0; i < mx.n; i++)
		printf("%s %s (%u)", i > 0 ? "," : "", mx.record[i].text,
		    mx.record[i].pref);
	puts(".");
	for (i = 0; i < mx.n && i < SOME; i++)
		print_addresses(d, mx.record[i].text);
}

static void
print_dns(const struct nexthop *h)
{
	const char *path = env_str("DNSQ_SOCKET", "");
	struct sockaddr_un at;
	static struct dns_asker d;

	if (h->to == TO_PATH || h->to == TO_ADDRESS || *path == '\0' ||
	    unix_addr(&at, path) == -1)
		return;
	d.at = &at;
	d.fd = -1;
	if (h->to == TO_MX)
		print_hosts(&d, h->host);
	else
		print_addresses(&d, h->host);
	if (d.fd != -1)
		close(d.fd);
}

static void
print_health(const struct correo *c, const struct control_site *s)
{
	char when[SHOW_OCTETS], span[SHOW_OCTETS], next[SHOW_OCTETS];
	const char *help;

	if (s->failures == 0) {
		puts("    That way works: mail was taken in the last minutes.");
		return;
	}
	printf("    That way is dead since %s (%s, %llu %s), so %s waits:\n"
	    "      %s ", show_time(when, s->dead_us), show_span(span,
	    span_s(s->dead_us, c->now_us)), (unsigned long long)s->failures,
	    s->failures == 1 ? "try" : "tries", s->messages == 1 ?
	    "a message" : "mail", s->dsn);
	print_text(s->why);
	help = advice(s->dsn, s->why);
	if (help != NULL)
		printf("\n      %s", help);
	if (s->probe_us > c->now_us)
		printf("\n    It is tried again in %s; at once with: correo "
		    "queue flush --site '", show_span(next, span_s(c->now_us,
		    s->probe_us)));
	else
		printf("\n    It is tried with the next message; at once with: "
		    "correo queue flush --site '");
	print_text(s->nexthop);
	puts("'");
}

static void
find_health(struct correo *c, const char *nexthop)
{
	struct control *k = &c->control;
	struct control_site s = { .nexthop = "" };
	const char *p;

	do {
		if (control_ask(k, CONTROL_SITES, s.nexthop) == -1)
			return;
		p = k->answer;
		while (control_site_next(&p, k->answer + k->n, &s) == 1)
			if (strcmp(s.nexthop, nexthop) == 0) {
				print_health(c, &s);
				return;
			}
	} while (k->end == CONTROL_MORE);
}

void
explain_host(struct correo *c, const char *address, const char *nexthop)
{
	size_t n = strlen(address), local = address_local(address, n);
	struct nexthop h;

	if (nexthop_parse(&h, nexthop, strlen(nexthop)) == -1) {
		fputs("    The table of routes has a way that cannot be read: ",
		    stdout);
		print_text(nexthop);
		puts(".\n    Mend its line, then: correo tables");
		return;
	}
	print_way(local < n ? address + local + 1 : "it", &h);
	print_dns(&h);
	if (c->running)
		find_health(c, nexthop);
}
