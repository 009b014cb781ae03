/* queue-list - show the messages of the queue: all in a table, or one in full. One
 * message is in memory at a time, beside the ids and what the runner knows. */
#include "correo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "show.h"
#include "sys/log.h"
#include "text/record.h"

#define FEW		3	/* recipients in the table */

static const char *const kinds[] = {
	[J_START] = "begun", [J_DONE] = "delivered", [J_LATER] = "failed for now",
	[J_NEVER] = "failed for good",
};

static uint64_t
span_s(uint64_t from_us, uint64_t to_us)
{
	return to_us > from_us ? (to_us - from_us) / 1000000 : 0;
}

/* The state for people; the runner knows better than the file. out has room for
 * two spans. */
static const char *
say_state(char out[2 * SHOW_OCTETS], const struct correo *c,
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
	snprintf(out, 2 * SHOW_OCTETS, "in %s", show_span(span,
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

static void
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
	char size[SHOW_OCTETS], age[SHOW_OCTETS], state[2 * SHOW_OCTETS];
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
add_text(struct buf *b, const char *key, const char *value)
{
	(void)buf_addf(b, ",\"%s\":", key);
	if (value == NULL)
		(void)buf_adds(b, "null");
	else
		(void)json_string(b, value, strlen(value));
}

static void
add_time(struct buf *b, const char *key, uint64_t us)
{
	(void)buf_addf(b, ",\"%s\":", key);
	if (us == 0)
		(void)buf_adds(b, "null");
	else
		(void)json_time(b, us);
}

static int
add_recipient(void *arg, const char *address, size_t n,
    const struct outcome *o)
{
	static const char *const words[] = {
		[J_START] = "begun", [J_DONE] = "done", [J_LATER] = "later",
		[J_NEVER] = "never",
	};
	struct buf *b = arg;

	(void)buf_adds(b, b->s[b->len - 1] == '[' ? "{\"address\":" :
	    ",{\"address\":");
	(void)json_string(b, address, n);
	add_text(b, "state", o == NULL ? "waits" : words[o->kind]);
	if (o != NULL && o->dsn[0] != '\0') {
		add_time(b, "time", o->time_us);
		add_text(b, "dsn", o->dsn);
		add_text(b, "why", o->why);
	}
	return buf_adds(b, "}");
}

/* One object; all 1: of those too who have it, or never will. */
static void
print_json(const struct correo *c, const struct glance *g,
    const struct live *l, const struct live_message *m, int all)
{
	struct buf b = BUF_MAX(SIZE_MAX / 4);
	int held = m != NULL ? m->state == CONTROL_HELD : g->held;
	const struct outcome *o;

	(void)c;
	(void)buf_addf(&b, "{\"id\":\"%s\"", g->id);
	add_time(&b, "time", g->head.time_us);
	(void)buf_addf(&b, ",\"size\":%llu", (unsigned long long)g->head.size);
	add_text(&b, "sender", g->sender);
	add_text(&b, "state", m != NULL ? control_state_name(m->state) : held ?
	    "held" : "waits");
	(void)buf_addf(&b, ",\"attempts\":%llu", (unsigned long long)(m != NULL
	    ? m->attempts : g->attempts));
	add_time(&b, "next", m != NULL ? m->due_us : g->next_us);
	add_text(&b, "site", m != NULL && m->site != NO_SITE ?
	    l->sites.s + m->site : NULL);
	add_text(&b, "dsn", g->latest != NULL ? g->latest->dsn : NULL);
	add_text(&b, "why", g->latest != NULL ? g->latest->why : NULL);
	(void)buf_adds(&b, ",\"recipients\":[");
	(void)glance_left(g, add_recipient, &b);
	for (o = all ? g->first : NULL; o != NULL; o = o->next)
		if (o->kind == J_DONE || o->kind == J_NEVER)
			(void)add_recipient(&b, o->address, o->n, o);
	if (buf_adds(&b, "]}") == -1)
		die(EXIT_TEMP, "memory:");
	fwrite(b.s, 1, b.len, stdout);
	buf_free(&b);
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
			print_json(c, &g, &l, m, 0);
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
	char when[SHOW_OCTETS], age[SHOW_OCTETS], state[2 * SHOW_OCTETS];
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
		print_json(c, &g, &l, m, 1);
		putchar('\n');
	} else
		print_message(c, &g, &l, m);
	glance_free(&g);
	live_free(&l);
	return EXIT_DONE;
}
