/* queue-list - the messages of the queue in a table. One is in memory at a time,
 * beside the ids and what the runner knows. */
#include "correo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "show.h"
#include "sys/log.h"

#define FEW		3	/* recipients in the table */

const char *
say_state(char out[STATE_OCTETS], const struct correo *c,
    const struct glance *g, const struct live_message *m)
{
	uint64_t due_us = m != NULL ? m->due_us : g->next_us;
	char span[SHOW_OCTETS];

	if (m != NULL && m->state == CONTROL_TRIED)
		return "is tried now";
	if (m != NULL ? m->state == CONTROL_HELD : g->held)
		return "is held";
	if (m != NULL && m->state == CONTROL_PARKED)
		return "mailbox is busy";
	if (due_us <= c->now_us)
		return "now";
	snprintf(out, STATE_OCTETS, "in %s", show_span(span,
	    span_s(c->now_us, due_us)));
	return out;
}

/* The recipients of one message, while they are printed. */
struct recipients {
	unsigned n, most;
};

static int
print_recipient(void *arg, const char *address, size_t n,
    const struct outcome *o)
{
	struct recipients *r = arg;

	(void)o;
	if (r->n++ < r->most) {
		fputs(r->n == 1 ? "    to " : ", ", stdout);
		print_tame(address, n);
	}
	return 0;
}

void
print_reason(const struct outcome *o)
{
	printf("%s ", o->dsn);
	print_text(o->why != NULL ? o->why : "");
	putchar('\n');
}

static void
print_row(const struct correo *c, const struct glance *g,
    const struct live *l, const struct live_message *m)
{
	char size[SHOW_OCTETS], age[SHOW_OCTETS], state[STATE_OCTETS];
	struct recipients r = { .most = FEW };

	printf("%-31s %6s %6s %5llu %-16s ", g->id, show_size(size,
	    g->head.size), show_span(age, span_s(g->head.time_us, c->now_us)),
	    (unsigned long long)(m != NULL ? m->attempts : g->attempts),
	    say_state(state, c, g, m));
	print_text(g->sender[0] != '\0' ? g->sender : "<>");
	putchar('\n');
	(void)glance_left(g, print_recipient, &r);
	if (r.n > FEW)
		printf(" and %u more", r.n - FEW);
	if (r.n > 0)
		putchar('\n');
	if (g->latest != NULL) {
		fputs("    ", stdout);
		print_reason(g->latest);
	}
	if (m != NULL && m->site != NO_SITE) {
		fputs("    waits for ", stdout);
		print_text(l->sites.s + m->site);
		puts(", which is dead");
	}
}

static void
print_total(uint64_t n, uint64_t octets, uint64_t held)
{
	char size[SHOW_OCTETS];

	if (n == 0) {
		puts("No such message is in the queue.");
		return;
	}
	printf("%llu %s, %s octets", (unsigned long long)n, n == 1 ? "message" :
	    "messages", show_size(size, octets));
	if (held > 0)
		printf(", %llu held", (unsigned long long)held);
	putchar('\n');
}

int
queue_list(struct correo *c, const struct sift *s)
{
	static struct glance g;
	struct queue_ids ids = { .n = 0 };
	uint64_t n = 0, octets = 0, held = 0;
	struct live l;
	size_t i;

	open_queue(c);
	meet_runner(c);
	if (queue_ids_read(&ids, c->msg) == -1)
		die(EXIT_TEMP, "the queue:");
	live_read(&l, c);
	if (c->json)
		putchar('[');
	for (i = 0; i < ids.n; i++) {
		const struct live_message *m = live_find(&l, ids.id[i]);

		if (glance_read(&g, c->msg, ids.id[i]) == -1 ||
		    !sift_takes(s, &g, c->now_us))
			continue;
		if (n == 0 && !c->json)
			puts("ID                                SIZE    AGE "
			    "TRIES NEXT TRY         SENDER");
		if (c->json)
			fputs(n > 0 ? ",\n" : "\n", stdout);
		n++;
		octets += g.head.size;
		held += m != NULL ? m->state == CONTROL_HELD :
		    (unsigned)g.held;
		if (c->json)
			json_message(&g, &l, m, 0);
		else
			print_row(c, &g, &l, m);
	}
	if (c->json)
		puts("\n]");
	else
		print_total(n, octets, held);
	glance_free(&g);
	live_free(&l);
	free(ids.id);
	return EXIT_DONE;
}
