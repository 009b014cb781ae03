/* program - the jobs of users' programs, which may hang all at once: they take so
 * many places and open messages and no more. */
#include "runner.h"

int
program_is(const struct destination *d)
{
	return d->program[0] != '\0';
}

struct line *
program_full(struct runner *r, struct line *l, const struct final *f)
{
	if (f->attempt->program_jobs == 0 &&
	    r->programs_active >= PROGRAMS_ACTIVE)
		return &r->program_crowd;
	return l->queued >= PROGRAM_QUEUE ? l : NULL;
}

void
program_begin(struct runner *r, struct final *f)
{
	f->program = 1;
	if (f->attempt->program_jobs++ == 0)
		r->programs_active++;
}

void
program_end(struct runner *r, const struct final *f)
{
	if (--f->attempt->program_jobs == 0)
		r->programs_active--;
}

void
programs_tick(struct runner *r)
{
	size_t open = r->programs_active + r->program_crowd.called;

	if (open < PROGRAMS_ACTIVE)
		line_call_parked(r, &r->program_crowd, PROGRAMS_ACTIVE - open);
}
