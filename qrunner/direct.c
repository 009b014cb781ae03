/* direct - deliver a message while its writer waits, before it is in the queue.
 *
 * The writer passes a whole file that has no name in the queue yet. If all its
 * recipients are mailboxes here, and all have it in time, the file never gets one:
 * the mailboxes have been synced, the writer says 250, and half of the work is
 * saved. If none may ever have it, the writer says so to its client. In all other
 * cases it is told to queue the message. What was done until then stands in the
 * journal before the writer is told: it is synced with the file.
 *
 * If the writer dies, its client has no answer and sends the message again: what
 * has been delivered comes twice then, as ever when an answer is lost.
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

/* An answer of who-is. Nothing is begun before all are there. */
struct heard {
	struct heard	*next;
	struct question	 question;
	char		*lines;		/* or NULL: there was none */
	size_t		 n;
};

static void
list_add(struct runner *r, struct attempt *a)
{
	a->direct_prev = r->direct_last;
	*a->direct_prev = a;
	r->direct_last = &a->direct_next;
}

static void
list_remove(struct attempt *a)
{
	if (a->direct_prev == NULL)
		return;
	*a->direct_prev = a->direct_next;
	if (a->direct_next != NULL)
		a->direct_next->direct_prev = a->direct_prev;
	else
		a->runner->direct_last = a->direct_prev;
	a->direct_prev = NULL;
}

static void
answer_writer(struct attempt *a, const struct answer *answer)
{
	list_remove(a);			/* there is no hurry any more */
	if (a->writer != NULL)
		writer_answer(a->writer, answer);
}

static void
want_queued(struct attempt *a)
{
	struct answer later = { .number = 0 };

	answer_set(&later, V_LATER, "4.0.0", "queue it");
	answer_writer(a, &later);
}

static void
end_direct(struct attempt *a)
{
	list_remove(a);
	if (a->writer != NULL)
		a->writer->direct = NULL;
	a->writer = NULL;
	a->direct = D_NONE;
}

/* It is no message of the queue's; if its writer left, a scan will tell. */
static void
forget(struct attempt *a)
{
	struct runner *r = a->runner;

	r->rescan |= a->writer == NULL;
	end_direct(a);
	a->gone = 1;
	if (a->parked_at != NULL)
		a->parked_at->holds--;
	messages_forget(&r->messages, a->message);
	attempt_free(a);
}

static void
free_heard(struct heard *h)
{
	free(h->question.address);
	free(h->question.target);
	free(h->lines);
	free(h);
}

void
direct_free(struct attempt *a)
{
	while (a->heard != NULL) {
		struct heard *h = a->heard;

		a->heard = h->next;
		free_heard(h);
	}
}

/* Every group is a mailbox: nothing else is done before the answer. */
static int
are_mailboxes(const char *p, size_t n)
{
	const char *end = p + n;
	size_t groups = 0, mailboxes = 0;
	struct field f;
	int r;

	while ((r = record_next(&p, end, &f)) == 1) {
		groups += (size_t)field_is(&f, "to");
		mailboxes += (size_t)field_is(&f, "mailbox");
	}
	return r == 0 && groups > 0 && groups == mailboxes;
}

/* What was tried goes on, and is to be known after a crash. */
static void
fall_back(struct attempt *a)
{
	struct final *f;

	a->direct = D_LINKING;
	for (f = a->finals; f != NULL; f = f->next) {
		if (f->begun)
			(void)attempt_note_start(f);
		if (f->settled)
			attempt_note(f);
	}
	want_queued(a);
}

static void
carry_out(struct attempt *a)
{
	a->questions++;			/* it is not over meanwhile */
	while (a->heard != NULL) {
		struct heard *h = a->heard;

		a->heard = h->next;
		attempt_heard(&h->question, h->lines, h->n);
		free_heard(h);
	}
	a->questions--;
	if (a->direct == D_TRYING && a->slow)
		fall_back(a);
	attempt_over(a);
}

static void
keep(const struct question *q, const char *p, size_t n)
{
	struct heard *h = calloc(1, sizeof(*h));

	if (h == NULL)
		die(EXIT_TEMP, "no memory for an answer");
	h->question.attempt = q->attempt;
	h->question.rcpt = q->rcpt;
	h->question.address = strdup(q->address);
	h->question.target = q->target != NULL ? strdup(q->target) : NULL;
	h->lines = p != NULL ? malloc(n + 1) : NULL;
	if (h->question.address == NULL || (p != NULL && h->lines == NULL) ||
	    (q->target != NULL && h->question.target == NULL))
		die(EXIT_TEMP, "no memory for an answer");
	if (p != NULL)
		memcpy(h->lines, p, n);
	h->n = n;
	h->next = q->attempt->heard;
	q->attempt->heard = h;
}

void
direct_answered(const struct question *q, const char *p, size_t n)
{
	struct attempt *a = q->attempt;

	keep(q, p, n);
	if (a->direct == D_ASKING && (p == NULL || !are_mailboxes(p, n))) {
		a->direct = D_WAITING;
		want_queued(a);
	}
	if (--a->questions > 0 || a->jobs > 0)
		return;
	if (a->writer == NULL)
		forget(a);
	else if (a->direct == D_ASKING) {
		a->direct = D_TRYING;
		carry_out(a);
	}
}

void
direct_doubt(struct attempt *a)
{
	if (a->direct == D_TRYING)
		fall_back(a);
}

static size_t
count(const struct attempt *a, enum verdict v)
{
	const struct final *f;
	size_t n = 0;

	for (f = a->finals; f != NULL; f = f->next)
		n += (size_t)(f->settled && f->answer.verdict == v);
	return n;
}

/* All of it was tried. */
static void
conclude(struct attempt *a)
{
	struct answer all = { .number = 0 };

	if (a->parked_at != NULL || a->removed || a->finals == NULL)
		fall_back(a);
	else if (count(a, V_DONE) == a->final_n) {
		answer_set(&all, V_DONE, "2.0.0", "delivered");
		answer_writer(a, &all);
	} else if (count(a, V_NEVER) == a->final_n)
		answer_writer(a, &a->finals->answer);
	else
		fall_back(a);
}

void
direct_over(struct attempt *a)
{
	if (a->direct == D_TRYING)
		conclude(a);
	if (a->direct == D_TRYING || a->writer == NULL)
		forget(a);
}

void
direct_queued(struct waiting *w)
{
	struct attempt *a = w->place == W_ACTIVE ? w->attempt : NULL;

	if (a == NULL || a->direct == D_NONE)
		return;
	direct_doubt(a);		/* its writer did not wait */
	end_direct(a);
	carry_out(a);
}

void
direct_left(struct writer *w)
{
	struct attempt *a = w->direct;

	if (a == NULL)
		return;
	w->direct = NULL;
	a->writer = NULL;
	if (a->questions == 0 && a->jobs == 0)
		forget(a);
}

/* Other names for the writer's file: one to append to, one to hand out. */
static int
open_again(struct attempt *a, int file)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	a->file = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
	if (a->file != -1)
		a->reader = open(path, O_RDONLY | O_CLOEXEC);
	return a->file == -1 || a->reader == -1 ? -1 : 0;
}

/* A writer sends the next message when it has the answer to the last. */
static struct attempt *
take(struct writer *w, const char *id, int file)
{
	struct runner *r = w->runner;
	struct waiting *m;
	struct attempt *a;

	if (w->direct != NULL || !queue_id_is(id) || r->stop ||
	    r->active >= ACTIVE_MAX)
		return NULL;
	m = messages_add(&r->messages, id);
	if (m == NULL)
		return NULL;
	m->came_ms = clock_mono_ms();
	m->place = W_ACTIVE;
	a = attempt_new(r, m);
	if (a != NULL && open_again(a, file) == 0 && attempt_read(a) == 0 &&
	    !a->wishes.success && a->wishes.n <= DIRECT_RCPTS)
		return a;
	if (a != NULL)
		attempt_free(a);
	messages_forget(&r->messages, m);
	return NULL;
}

void
direct_begin(struct writer *w, const char *id, int file)
{
	struct attempt *a = take(w, id, file);
	struct answer later = { .number = 0 };

	close(file);
	if (a == NULL) {
		answer_set(&later, V_LATER, "4.0.0", "queue it");
		writer_answer(w, &later);
		return;
	}
	a->direct = D_ASKING;
	a->direct_ms = clock_mono_ms() + w->runner->direct_ms;
	a->writer = w;
	w->direct = a;
	list_add(w->runner, a);
	attempt_ask(a);
}

void
direct_tick(struct runner *r, int64_t now_ms)
{
	while (r->direct_first != NULL && r->direct_first->direct_ms <= now_ms) {
		struct attempt *a = r->direct_first;

		if (a->direct == D_TRYING)
			fall_back(a);
		else {
			a->direct = D_WAITING;
			want_queued(a);
		}
	}
}

int64_t
direct_due(const struct runner *r)
{
	return r->direct_first != NULL ? r->direct_first->direct_ms : -1;
}
