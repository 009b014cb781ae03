/* queue-order - flush, hold, release, remove and requeue messages. */
#include "correo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "sys/log.h"

struct tally {
	unsigned done, later, left, unknown, failed;
};

/* How each order's success is said. */
static const char *const done_words[] = {
	[CONTROL_FLUSH] = "is due now",
	[CONTROL_HOLD] = "is held",
	[CONTROL_RELEASE] = "is released",
	[CONTROL_REMOVE] = "is removed",
	[CONTROL_REQUEUE] = "is due now, as if it were new",
};

/* The same for a message that is being tried just now. */
static const char *const later_words[] = {
	[CONTROL_FLUSH] = "is being tried just now",
	[CONTROL_HOLD] = "is being tried just now, then it is held",
	[CONTROL_RELEASE] = "is released",
	[CONTROL_REMOVE] = "is being tried just now, then it is removed",
	[CONTROL_REQUEUE] = "is being tried just now, then it counts as new",
};

static void
give_order(struct correo *c, enum control_verb verb, const char *id,
    struct tally *t)
{
	ask_runner(c, verb, id);
	switch (c->control.end) {
	case CONTROL_DONE:
		t->done++;
		printf("%s %s\n", id, done_words[verb]);
		break;
	case CONTROL_ACTIVE:
		t->later++;
		printf("%s %s\n", id, later_words[verb]);
		break;
	case CONTROL_BARRED:
		t->left++;
		printf("%s is held: release it first\n", id);
		break;
	case CONTROL_UNKNOWN:
		t->unknown++;
		printf("%s is not in the queue\n", id);
		break;
	default:
		t->failed++;
		printf("%s stays as it is: its file cannot be written\n", id);
		break;
	}
}

/* Those that are named and sifted; a message that goes meanwhile is none. */
static void
order_some(struct correo *c, enum control_verb verb, const char *id,
    const struct sift *s, struct glance *g, struct tally *t)
{
	if (s != NULL && (glance_read(g, c->msg, id) == -1 ||
	    !sift_takes(s, g, c->now_us)))
		return;
	give_order(c, verb, id, t);
}

static void
order_all(struct correo *c, enum control_verb verb, const struct sift *s,
    struct glance *g, struct tally *t)
{
	struct queue_ids ids = { .n = 0 };
	size_t i;

	if (queue_ids_read(&ids, c->msg) == -1)
		die(EXIT_TEMP, "the queue:");
	for (i = 0; i < ids.n; i++)
		order_some(c, verb, ids.id[i], s, g, t);
	free(ids.id);
	t->unknown = 0;		/* they have gone since, or are not whole yet */
}

int
queue_order(struct correo *c, enum control_verb verb, char **ids, int n,
    const struct sift *s)
{
	static struct glance g;
	struct tally t = { .done = 0 };
	int i;

	open_queue(c);
	for (i = 0; i < n; i++)
		order_some(c, verb, ids[i], s, &g, &t);
	if (n == 0)
		order_all(c, verb, s, &g, &t);
	glance_free(&g);
	if (t.done + t.later + t.left + t.failed + t.unknown == 0)
		say("no such message is in the queue");
	if (t.failed > 0)
		return EXIT_TEMP;
	return t.unknown + t.left > 0 ? EXIT_PERM : EXIT_DONE;
}
