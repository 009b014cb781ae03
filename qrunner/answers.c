/* answers - what who-is says of a recipient becomes final addresses and their jobs. */
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "sys/log.h"
#include "text/record.h"

/* The rcpt line leads to the address. What is known of that, or NULL: nothing is, and
 * nobody has a wish. */
static struct known *
lead_to(struct attempt *a, const char *address, size_t n, size_t rcpt)
{
	struct known *k;

	if (!a->wishes.any)
		return lookup_find(&a->known_by, address, n);
	k = attempt_known(a, address, n);
	(void)attempt_lead(a, k, rcpt);
	return k;
}

static struct final *
find_final(struct attempt *a, const char *address, size_t n)
{
	return lookup_find(&a->final_by, address, n);
}

/* NULL: it is there already. */
static struct final *
add_final(struct attempt *a, const char *address, size_t n)
{
	struct final *f;

	if (find_final(a, address, n) != NULL)
		return NULL;
	f = calloc(1, sizeof(*f));
	if (f != NULL)
		f->address = strndup(address, n);
	if (f == NULL || f->address == NULL ||
	    lookup_add(&a->final_by, f->address, strlen(f->address), f) == -1)
		die(EXIT_TEMP, "no memory for a recipient");
	f->attempt = a;
	f->next = a->finals;
	a->finals = f;
	a->final_n++;
	return f;
}

/* One group of who-is's answer. */
struct group {
	const char	*to;
	size_t		 to_n, rcpt;	/* rcpt: the line that was asked about */
	struct final	*from;		/* whose file led here, or NULL */
	struct destination where;
	uint64_t	 own;
	char		 ext[EXT_OCTETS + 1];
	struct quota	 quota;
	char		 sender[ADDRESS_OCTETS + 1];
	int		 has_sender;
	struct answer	 answer;	/* where mail can't go */
};

/* What the final address is to have of its group. */
static void
fill_final(struct final *f, const struct group *g)
{
	f->own = g->own != 0;
	f->rcpt = g->rcpt;
	/* A program in a user's file hears of the extension that led to it. */
	memcpy(f->ext, program_is(&g->where) && g->from != NULL ?
	    g->from->ext : g->ext, sizeof(f->ext));
	f->quota = g->quota;
	if (g->has_sender)
		f->sender = strdup(g->sender);
	if (g->has_sender && f->sender == NULL)
		die(EXIT_TEMP, "no memory for a recipient");
}

static void
carry_out(struct attempt *a, struct group *g)
{
	struct known *k = lead_to(a, g->to, g->to_n, g->rcpt);
	struct final *f;
	struct line *full;

	if (k != NULL && k->final) {
		if (g->from != NULL)
			forward_leads(g->from, NULL);
		return;			/* never tried again */
	}
	f = add_final(a, g->to, g->to_n);
	if (g->from != NULL)
		forward_leads(g->from, find_final(a, g->to, g->to_n));
	if (f == NULL)
		return;			/* another recipient led there too */
	fill_final(f, g);
	f->known = k;
	f->replay = a->early || (k != NULL && k->started);
	if (!destination_is(&g->where)) {
		f->answer = g->answer;
		attempt_settle(f);
		return;
	}
	if (lane_add(a->runner, &g->where, f, &full) == 0)
		a->jobs++;
	else if (full != NULL) {
		if (a->parked_at == NULL) {
			a->parked_at = full;
			full->holds++;
		}
	} else {
		if (errno != EHOSTDOWN)
			answer_set(&f->answer, V_LATER, "4.3.0", "no memory");
		attempt_settle(f);
	}
}

static int
group_field(struct group *g, const struct field *f)
{
	if (field_is(f, "why"))
		return field_copy(f, g->answer.why, sizeof(g->answer.why));
	if (field_is(f, "never") || field_is(f, "later")) {
		g->answer.verdict = field_is(f, "never") ? V_NEVER : V_LATER;
		return field_copy(f, g->answer.dsn, sizeof(g->answer.dsn));
	}
	if (field_is(f, "own"))
		return field_u64(f, &g->own);
	if (field_is(f, "ext"))		/* one that names no file is none */
		return ext_is(f->value, f->n) ?
		    field_copy(f, g->ext, sizeof(g->ext)) : 0;
	if (field_is(f, "quota"))
		return quota_parse(f->value, f->n, &g->quota);
	if (field_is(f, "sender")) {
		g->has_sender = 1;
		return field_copy(f, g->sender, sizeof(g->sender));
	}
	return destination_field(&g->where, f);
}

static void
begin_group(struct group *g, const struct field *f, size_t rcpt,
    struct final *from)
{
	memset(g, 0, sizeof(*g));
	g->rcpt = rcpt;
	g->from = from;
	g->to = f->value;
	g->to_n = f->n;
	answer_set(&g->answer, V_LATER, "4.3.0", "who-is gave no answer");
}

/* Each group of the lines is a final address. 0, or -1 when they are none. */
static int
read_groups(struct attempt *a, const struct question *q, const char *p,
    size_t n)
{
	struct final *from = q->target == NULL ? NULL :
	    find_final(a, q->address, strlen(q->address));
	const char *end = p + n;
	struct group g = { .to = NULL };
	struct field f;
	int r;

	while ((r = record_next(&p, end, &f)) == 1) {
		if (field_is(&f, "to")) {
			if (g.to != NULL)
				carry_out(a, &g);
			begin_group(&g, &f, q->rcpt, from);
		} else if (g.to == NULL || group_field(&g, &f) == -1)
			return -1;
	}
	if (r == -1 || g.to == NULL)
		return -1;
	carry_out(a, &g);
	return 0;
}

/* who-is gave no answer about a recipient, or what a user's file says. */
static void
not_answered(struct attempt *a, const struct question *q)
{
	static const char why[] = "who-is does not answer";
	size_t n = strlen(q->address);
	struct final *f;

	if (q->target != NULL) {
		forward_failed(find_final(a, q->address, n), "4.3.0", why);
		return;
	}
	f = add_final(a, q->address, n);
	if (f == NULL)
		return;
	f->known = lead_to(a, q->address, n, q->rcpt);
	answer_set(&f->answer, V_LATER, "4.3.0", "%s", why);
	attempt_settle(f);
}

void
attempt_heard(const struct question *q, const char *p, size_t n)
{
	if (p == NULL || read_groups(q->attempt, q, p, n) == -1)
		not_answered(q->attempt, q);
}

void
attempt_answered(const struct question *q, const char *p, size_t n)
{
	struct attempt *a = q->attempt;

	if (a->direct != D_NONE) {
		direct_answered(q, p, n);
		return;
	}
	attempt_heard(q, p, n);
	if (--a->questions == 0)
		attempt_end_call(a);
	attempt_over(a);
}
