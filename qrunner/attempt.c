/* attempt - one try at one message.
 *
 * Open it, read what its journal knows, ask who-is about each recipient. The answers
 * become jobs in answers.c, the results are noted in results.c, and finish.c decides
 * what becomes of the message then.
 */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"

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

void
attempt_end_call(struct attempt *a)
{
	if (a->called != NULL)
		a->called->called--;
	a->called = NULL;
}

void
attempt_free(struct attempt *a)
{
	if (a->unsynced)
		attempt_sync(a);
	attempt_end_call(a);
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
