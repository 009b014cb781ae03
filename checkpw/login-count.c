/* login-count - the auth service owns the counters of who failed how often. */
#include "login.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define ANSWER_MS	5000	/* a session waits 10 s for its handover */
#define RECORD_MAX	2048

static int
send_question(int fd, const char *client, const char *user, const char *told)
{
	struct buf b = BUF_MAX(RECORD_MAX);
	int r = -1;

	if (record_adds(&b, "client", client) == 0 &&
	    record_adds(&b, "user", user) == 0 &&
	    (told == NULL || record_adds(&b, "told", told) == 0))
		r = unix_send(fd, b.s, b.len, -1, MSG_DONTWAIT);
	buf_free(&b);
	return r;
}

static int64_t
read_answer(int fd)
{
	char record[RECORD_MAX];
	const char *p = record;
	uint64_t wait_s;
	struct field f;
	ssize_t n;

	if (io_wait(fd, POLLIN, clock_mono_ms() + ANSWER_MS) == -1)
		return -1;
	n = unix_recv(fd, record, sizeof(record), NULL, MSG_DONTWAIT);
	if (n > 0 && record_next(&p, record + n, &f) == 1 &&
	    field_is(&f, "wait") && field_u64(&f, &wait_s) == 0 &&
	    wait_s <= INT32_MAX)
		return (int64_t)wait_s;
	return n == -1 ? -1 : (errno = EPROTO, -1);
}

int64_t
ask_auth(const struct login *l, const char *user, const char *told)
{
	int64_t wait_s = -1;
	int fd;

	if (*l->auth_path == '\0')
		return 0;
	fd = unix_connect(l->auth_path, SOCK_SEQPACKET);
	if (fd != -1 && send_question(fd, l->client, user, told) == 0)
		wait_s = read_answer(fd);
	if (wait_s == -1)
		say("client=%s auth does not answer:", l->client);
	if (fd != -1)
		close(fd);
	return wait_s;
}
