/* why-message - a message's life in sentences: from the log, and where that is gone
 * from the journal of its file; then how it stands, and what becomes of those who do
 * not have it. */
#include "why.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "show.h"
#include "sys/env.h"
#include "sys/log.h"
#include "text/final.h"
#include "text/record.h"

#define EXPLAINED	3	/* recipients that are looked up anew */

static int
is_recipient(const struct glance *g, const char *address)
{
	const char *p = g->head.text.s, *end = p + g->head.text.len;
	struct field f;

	while (record_next(&p, end, &f) == 1)
		if (field_is(&f, "rcpt") && f.n == strlen(address) &&
		    strncasecmp(f.value, address, f.n) == 0)
			return 1;
	return 0;
}

/* What was said of this address and reason before is not said again in full. */
static int
is_repeated(const struct events *e, const struct event *v)
{
	const struct event *w;

	for (w = e->first; w != v; w = w->next)
		if (w->why != NULL && w->dsn != NULL &&
		    strcmp(w->why, v->why) == 0 && strcmp(w->dsn, v->dsn) == 0)
			return 1;
	return 0;
}

static void
print_event(const struct life *f, const struct glance *g,
    const struct event *v)
{
	char when[SHOW_OCTETS];
	const char *help;

	printf("  %s  ", show_time(when, v->time_us));
	print_text(v->text);
	if (v->why == NULL || v->dsn == NULL) {
		putchar('\n');
		return;
	}
	printf(":\n      %s ", v->dsn);
	print_text(v->why);
	putchar('\n');
	if (is_repeated(&f->events, v))
		return;
	help = advice(v->dsn, v->why);
	if (help != NULL)
		printf("      %s\n", help);
	if (g->rcpt_n > 0 && !is_recipient(g, v->address))
		puts("      Nobody wrote to this address by name: an alias "
		    "leads there.");
}

static void
print_schedule(const struct correo *c, const struct glance *g)
{
	char when[SHOW_OCTETS], span[SHOW_OCTETS];
	uint64_t giveup_s = env_u64("GIVEUP_S", 432000, 1, UINT32_MAX);

	printf("It was tried %llu %s. ", (unsigned long long)g->attempts,
	    g->attempts == 1 ? "time" : "times");
	if (g->next_us > c->now_us)
		printf("The next try is at %s, in %s. ", show_time(when,
		    g->next_us), show_span(span, span_s(c->now_us,
		    g->next_us)));
	else
		printf("It is to be tried now. ");
	printf("A failure after %s is final.\n", show_time(when,
	    g->head.time_us + giveup_s * 1000000));
}

/* How it stands now; here 0: its file is not there. */
static void
print_state(const struct life *f, const struct glance *g, int here)
{
	if (!here) {
		puts("It is not in the queue any more.");
		return;
	}
	if (g->removed)
		puts("It is to be removed when its try is over.");
	else if (g->held)
		printf("It is in the queue and is held: nothing is done with it "
		    "until\n  correo queue release %s\n", f->id);
	else {
		fputs("It is in the queue. ", stdout);
		print_schedule(f->c, g);
	}
}

static int
explain_one(void *arg, const char *address, size_t n,
    const struct outcome *o)
{
	struct life *f = arg;
	struct final_text final;
	char *copy;

	(void)o;
	final_split(address, n, &final);	/* whose program it is */
	if (names_add(&f->named, final.address, final.n) == 0)
		return 0;
	if (f->explained++ >= EXPLAINED)
		return 1;
	copy = copy_text(final.address, final.n);
	(void)explain_address(f->c, copy);
	free(copy);
	return 0;
}

/* Those who do not have it: where their mail would go now. */
static void
print_present(struct life *f, const struct glance *g)
{
	const struct outcome *o;

	if (env_str("WHOIS_SOCKET", "")[0] == '\0' ||
	    access(env_str("WHOIS_SOCKET", ""), F_OK) == -1)
		return;
	puts("Where mail goes at present:");
	(void)glance_left(g, explain_one, f);
	for (o = g->first; o != NULL; o = o->next)
		if (o->kind == J_NEVER)
			(void)explain_one(f, o->address, o->n, o);
}

int
why_message(struct correo *c, const char *id)
{
	static struct glance g;
	struct life f = { .c = c, .id = id,
	    .named = NAMES(1u << 20) };
	const char *folder = env_str("LOG", "/var/log/correo");
	const struct event *v;
	int here, logged;

	open_queue(c);
	here = glance_read(&g, c->msg, id) == 0;
	logged = logs_search(folder, id, life_line, &f) == 0;
	if (!logged)
		say("the log in %s cannot be read:", folder);
	if (here)
		life_journal(&f, &g);
	if (!here && f.events.first == NULL)
		die(EXIT_PERM, "neither the queue nor the log knows %s", id);
	printf("%s\n", id);
	for (v = f.events.first; v != NULL; v = v->next)
		print_event(&f, &g, v);
	print_state(&f, &g, here);
	if (here && !g.removed)
		print_present(&f, &g);
	events_free(&f.events);
	glance_free(&g);
	return EXIT_DONE;
}
