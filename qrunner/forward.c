/* forward - a user's file says where his mail goes instead of his mailbox.
 *
 * deliver-local has read the file, as the user, and answers with its targets; who-is
 * says what each of them is. The user's own address gets no result in the journal:
 * it is done when all that it led to is, and a mended file mends mail that waits.
 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "sys/log.h"
#include "text/record.h"

#define LEADS_MAX	1000	/* of one user's file */

/* Where a file led to. */
struct forward_edge {
	struct forward_edge *next;
	const struct final *to;
};

void
forward_free(struct final *f)
{
	while (f->edges != NULL) {
		struct forward_edge *e = f->edges;

		f->edges = e->next;
		free(e);
	}
}

void
forward_leads(struct final *from, const struct final *to)
{
	struct forward_edge *e;

	if (to == NULL) {		/* the journal says that it has its end */
		from->grounded = 1;
		return;
	}
	e = malloc(sizeof(*e));
	if (e == NULL)
		die(EXIT_TEMP, "no memory for a recipient");
	e->to = to;
	e->next = from->edges;
	from->edges = e;
}

/* Something that f led to has an end of its own. */
static int
has_end(const struct final *f)
{
	const struct forward_edge *e;

	for (e = f->edges; e != NULL; e = e->next)
		if (e->to->answer.verdict != V_FORWARD || e->to->grounded)
			return 1;
	return 0;
}

/* What only led in a circle would be nowhere. */
void
forward_check(struct attempt *a)
{
	struct final *f;
	int more = 1;

	while (more) {
		more = 0;
		for (f = a->finals; f != NULL; f = f->next)
			if (f->answer.verdict == V_FORWARD && !f->grounded &&
			    has_end(f))
				more = f->grounded = 1;
	}
	for (f = a->finals; f != NULL; f = f->next)
		if (f->settled && f->answer.verdict == V_FORWARD &&
		    !f->grounded)
			forward_failed(f, "4.4.6",
			    "its forwarding leads back to itself");
}

void
forward_failed(struct final *f, const char *dsn, const char *why)
{
	if (f->answer.verdict != V_FORWARD)
		return;			/* another target has failed already */
	answer_set(&f->answer, V_LATER, dsn, "%s", why);
	attempt_settle(f);
}

/* Ask about one target, for each rcpt line that led to f where that matters. */
static void
ask_target(struct final *f, const struct field *target)
{
	const struct lead *l = f->known != NULL ? f->known->leads : NULL;
	struct attempt *a = f->attempt;

	do {
		a->questions++;
		ask_about(a->runner, a, l != NULL ? l->rcpt : f->rcpt,
		    f->address, strlen(f->address), target->value, target->n);
		if (l != NULL)
			l = l->next;
	} while (l != NULL);
}

static int
ask_targets(struct final *f, const char *p, size_t n)
{
	const char *end = p + n;
	struct field field;
	unsigned targets = 0;

	while (record_next(&p, end, &field) == 1) {
		if (!field_is(&field, "target"))
			continue;
		if (field.n == 0 || field.n > ADDRESS_OCTETS ||
		    ++targets > LEADS_MAX)
			return -1;
		ask_target(f, &field);
	}
	return targets > 0 ? 0 : -1;
}

void
forward_answered(struct final *f, const char *record, size_t n)
{
	int good = f->own && strchr(f->address, ' ') == NULL;

	direct_doubt(f->attempt);
	if (!good || ask_targets(f, record, n) == -1)
		answer_set(&f->answer, V_LATER, "4.3.0",
		    "a forwarding that cannot be");
	attempt_settled(f);
}
