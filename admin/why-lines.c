/* why-lines - a line of the log, and one of the journal, as an event in words. */
#include "why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/log.h"

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

	if (pair_is(stat, "Forwarded")) {
		(void)event_add(&f->events, l->time_us, J_START,
		    "%.*s: the user's own file says where it goes", to_n, to);
		return;
	}
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

/* Which way it came: "by SMTP from 192.0.2.1, user bob". */
static void
say_way(char *out, size_t room, const struct logline *l)
{
	int client_n, user_n;
	const char *client = value_of(l, "client", &client_n);
	const char *user = value_of(l, "user", &user_n);

	snprintf(out, room, "%s%.*s%s%.*s", client_n > 0 ? "by SMTP from " :
	    "by a program of this machine", client_n, client, user_n > 0 ?
	    ", user " : "", user_n, user);
}

static void
say_verdict(char *out, size_t room, const struct logline *l)
{
	int dsn_n, why_n;
	const char *dsn = value_of(l, "dsn", &dsn_n);
	const char *why = value_of(l, "why", &why_n);
	struct pair verdict;

	if (logline_find(l, "verdict", &verdict) && pair_is(&verdict, "done"))
		snprintf(out, room, "it was queued");
	else
		snprintf(out, room, "it was refused: %.*s %.*s", dsn_n, dsn,
		    why_n, why);
}

/* smtpd-front's or qinject's line: how it came. */
static void
take_arrival(struct life *f, const struct logline *l)
{
	int from_n, count_n, size_n;
	const char *from = value_of(l, "from", &from_n);
	const char *count = value_of(l, "nrcpt", &count_n);
	const char *size = value_of(l, "size", &size_n);
	char way[LOG_OCTETS], verdict[LOG_OCTETS];

	say_way(way, sizeof(way), l);
	say_verdict(verdict, sizeof(verdict), l);
	event_add(&f->events, began_us(f->id, l->time_us), -1,
	    "it came from <%.*s>, %s, for %.*s %s, %.*s octets; %s", from_n,
	    from, way, count_n, count, count_n == 1 && count[0] == '1' ?
	    "recipient" : "recipients", size_n, size, verdict);
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

void
life_line(void *arg, const struct logline *l)
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

void
life_journal(struct life *f, const struct glance *g)
{
	int fd = queue_open(f->c->msg, f->id);

	if (fd == -1)
		return;
	(void)queue_read_journal(fd, &g->head, take_entry, f);
	close(fd);
}
