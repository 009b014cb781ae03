/* line - the jobs that wait for one destination, and the messages that wait
 * outside until there is room. */
#include "runner.h"

#include "sys/clock.h"
#include "sys/log.h"

void
line_init(struct line *l)
{
	l->last = &l->first;
	l->parked_last = &l->parked;
}

int
line_ends_with(const struct line *l, const struct final *f)
{
	return l->first != NULL && l->newest->attempt == f->attempt;
}

/* Where a job of f's message would go: behind the last one of it. */
static struct final **
place(struct line *l, const struct final *f)
{
	struct final **at, **found = l->last;

	if (line_ends_with(l, f))
		return found;
	for (at = &l->first; *at != NULL; at = &(*at)->next_in_line)
		if ((*at)->attempt == f->attempt)
			found = &(*at)->next_in_line;
	return found;
}

static void
insert(struct line *l, struct final **at, struct final *f)
{
	f->next_in_line = *at;
	*at = f;
	if (f->next_in_line == NULL) {
		l->last = &f->next_in_line;
		l->newest = f;
	}
	l->queued++;
}

void
line_add(struct line *l, struct final *f, int together)
{
	insert(l, together ? place(l, f) : l->last, f);
}

void
line_put_back(struct line *l, struct final *f)
{
	insert(l, &l->first, f);
}

struct final *
line_take(struct line *l)
{
	struct final *f = l->first;

	l->first = f->next_in_line;
	if (l->first == NULL)
		l->last = &l->first;
	l->queued--;
	return f;
}

void
line_defer(struct runner *r, struct line *l, const struct answer *why)
{
	while (l->first != NULL) {
		struct final *f = line_take(l);

		if (f->site != NULL)
			site_lost(r, f);
		f->answer = *why;
		attempt_settled(f);
	}
}

void
line_park(struct line *l, struct waiting *w)
{
	l->holds--;
	w->line = l;
	w->place = W_PARKED;
	w->next_parked = NULL;
	w->parked_at = l->parked_last;
	*l->parked_last = w;
	l->parked_last = &w->next_parked;
}

void
line_call(struct runner *r, struct line *l, struct waiting *w)
{
	if (messages_schedule(&r->messages, w, clock_mono_ms()) == -1) {
		say("id=%s is left for the next scan:", w->id);
		messages_forget(&r->messages, w);
		scan_later(r);
		return;
	}
	if (w->place != W_DUE)
		return;			/* it is held */
	w->line = l;
	l->called++;
}

void
line_call_parked(struct runner *r, struct line *l, size_t n)
{
	for (; l->parked != NULL && n > 0; n--) {
		struct waiting *w = l->parked;

		messages_leave(w);
		line_call(r, l, w);
	}
}

int
line_is_empty(const struct line *l)
{
	return l->first == NULL && l->parked == NULL && l->holds == 0 &&
	    l->called == 0;
}
