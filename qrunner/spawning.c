/* spawning - the conversation with the spawner: programs are asked for, and their
 * sockets come back. */
#include "runner.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/unixsock.h"

/* It is gone: what it was asked for will be asked again. */
static void
lost(struct runner *r)
{
	struct lane *l;

	if (r->spawning.fd != -1) {
		loop_remove(&r->loop, r->spawning.fd);
		close(r->spawning.fd);
		r->spawning.fd = -1;
	}
	for (l = r->lanes; l != NULL; l = l->next)
		if (l->starting != 0)
			lane_started(l, -1, 0, NULL);
}

static void
on_answer(void *arg, short revents)
{
	struct runner *r = arg;
	struct lane *l = r->lanes;
	char record[1024];
	struct spawn_answer a;
	int fd;
	ssize_t n = unix_recv(r->spawning.fd, record, sizeof(record), &fd,
	    MSG_DONTWAIT);

	(void)revents;
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0 || spawn_answer_parse(record, (size_t)n, &a) == -1) {
		if (n > 0 && fd != -1)
			close(fd);
		lost(r);
		return;
	}
	while (l != NULL && l->starting != a.start)
		l = l->next;
	if (l != NULL)
		lane_started(l, fd, a.pid, a.why);
	else if (fd != -1)
		close(fd);
}

static int
connect_spawner(struct runner *r)
{
	struct spawning *s = &r->spawning;

	if (s->fd != -1)
		return 0;
	s->fd = unix_connect(s->path, SOCK_SEQPACKET);
	if (s->fd == -1)
		return -1;
	if (loop_add(&r->loop, s->fd, POLLIN, on_answer, r) == 0)
		return 0;
	close(s->fd);
	s->fd = -1;
	return -1;
}

static int
ask(struct runner *r, const struct spawn_request *q)
{
	struct buf b = BUF_MAX(SPAWN_RECORD);
	int done = connect_spawner(r);

	if (done == 0)
		done = spawn_request_format(&b, q);
	if (done == 0)
		done = unix_send(r->spawning.fd, b.s, b.len, -1, MSG_DONTWAIT);
	buf_free(&b);
	return done;
}

void
spawning_start(struct lane *l)
{
	struct spawn_request q = { .start = ++l->runner->spawning.number,
	    .to = l->to };

	l->starting = q.start;
	l->since_ms = clock_mono_ms();
	if (ask(l->runner, &q) == 0)
		return;
	if (l->failures == 0)
		say("the spawner cannot be reached:");
	lost(l->runner);
}

void
spawning_kill(struct runner *r, uint64_t pid)
{
	struct spawn_request q = { .kill = pid };

	if (ask(r, &q) == -1)
		say("the spawner cannot be reached:");
}
