/* attempt - one try at one message.
 *
 * Open it, ask who-is about each recipient, give a job to the mailbox's lane for
 * each final address that has no final result yet, and note the results. What
 * becomes of the message then: finish.c.
 */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "text/record.h"

struct known *
attempt_known(struct attempt *a, const char *address, size_t n)
{
	struct known *k = lookup_find(&a->known_by, address, n);

	if (k != NULL)
		return k;
	k = calloc(1, sizeof(*k) + n + 1);
	if (k == NULL || lookup_add(&a->known_by, memcpy(k->address, address,
	    n), n, k) == -1)
		die(EXIT_TEMP, "no memory for a journal");
	k->n = n;
	k->next = a->known;
	a->known = k;
	return k;
}

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

static void
note_entry(void *arg, const struct journal_entry *e)
{
	struct attempt *a = arg;
	struct known *k;

	a->warned |= e->kind == J_WARNED;
	a->removed |= e->kind == J_REMOVED;
	if (e->kind == J_BEHIND || e->kind == J_EXPANDED)
		attempt_note_rcpt(a, e);
	if (!journal_has_address(e->kind))
		return;
	k = attempt_known(a, e->address, e->address_n);
	if (e->kind == J_TOLD) {
		k->told = 1;
		return;
	}
	k->started = e->kind == J_START;
	if (e->kind == J_DONE || e->kind == J_NEVER)
		k->final = 1;
	k->done |= e->kind == J_DONE;
	k->failed |= e->kind == J_NEVER;
}

/* Nothing that is on another host's disk tells us of it. */
static void
sync_later(struct attempt *a)
{
	if (a->unsynced)
		return;
	a->unsynced = 1;
	a->next_unsynced = a->runner->unsynced;
	a->runner->unsynced = a;
}

/* A file that goes needs no sync. */
static void
sync_now(struct attempt *a)
{
	struct attempt **at = &a->runner->unsynced;

	while (*at != a)
		at = &(*at)->next_unsynced;
	*at = a->next_unsynced;
	a->unsynced = 0;
	if (!a->gone && fdatasync(a->file) == -1)
		say("id=%s its journal is not synced:", a->message->id);
}

void
attempts_sync(struct runner *r)
{
	while (r->unsynced != NULL)
		sync_now(r->unsynced);
}

/* All its jobs are given out, or it is over. */
static void
end_call(struct attempt *a)
{
	if (a->called != NULL)
		a->called->called--;
	a->called = NULL;
}

void
attempt_free(struct attempt *a)
{
	if (a->unsynced)
		sync_now(a);
	end_call(a);
	direct_free(a);
	a->runner->active--;
	while (a->finals != NULL) {
		struct final *f = a->finals;

		a->finals = f->next;
		site_release(f);
		forward_free(f);
		free(f->sender);
		free(f->address);
		free(f);
	}
	while (a->known != NULL) {
		struct known *k = a->known;

		a->known = k->next;
		leads_free(k->leads);
		free(k);
	}
	lookup_free(&a->final_by);
	lookup_free(&a->known_by);
	wishes_free(&a->wishes);
	buf_free(&a->head.text);
	if (a->file != -1)
		close(a->file);
	if (a->reader != -1)
		close(a->reader);
	free(a);
}

int
attempt_write(struct attempt *a, const struct buf *lines)
{
	if (queue_write_journal(a->file, lines, &a->torn) == 0)
		return 0;
	say("id=%s its journal cannot be written:", a->message->id);
	return -1;
}

int
attempt_note_start(struct final *f)
{
	struct buf b = BUF_MAX(FINAL_OCTETS + 64);
	int r;

	if (f->attempt->direct == D_TRYING)
		return 0;
	r = journal_line(&b, J_START, clock_wall_us(), NULL, f->address);

	if (r == 0)
		r = attempt_write(f->attempt, &b);
	buf_free(&b);
	return r;
}

/* How the sender is to hear of a delivery by another host: by that host, or by us,
 * who know no more than that it went there. In one write with done. */
static int
add_onward(struct buf *b, const struct final *f, enum journal_kind kind)
{
	int by_us = !f->answer.onward;

	if (f->site == NULL || !f->attempt->wishes.success ||
	    by_us != (kind == J_RELAYED))
		return 0;
	return journal_line(b, kind, clock_wall_us(), NULL, f->address);
}

int
attempt_note_result(struct attempt *a, const struct final *f)
{
	static const enum journal_kind kinds[] = {
		[V_DONE] = J_DONE, [V_LATER] = J_LATER, [V_NEVER] = J_NEVER,
	};
	struct buf b = BUF_MAX(2 * FINAL_OCTETS + WHY_OCTETS + 256);
	int done = f->answer.verdict == V_DONE, r = -1;

	if ((done && add_onward(&b, f, J_RELAYED) == -1) ||
	    journal_line(&b, kinds[f->answer.verdict], clock_wall_us(),
	    f->answer.dsn, f->address) == -1 ||
	    (done && add_onward(&b, f, J_TOLD) == -1) ||
	    (!done && journal_line(&b, J_WHY, 0, NULL, f->answer.why) == -1))
		say("id=%s a result is not noted:", a->message->id);
	else
		r = attempt_write(a, &b);
	buf_free(&b);
	return r;
}

static void
log_result(const struct attempt *a, const struct final *f)
{
	static const char *const words[] = {
		[V_DONE] = "Sent", [V_LATER] = "Deferred", [V_NEVER] = "Failed",
		[V_FORWARD] = "Forwarded",
	};
	int good = f->answer.verdict == V_DONE ||
	    f->answer.verdict == V_FORWARD;
	uint64_t now = clock_wall_us();
	uint64_t delay_ms = now > a->head.time_us ?
	    (now - a->head.time_us) / 1000 : 0;

	say("id=%s to=<%s> relay=%s delay=%u.%03u dsn=%s stat=%s%s%s",
	    a->message->id, f->address, f->site == NULL ? "local" :
	    f->answer.relay[0] != '\0' ? f->answer.relay : "none",
	    (unsigned)(delay_ms / 1000),
	    (unsigned)(delay_ms % 1000), f->answer.dsn,
	    words[f->answer.verdict], good ? "" : " why=",
	    good ? "" : f->answer.why);
}

void
attempt_over(struct attempt *a)
{
	if (a->questions > 0 || a->jobs > 0)
		return;
	if (a->direct != D_NONE)
		direct_over(a);
	else
		attempt_finish(a);
}

/* A failure is final when it stands in the journal: that is where the report
 * finds it. */
static void
note_failure(struct attempt *a, struct final *f)
{
	struct known *k;

	if (attempt_note_result(a, f) == -1) {
		answer_set(&f->answer, V_LATER, "4.3.1",
		    "the queue cannot be written");
		return;
	}
	k = attempt_known(a, f->address, strlen(f->address));
	k->final = k->failed = 1;
}

/* A delivery that the sender may want to hear of, likewise. Where that cannot be
 * written, a mailbox is tried again, and its delivery found; another host is not: it
 * would have the message twice, so the report is lost. */
static void
note_success(struct attempt *a, struct final *f)
{
	struct known *k;

	if (attempt_note_result(a, f) == -1) {
		if (!attempt_is_blind(f))
			answer_set(&f->answer, V_LATER, "4.3.1",
			    "the queue cannot be written");
		return;
	}
	k = attempt_known(a, f->address, strlen(f->address));
	k->final = k->done = 1;
	k->told = f->site != NULL && f->answer.onward;
}

void
attempt_note(struct final *f)
{
	struct attempt *a = f->attempt;

	if (f->answer.verdict == V_NEVER)
		note_failure(a, f);
	else if (f->answer.verdict == V_DONE && a->wishes.success)
		note_success(a, f);
	else
		(void)attempt_note_result(a, f);
	if (f->answer.verdict == V_DONE && attempt_is_blind(f))
		sync_later(a);
}

/* Its message's end would say it as well. */
static int
is_last(const struct final *f)
{
	struct attempt *a = f->attempt;

	return f->answer.verdict == V_DONE && a->final_n == 1 &&
	    a->questions == 0 && attempt_untold(a) == 0 && !a->wishes.success;
}

/* f->answer is set: note it. */
static void
settle(struct final *f)
{
	struct attempt *a = f->attempt;
	uint64_t age_s = attempt_age_s(a);

	if (f->answer.verdict == V_LATER &&
	    age_s >= a->runner->schedule.giveup_s) {
		char why[WHY_OCTETS];

		memcpy(why, f->answer.why, sizeof(why));
		answer_set(&f->answer, V_NEVER, "4.4.7",
		    "given up after %u s: %.400s", (unsigned)age_s, why);
	}
	f->settled = 1;
	if (a->direct != D_TRYING && f->answer.verdict != V_FORWARD &&
	    !is_last(f))		/* that is done when its targets are */
		attempt_note(f);
	log_result(a, f);
}

void
attempt_settled(struct final *f)
{
	struct attempt *a = f->attempt;

	settle(f);
	a->jobs--;
	if (f->site != NULL)
		site_end(a->runner, f);
	if (f->program)
		program_end(a->runner, f);
	attempt_over(a);
}

void
attempt_resettled(struct final *f)
{
	settle(f);
}

int
attempt_is_blind(const struct final *f)
{
	return f->site != NULL || f->program;
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
		settle(f);
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
		settle(f);
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
	settle(f);
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
		end_call(a);
	attempt_over(a);
}

/* 0, or -1 with errno. */
static int
open_message(struct attempt *a)
{
	const char *id = a->message->id;
	int msg = a->runner->msg;

	a->file = openat(msg, id, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (a->file == -1)
		return -1;
	a->reader = openat(msg, id, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return a->reader == -1 ? -1 : 0;
}

int
attempt_read(struct attempt *a)
{
	if (queue_read_head(a->reader, &a->head, 0) == -1 ||
	    queue_fact(&a->head, "sender", a->sender, sizeof(a->sender)) == -1)
		return -1;
	if (queue_fact(&a->head, "report", a->report, sizeof(a->report)) == -1)
		a->report[0] = '\0';
	if (wishes_read(&a->wishes, a->head.text.s, a->head.text.len) == -1)
		return -1;
	a->early = a->head.time_us <= a->runner->boot_us;
	a->torn = queue_read_journal(a->reader, &a->head, note_entry, a);
	return a->torn == -1 ? -1 : 0;
}

static void
cannot_open(struct attempt *a)
{
	struct runner *r = a->runner;
	struct waiting *w = a->message;

	if (errno == ENOENT && a->file == -1) {
		messages_forget(&r->messages, w);	/* somebody took it */
		return;
	}
	if (errno == EINVAL || errno == EMSGSIZE) {
		say("id=%s is no whole message: moved to %s", w->id,
		    QUEUE_BAD);
		if (set_aside(r, w->id, QUEUE_BAD) == 0) {
			messages_forget(&r->messages, w);
			return;
		}
	} else
		say("id=%s cannot be opened:", w->id);
	attempt_again(r, w, TROUBLE_MS);
}

void
attempt_ask(struct attempt *a)
{
	size_t i;

	a->questions = 1;	/* hold it open while questions are added */
	for (i = 0; i < a->wishes.n; i++) {
		a->questions++;
		ask_about(a->runner, a, i, a->wishes.of[i].rcpt,
		    a->wishes.of[i].rcpt_n, NULL, 0);
	}
	a->questions--;
	attempt_over(a);
}

struct attempt *
attempt_new(struct runner *r, struct waiting *w)
{
	struct attempt *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->runner = r;
	a->message = w;
	a->file = a->reader = -1;
	a->head.text.max = QUEUE_HEAD_MAX;
	a->called = w->line;
	w->line = NULL;
	w->attempt = a;
	messages_await(w, NULL);
	r->active++;
	return a;
}

void
attempt_begin(struct runner *r, struct waiting *w)
{
	struct attempt *a;

	messages_take(&r->messages, w);
	a = attempt_new(r, w);
	if (a == NULL) {
		attempt_again(r, w, TROUBLE_MS);
		return;
	}
	if (open_message(a) == -1 || attempt_read(a) == -1) {
		cannot_open(a);
		attempt_free(a);
		return;
	}
	if (a->removed)
		attempt_finish(a);	/* it was to be removed, and is there */
	else
		attempt_ask(a);
}
