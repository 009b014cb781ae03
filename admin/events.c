/* events - what happened to a message, in the order of time, from two sources. */
#include "why.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/exits.h"
#include "sys/log.h"

#define NEAR_US	5000000u	/* the log's time and the journal's differ so much */

char *
copy_text(const char *s, size_t n)
{
	char *p = strndup(s, n);

	if (p == NULL)
		die(EXIT_TEMP, "memory:");
	return p;
}

struct event *
event_add(struct events *e, uint64_t time_us, int kind, const char *fmt, ...)
{
	struct event *v = calloc(1, sizeof(*v)), **at = &e->first;
	va_list ap;
	int n;

	if (v == NULL)
		die(EXIT_TEMP, "memory:");
	va_start(ap, fmt);
	n = vasprintf(&v->text, fmt, ap);
	va_end(ap);
	if (n == -1)
		die(EXIT_TEMP, "memory:");
	v->time_us = time_us;
	v->kind = kind;
	if (e->last != NULL && e->last->time_us <= time_us)
		at = &e->last->next;
	while (*at != NULL && (*at)->time_us <= time_us)
		at = &(*at)->next;
	v->next = *at;
	*at = v;
	if (v->next == NULL)
		e->last = v;
	return v;
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

struct event *
event_match(struct events *e, uint64_t time_us, int kind, const char *address,
    size_t n)
{
	struct event *v, *best = NULL;

	for (v = e->first; v != NULL; v = v->next) {
		if (v->kind != kind || v->matched || v->address == NULL ||
		    strlen(v->address) != n ||
		    strncasecmp(v->address, address, n) != 0 ||
		    distance(v->time_us, time_us) > NEAR_US)
			continue;
		if (best == NULL || distance(v->time_us, time_us) <
		    distance(best->time_us, time_us))
			best = v;
	}
	if (best != NULL)
		best->matched = 1;
	return best;
}

void
events_free(struct events *e)
{
	while (e->first != NULL) {
		struct event *v = e->first;

		e->first = v->next;
		free(v->address);
		free(v->dsn);
		free(v->why);
		free(v->text);
		free(v);
	}
	e->last = NULL;
}
