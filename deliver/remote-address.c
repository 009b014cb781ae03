/* remote-address - the addresses of one host, in the order in which they are
 * tried. */
#include "remote.h"

#include <stdio.h>
#include <string.h>

#include "sys/dice.h"

/* The next record of the type from *i on, or NULL. */
static const char *
next_of(const struct dns_answer *a, enum dns_type type, unsigned *i)
{
	while (*i < a->n)
		if (a->record[(*i)++].type == type)
			return a->record[*i - 1].text;
	return NULL;
}

static void
shuffle(struct remote *r, struct dns_answer *a)
{
	unsigned i;

	for (i = a->n; i > 1; i--) {
		unsigned k = dice_roll(&r->dice) % i;
		struct dns_record swap = a->record[k];

		a->record[k] = a->record[i - 1];
		a->record[i - 1] = swap;
	}
}

/* By turns of both kinds: where one of them leads nowhere, the other has its
 * turn soon. Each kind in any order. */
static void
take_addresses(struct remote *r)
{
	static const enum dns_type types[] = { DNS_AAAA, DNS_A };
	static const unsigned families[] = { AF_INET6, AF_INET };
	struct route *t = &r->route;
	unsigned at[2] = { 0, 0 }, i, empty = 0;

	shuffle(r, &r->found);
	t->address_n = t->address_at = 0;
	for (i = 0; empty < 2 && t->address_n < ADDRESSES; i = !i) {
		const char *text = NULL;

		if (r->family == AF_UNSPEC || r->family == families[i])
			text = next_of(&r->found, types[i], at + i);
		empty = text == NULL ? empty + 1 : 0;
		if (text != NULL)
			snprintf(t->address[t->address_n++],
			    sizeof(t->address[0]), "%s", text);
	}
}

void
look_up(struct remote *r, const char *name)
{
	if (ask_dns(r, DNS_ADDR, name) == -1)
		return;
	take_addresses(r);
	if (r->route.address_n == 0)
		note_dns(r, V_NEVER, r->found.status == DNS_NODOMAIN ?
		    "5.1.2" : "5.4.4", "the mail host %s has no address", name);
}
