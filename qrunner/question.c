/* question - ask who-is, many questions in flight, answers in order. */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define IN_FLIGHT	64
#define ANSWER_MS	30000	/* who-is may ask a slow directory */
#define ANSWER_OCTETS	(8u << 20)

static void
free_question(struct question *q)
{
	free(q->address);
	free(q->target);
	free(q);
}

/* The first question is over. */
static void
pop(struct asker *k, const char *p, size_t n)
{
	struct question *q = k->first;

	k->first = q->next;
	if (k->first == NULL)
		k->last = &k->first;
	if (k->sent > 0)
		k->sent--;
	k->since_ms = clock_mono_ms();
	attempt_answered(q, p, n);
	free_question(q);
}

/* The connection is gone: what was asked will be asked again. */
static void
disconnect(struct runner *r)
{
	struct asker *k = &r->asker;

	if (k->fd != -1) {
		loop_remove(&r->loop, k->fd);
		close(k->fd);
	}
	k->fd = -1;
	k->sent = 0;
	k->answer.len = 0;
	k->again_ms = clock_mono_ms() + AGAIN_MS;
}

static void
on_answer(void *arg, short revents)
{
	struct runner *r = arg;
	struct asker *k = &r->asker;
	const char *p;
	struct field f;
	ssize_t n;

	(void)revents;
	if (k->answer.max == 0)
		k->answer.max = ANSWER_OCTETS + RECORD_OCTETS;
	if (buf_room(&k->answer, RECORD_OCTETS) == -1) {
		disconnect(r);
		return;
	}
	n = unix_recv(k->fd, k->answer.s + k->answer.len, RECORD_OCTETS, NULL,
	    MSG_DONTWAIT);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0 || k->sent == 0) {
		disconnect(r);
		return;
	}
	k->answer.len += (size_t)n;
	p = memrchr(k->answer.s, '\n', k->answer.len - 1);
	p = p == NULL ? k->answer.s : p + 1;
	if (record_next(&p, k->answer.s + k->answer.len, &f) == 1 &&
	    field_is(&f, "end")) {
		size_t lines = (size_t)(f.key - k->answer.s);

		k->answer.len = 0;
		pop(k, k->answer.s, lines);
	}
}

static int
connect_now(struct runner *r)
{
	struct asker *k = &r->asker;

	k->fd = unix_connect(k->path, SOCK_SEQPACKET);
	if (k->fd != -1 &&
	    loop_add(&r->loop, k->fd, POLLIN, on_answer, r) == 0)
		return 0;
	disconnect(r);
	return -1;
}

/* Send what can be sent now. */
static void
send_questions(struct runner *r)
{
	struct asker *k = &r->asker;
	struct question *q = k->first;
	char record[2 * ADDRESS_OCTETS + 16];
	unsigned i;

	for (i = 0; i < k->sent && q != NULL; i++)
		q = q->next;
	for (; q != NULL && k->sent < IN_FLIGHT; q = q->next) {
		int n = q->target == NULL ?
		    snprintf(record, sizeof(record), "expand %s\n",
		    q->address) : snprintf(record, sizeof(record),
		    "forward %s %s\n", q->address, q->target);

		if (unix_send(k->fd, record, (size_t)n, -1, MSG_DONTWAIT)
		    == -1) {
			if (errno != EAGAIN)
				disconnect(r);
			return;
		}
		k->sent++;
	}
}

/* A question, or NULL with errno ENOMEM. */
static struct question *
new_question(const char *address, size_t n, const char *target,
    size_t target_n)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->address = strndup(address, n);
	q->target = target != NULL ? strndup(target, target_n) : NULL;
	if (q->address != NULL && (target == NULL || q->target != NULL))
		return q;
	free_question(q);
	return NULL;
}

void
ask_about(struct runner *r, struct attempt *a, size_t rcpt,
    const char *address, size_t n, const char *target, size_t target_n)
{
	struct asker *k = &r->asker;
	struct question *q = new_question(address, n, target, target_n);

	if (q == NULL)
		die(EXIT_TEMP, "no memory for a question");
	q->attempt = a;
	q->rcpt = rcpt;
	if (n > ADDRESS_OCTETS || target_n > ADDRESS_OCTETS) {
		attempt_answered(q, NULL, 0);
		free_question(q);
		return;
	}
	if (k->first == NULL)
		k->since_ms = clock_mono_ms();
	*k->last = q;
	k->last = &q->next;
}

void
asker_tick(struct runner *r, int64_t now_ms)
{
	struct asker *k = &r->asker;

	if (k->first != NULL && now_ms - k->since_ms > ANSWER_MS) {
		say("who-is does not answer");
		disconnect(r);
		while (k->first != NULL)
			pop(k, NULL, 0);
	}
	if (k->first == NULL || (k->fd == -1 && (now_ms < k->again_ms ||
	    connect_now(r) == -1)))
		return;
	send_questions(r);
}

int64_t
asker_due(const struct runner *r)
{
	const struct asker *k = &r->asker;

	if (k->first == NULL)
		return -1;
	return k->fd == -1 ? k->again_ms : k->since_ms + ANSWER_MS;
}
