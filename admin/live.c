/* live - what the runner knows of all messages, in memory: some 80 octets each. */
#include "correo.h"

#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "sys/log.h"

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct live_message *)a)->id,
	    ((const struct live_message *)b)->id);
}

/* Neighbours that wait for the same site share its name. */
static size_t
keep_site(struct live *l, const char *site)
{
	size_t n = strlen(site) + 1, at = l->sites.len;

	if (n == 1)
		return NO_SITE;
	if (l->n > 0 && l->message[l->n - 1].site != NO_SITE &&
	    strcmp(l->sites.s + l->message[l->n - 1].site, site) == 0)
		return l->message[l->n - 1].site;
	if (buf_add(&l->sites, site, n) == -1)
		die(EXIT_TEMP, "memory:");
	return at;
}

static void
add(struct live *l, const struct control_message *m)
{
	struct live_message *to;

	if (l->n == l->cap) {
		size_t cap = l->cap > 0 ? 2 * l->cap : 1024;

		to = realloc(l->message, cap * sizeof(*to));
		if (to == NULL)
			die(EXIT_TEMP, "memory:");
		l->message = to;
		l->cap = cap;
	}
	to = l->message + l->n;
	to->site = keep_site(l, m->site);
	memcpy(to->id, m->id, sizeof(to->id));
	to->state = m->state;
	to->attempts = (uint32_t)m->attempts;
	to->due_us = m->due_us;
	l->n++;
}

void
live_read(struct live *l, struct correo *c)
{
	struct control *k = &c->control;
	struct control_message m = { .id = "" };
	const char *p;
	int r;

	memset(l, 0, sizeof(*l));
	l->sites.max = SIZE_MAX / 4;
	if (!c->running)
		return;
	do {
		ask_runner(c, CONTROL_LIST, m.id);
		p = k->answer;
		while ((r = control_message_next(&p, k->answer + k->n, &m))
		    == 1)
			add(l, &m);
		if (r == -1)
			die(EXIT_TEMP, "qrunner's answer cannot be read");
	} while (k->end == CONTROL_MORE);
	if (l->n > 0)
		qsort(l->message, l->n, sizeof(*l->message), by_id);
}

const struct live_message *
live_find(const struct live *l, const char *id)
{
	struct live_message key;

	strncpy(key.id, id, sizeof(key.id) - 1);
	key.id[sizeof(key.id) - 1] = '\0';
	return l->n == 0 ? NULL : bsearch(&key, l->message, l->n, sizeof(key),
	    by_id);
}

void
live_free(struct live *l)
{
	free(l->message);
	buf_free(&l->sites);
}
