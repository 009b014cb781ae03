/* auth - ask the service auth whether a secret is right. See auth.8. */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/base64.h"
#include "text/record.h"

#define AUTH_MS		100000	/* a question waits 30 s there, and runs 30 s */
#define RECORD_MAX	2048	/* of a question, and of an answer */
#define SECRET_OCTETS	512	/* what checkpassword programs read */

/* 0, or -1: nobody can be called so. */
static int
make_question(struct buf *b, const struct session *s, const struct claim *c)
{
	char letters[BASE64_ROOM(SECRET_OCTETS)];
	int r = -1;

	if (c->user_n < USER_OCTETS && c->secret_n <= SECRET_OCTETS) {
		size_t n = base64_encode(letters, c->secret, c->secret_n);

		if (record_adds(b, "client", s->client) == 0 &&
		    record_add(b, "user", c->user, c->user_n) == 0 &&
		    record_add(b, "secret", letters, n) == 0)
			r = 0;
	}
	explicit_bzero(letters, sizeof(letters));
	return r;
}

/* An octet of the answer's, or -1 with errno. */
static ssize_t
converse(const struct session *s, int fd, const struct buf *question,
    char *answer, size_t n)
{
	if (connect(fd, (const struct sockaddr *)&s->peers->auth,
	    sizeof(s->peers->auth)) == -1 ||
	    unix_send(fd, question->s, question->len, -1, 0) == -1 ||
	    io_wait(fd, POLLIN, clock_mono_ms() + AUTH_MS) == -1)
		return -1;
	return unix_recv(fd, answer, n, NULL, 0);
}

static enum judgement
parse_answer(struct session *s, const char *p, size_t n, uint64_t *wait_s)
{
	enum judgement j = IS_UNCLEAR;
	char user[USER_OCTETS] = "";
	const char *end = p + n;
	struct field f;

	while (record_next(&p, end, &f) == 1) {
		if (field_is(&f, "verdict") && f.n == 3 &&
		    memcmp(f.value, "yes", 3) == 0)
			j = IS_RIGHT;
		else if (field_is(&f, "verdict") && f.n == 2 &&
		    memcmp(f.value, "no", 2) == 0)
			j = IS_WRONG;
		else if ((field_is(&f, "user") &&
		    field_copy(&f, user, sizeof(user)) == -1) ||
		    (field_is(&f, "wait") && field_u64(&f, wait_s) == -1))
			return IS_UNCLEAR;
	}
	if (j == IS_RIGHT && user[0] == '\0')
		return IS_UNCLEAR;
	if (j == IS_RIGHT)
		memcpy(s->user, user, sizeof(user));
	return j;
}

enum judgement
ask_auth(struct session *s, const struct claim *c, uint64_t *wait_s)
{
	char room[RECORD_MAX], answer[RECORD_MAX];
	struct buf question = { .s = room, .cap = sizeof(room),
	    .max = sizeof(room) };
	enum judgement j = IS_UNCLEAR;
	ssize_t r = -1;
	int fd;

	*wait_s = 0;
	if (make_question(&question, s, c) == -1)
		return explicit_bzero(room, sizeof(room)), IS_WRONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd != -1)
		r = converse(s, fd, &question, answer, sizeof(answer));
	explicit_bzero(room, sizeof(room));
	if (r > 0)
		j = parse_answer(s, answer, (size_t)r, wait_s);
	else {
		if (r == 0)
			errno = ECONNRESET;
		say("client=%s auth does not answer:", s->client);
	}
	if (fd != -1)
		close(fd);
	return j;
}
