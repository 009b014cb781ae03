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
#include "text/record.h"

#define EXPLAINED	3	/* recipients that are looked up anew */

struct life {
	struct correo	*c;
	const char	*id;
	struct events	 events;
	struct event	*reason_of;	/* whose "why" may come next */
	unsigned	 explained;
};

static const char *
value_of(const struct logline *l, const char *key, int *n)
{
	struct pair f;

	if (!logline_find(l, key, &f)) {
		*n = 0;
		return "";
	}
	*n = (int)f.n;
	return f.value;
}

/* A line with to= and stat=: a result of one address. */
static void
take_result(struct life *f, const struct logline *l, const struct pair *stat)
{
	int to_n, relay_n, dsn_n, why_n;
	const char *to = value_of(l, "to", &to_n);
	const char *relay = value_of(l, "relay", &relay_n);
	const char *dsn = value_of(l, "dsn", &dsn_n);
	const char *why = value_of(l, "why", &why_n);
	int local = relay_n == 5 && memcmp(relay, "local", 5) == 0;
	struct event *v;

	if (pair_is(stat, "Sent"))
		v = event_add(&f->events, l->time_us, J_DONE, local ?
		    "%.*s has it, in the mailbox here%.*s" :
		    "%.*s: it went to %.*s, who is responsible now", to_n, to,
		    local ? 0 : relay_n, relay);
	else if (pair_is(stat, "Deferred"))
		v = event_add(&f->events, l->time_us, J_LATER,
		    "%.*s does not have it yet", to_n, to);
	else
		v = event_add(&f->events, l->time_us, J_NEVER,
		    "%.*s will not get it", to_n, to);
	v->address = copy_text(to, (size_t)to_n);
	if (v->kind == J_DONE)
		return;
	v->dsn = copy_text(dsn, (size_t)dsn_n);
	v->why = copy_text(why, (size_t)why_n);
}

/* When the message began, as its id has it: the line about that is written when the
 * client has its answer, and others may be faster. */
static uint64_t
began_us(const char *id, uint64_t logged_us)
{
	uint64_t us = strtoull(id, NULL, 16);

	return us < logged_us ? us : logged_us;
}

/* smtpd-front's or qinject's line: how it came. */
static void
take_arrival(struct life *f, const struct logline *l)
{
	int from_n, client_n, user_n, n_n, size_n, dsn_n, why_n;
	const char *from = value_of(l, "from", &from_n);
	const char *client = value_of(l, "client", &client_n);
	const char *user = value_of(l, "user", &user_n);
	const char *count = value_of(l, "nrcpt", &n_n);
	const char *size = value_of(l, "size", &size_n);
	const char *dsn = value_of(l, "dsn", &dsn_n);
	const char *why = value_of(l, "why", &why_n);
	struct pair v;
	int taken = logline_find(l, "verdict", &v) && pair_is(&v, "done");

	event_add(&f->events, began_us(f->id, l->time_us), -1, "it came from <%.*s>, %s%.*s%s"
	    "%.*s, for %.*s %s, %.*s octets; %s%.*s%s%.*s", from_n, from,
	    client_n > 0 ? "by SMTP from " : "by a program of this machine",
	    client_n, client, user_n > 0 ? ", user " : "", user_n, user, n_n,
	    count, n_n == 1 && count[0] == '1' ? "recipient" : "recipients",
	    size_n, size, taken ? "it was queued" : "it was refused: ",
	    taken ? 0 : dsn_n, dsn, taken || why_n == 0 ? "" : " ",
	    taken ? 0 : why_n, why);
}

static void
take_report(struct life *f, const struct logline *l, const struct pair *report)
{
	static const struct {
		const char *kind, *words;
	} kinds[] = {
		{ "failed", "was told that it failed" },
		{ "delayed", "was told that it is late" },
		{ "double", "was told, for it names no sender" },
	};
	int to_n;
	const char *to = value_of(l, "to", &to_n), *words = "was told";
	struct pair kind, id;
	size_t i;

	if (logline_find(l, "id", &id) && !pair_is(&id, f->id)) {
		event_add(&f->events, l->time_us, -1, "it is the report about "
		    "message %.*s", (int)id.n, id.value);
		return;
	}
	for (i = 0; logline_find(l, "kind", &kind) &&
	    i < sizeof(kinds) / sizeof(*kinds); i++)
		if (pair_is(&kind, kinds[i].kind))
			words = kinds[i].words;
	event_add(&f->events, l->time_us, -1, "%.*s %s: message %.*s",
	    to_n, to, words, (int)report->n, report->value);
}

static void
take_order(struct life *f, const struct logline *l, const struct pair *order)
{
	int uid_n;
	const char *uid = value_of(l, "uid", &uid_n);

	event_add(&f->events, l->time_us, -1, "uid %.*s ordered: %.*s", uid_n,
	    uid, (int)order->n, order->value);
}

/* A line of the log with the id somewhere in it. */
static void
take_line(void *arg, const struct logline *l)
{
	struct life *f = arg;
	struct pair stat, v;

	if (logline_find(l, "report", &v) && logline_find(l, "kind", &stat))
		take_report(f, l, &v);
	else if (!logline_find(l, "id", &v) || !pair_is(&v, f->id))
		return;			/* another message's: it is named there */
	else if (logline_find(l, "order", &v))
		take_order(f, l, &v);
	else if (logline_find(l, "stat", &stat) && logline_find(l, "to", &v))
		take_result(f, l, &stat);
	else if (logline_find(l, "stat", &stat) && pair_is(&stat, "Removed"))
		event_add(&f->events, l->time_us, -1, "it was removed from the "
		    "queue; nobody is told");
	else if (logline_find(l, "nrcpt", &v))
		take_arrival(f, l);
	else if (!logline_find(l, "tls", &v))	/* deliver-remote's summary */
		event_add(&f->events, l->time_us, -1, "%.*s says: %.*s",
		    (int)l->program_n, l->program, (int)l->n, l->text);
}

/* A line of the journal; what the log has said is left out. */
static void
take_entry(void *arg, const struct journal_entry *e)
{
	static const char *const words[] = {
		[J_DONE] = "has it", [J_LATER] = "does not have it yet",
		[J_NEVER] = "will not get it",
	};
	struct life *f = arg;
	struct event *v = f->reason_of;
	int n = (int)e->address_n;

	f->reason_of = NULL;
	if (e->kind == J_WHY && v != NULL) {
		free(v->why);
		v->why = copy_text(e->address, e->address_n);
	}
	if (e->kind == J_HELD || e->kind == J_RELEASED)
		event_add(&f->events, e->time_us, -1, e->kind == J_HELD ?
		    "it is held" : "it is released");
	if (e->kind != J_DONE && e->kind != J_LATER && e->kind != J_NEVER)
		return;
	if (event_match(&f->events, e->time_us, (int)e->kind, e->address,
	    e->address_n) != NULL)
		return;
	v = event_add(&f->events, e->time_us, (int)e->kind, "%.*s %s", n,
	    e->address, words[e->kind]);
	v->matched = 1;
	v->address = copy_text(e->address, e->address_n);
	if (e->kind == J_DONE)
		return;
	v->dsn = copy_text(e->dsn, strlen(e->dsn));
	f->reason_of = v;
}

static void
read_journal(struct life *f, const struct glance *g)
{
	int fd = queue_open(f->c->msg, f->id);

	if (fd == -1)
		return;
	(void)queue_read_journal(fd, &g->head, take_entry, f);
	close(fd);
}

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
		    g->next_us), show_span(span, (g->next_us - c->now_us) /
		    1000000));
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
	char *copy;

	(void)o;
	if (f->explained++ >= EXPLAINED)
		return 1;
	copy = copy_text(address, n);
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
	struct life f = { .c = c, .id = id };
	const char *folder = env_str("LOG", "/var/log/correo");
	const struct event *v;
	int here, logged;

	open_queue(c);
	here = glance_read(&g, c->msg, id) == 0;
	logged = logs_search(folder, id, take_line, &f) == 0;
	if (!logged)
		say("the log in %s cannot be read:", folder);
	if (here)
		read_journal(&f, &g);
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
