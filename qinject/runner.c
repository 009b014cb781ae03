/* runner - the way to qrunner: it is asked to deliver a message at once, or told
 * that one is in the queue. */
#include "qinject.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"

#define TELL_S		10	/* a runner that takes nothing for so long */
#define TRY_MS		60000	/* longer than the runner's own DIRECT_MS */

void
runner_init(struct runner *r)
{
	r->path = env_str("RUNNER_SOCKET", "");
	r->fd = -1;
	r->direct = (int)env_u64("DIRECT", 1, 0, 1);
}

/* The connection ends without a word: the runner forgets what it tries, and looks
 * through the queue. */
static void
disconnect(struct runner *r)
{
	if (r->fd != -1)
		close(r->fd);
	r->fd = -1;
}

static int
send_now(struct runner *r, const char *id, int file)
{
	const struct timeval patience = { .tv_sec = TELL_S };

	if (r->fd == -1) {
		r->fd = unix_connect(r->path, SOCK_SEQPACKET);
		if (r->fd != -1)
			(void)setsockopt(r->fd, SOL_SOCKET, SO_SNDTIMEO,
			    &patience, sizeof(patience));
	}
	if (r->fd == -1 || unix_send(r->fd, id, strlen(id), file, 0) == -1) {
		disconnect(r);
		return -1;
	}
	return 0;
}

/* An old connection may be to a runner that is gone. */
static int
send_id(struct runner *r, const char *id, int file)
{
	int was_open = r->fd != -1;

	if (send_now(r, id, file) == 0)
		return 0;
	return was_open ? send_now(r, id, file) : -1;
}

void
runner_tell(struct runner *r, const char *id)
{
	if (r->path[0] != '\0')
		(void)send_id(r, id, -1);
}

static int
read_answer(struct runner *r, struct answer *out)
{
	char record[JOB_RECORD];
	ssize_t n;

	if (io_wait(r->fd, POLLIN, clock_mono_ms() + TRY_MS) == -1)
		return -1;
	n = unix_recv(r->fd, record, sizeof(record), NULL, 0);
	return n <= 0 ? -1 : answer_parse(record, (size_t)n, out);
}

int
runner_try(struct runner *r, const char *id, int file, struct answer *out)
{
	if (r->path[0] == '\0' || !r->direct || send_id(r, id, file) == -1)
		return 0;
	if (read_answer(r, out) == 0)
		return out->verdict != V_LATER;
	say("id=%s the runner gives no answer", id);
	disconnect(r);
	return 0;
}

void
runner_give_up(struct runner *r)
{
	disconnect(r);
}

void
runner_leave(struct runner *r)
{
	if (r->fd == -1)
		return;
	(void)unix_send(r->fd, RUNNER_BYE, strlen(RUNNER_BYE), -1, 0);
	disconnect(r);
}
