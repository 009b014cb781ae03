/* writer - the connections of those who write queue files. */
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/unixsock.h"

static void
drop_writer(struct writer *w)
{
	if (!w->polite)		/* what it left behind must be looked for */
		w->runner->rescan = 1;
	direct_left(w);
	loop_remove(&w->runner->loop, w->fd);
	close(w->fd);
	free(w);
}

/* It is in the queue. */
static void
take_id(struct runner *r, const char *id)
{
	struct waiting *w = messages_find(&r->messages, id);

	if (w != NULL) {	/* a scan was faster, or it was tried before */
		direct_queued(w);
		return;
	}
	w = messages_add(&r->messages, id);
	if (w == NULL) {
		scan_later(r);
		return;
	}
	w->came_ms = clock_mono_ms();
	if (messages_schedule(&r->messages, w, w->came_ms) == -1) {
		messages_forget(&r->messages, w);
		scan_later(r);
	}
}

static void
on_id(void *arg, short revents)
{
	struct writer *w = arg;
	char id[QUEUE_ID];
	ssize_t n;
	int file;

	(void)revents;
	while ((n = unix_recv(w->fd, id, sizeof(id) - 1, &file,
	    MSG_DONTWAIT)) > 0) {
		id[n] = '\0';
		w->polite = strcmp(id, RUNNER_BYE) == 0;
		if (file != -1)
			direct_begin(w, id, file);
		else if (!w->polite)
			take_id(w->runner, id);
	}
	if (n == 0 || errno != EAGAIN)
		drop_writer(w);
}

void
writer_connects(void *arg, short revents)
{
	struct runner *r = arg;
	int fd = unix_accept(r->listen, 0);
	struct writer *w;

	(void)revents;
	if (fd == -1)
		return;
	w = calloc(1, sizeof(*w));
	if (w == NULL || loop_add(&r->loop, fd, POLLIN, on_id, w) == -1) {
		close(fd);
		free(w);
		return;
	}
	w->runner = r;
	w->fd = fd;
}

void
writer_answer(const struct writer *w, const struct answer *a)
{
	struct buf b = BUF_MAX(JOB_RECORD);

	/* A writer that does not take it waits in vain, and says so by leaving. */
	if (answer_format(&b, a) == -1 ||
	    unix_send(w->fd, b.s, b.len, -1, MSG_DONTWAIT) == -1)
		say("a writer is not answered:");
	buf_free(&b);
}
