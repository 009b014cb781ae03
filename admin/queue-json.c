/* queue-json - a message of the queue for programs. */
#include "correo.h"

#include <stdio.h>
#include <string.h>

#include "base/exits.h"
#include "show.h"
#include "sys/log.h"

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

void
json_message(const struct glance *g, const struct live *l,
    const struct live_message *m, int all)
{
	struct buf b = BUF_MAX(SIZE_MAX / 4);
	int held = m != NULL ? m->state == CONTROL_HELD : g->held;
	const struct outcome *o;

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
