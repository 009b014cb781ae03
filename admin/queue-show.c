/* queue-show - one message of the queue in full. */
#include "correo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exits.h"
#include "show.h"
#include "sys/log.h"
#include "text/record.h"

static const char *const kinds[] = {
	[J_START] = "begun", [J_DONE] = "delivered", [J_LATER] = "failed for now",
	[J_NEVER] = "failed for good",
};

static void
print_facts(const struct glance *g)
{
	const char *p = g->head.text.s, *end = p + g->head.text.len;
	struct field f;

	while (record_next(&p, end, &f) == 1) {
		if (field_is(&f, "sender") || field_is(&f, "time"))
			continue;
		printf("%-10.*s ", (int)f.key_n, f.key);
		print_tame(f.value, f.n);
		putchar('\n');
	}
}

static void
print_outcome(const struct outcome *o)
{
	char when[SHOW_OCTETS];

	fputs("           ", stdout);
	print_tame(o->address, o->n);
	printf(" %s %s%s", kinds[o->kind], show_time(when, o->time_us),
	    o->told ? ", and the sender was told" : "");
	if (o->dsn[0] == '\0' || o->kind == J_DONE) {
		putchar('\n');
		return;
	}
	fputs(":\n               ", stdout);
	print_reason(o);
}

static void
print_message(const struct correo *c, const struct glance *g,
    const struct live *l, const struct live_message *m)
{
	char when[SHOW_OCTETS], age[SHOW_OCTETS], state[STATE_OCTETS];
	const struct outcome *o;

	printf("id         %s\ncame       %s, %s ago\nsize       %llu octets\n"
	    "sender     ", g->id, show_time(when, g->head.time_us),
	    show_span(age, span_s(g->head.time_us, c->now_us)),
	    (unsigned long long)g->head.size);
	print_text(g->sender[0] != '\0' ? g->sender : "<>");
	putchar('\n');
	print_facts(g);
	printf("tries      %llu\nnext try   %s\n", (unsigned long long)(m != NULL
	    ? m->attempts : g->attempts), say_state(state, c, g, m));
	if (m != NULL && m->site != NO_SITE) {
		fputs("waits for  ", stdout);
		print_text(l->sites.s + m->site);
		puts(", which is dead");
	}
	if (g->first != NULL)
		puts("addresses so far:");
	for (o = g->first; o != NULL; o = o->next)
		print_outcome(o);
}

int
queue_show(struct correo *c, const char *id)
{
	static struct glance g;
	const struct live_message *m;
	struct live l;

	open_queue(c);
	if (glance_read(&g, c->msg, id) == -1) {
		if (errno == ENOENT || errno == EINVAL)
			die(EXIT_PERM, "%s is not in the queue", id);
		die(EXIT_TEMP, "%s:", id);
	}
	meet_runner(c);
	live_read(&l, c);
	m = live_find(&l, id);
	if (c->json) {
		json_message(&g, &l, m, 1);
		putchar('\n');
	} else
		print_message(c, &g, &l, m);
	glance_free(&g);
	live_free(&l);
	return EXIT_DONE;
}
