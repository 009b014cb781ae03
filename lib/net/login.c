/* login - see login.h */
#include "net/login.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ascii.h"
#include "sys/io.h"
#include "sys/unixsock.h"
#include "text/base64.h"
#include "text/record.h"

#define QUESTION_MAX	2048
#define ANSWER_MAX	256

/* 1 if the octets can be a record's value and fit. */
static int
is_name(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < 32 || s[i] == 127)
			return 0;
	return n > 0 && n < LOGIN_NAME;
}

static int
send_question(int fd, const struct login_question *q)
{
	char room[QUESTION_MAX], letters[BASE64_ROOM(LOGIN_NAME)];
	struct buf b = { .s = room, .cap = sizeof(room), .max = sizeof(room) };
	size_t n = base64_encode(letters, q->secret, q->secret_n);
	int r = -1;

	if (record_add(&b, "user", q->user, q->user_n) == 0 &&
	    record_add(&b, "secret", letters, n) == 0 &&
	    (!q->turned || record_adds(&b, "tls", "yes") == 0))
		r = unix_send(fd, b.s, b.len, -1, MSG_DONTWAIT);
	explicit_bzero(room, sizeof(room));
	explicit_bzero(letters, sizeof(letters));
	return r;
}

static int
read_verdict(struct login_answer *a, const struct field *f)
{
	if (!field_is(f, "verdict"))
		return -1;
	if (ascii_is(f->value, f->n, "yes"))
		a->verdict = LOGIN_YES;
	else if (ascii_is(f->value, f->n, "no"))
		a->verdict = LOGIN_NO;
	else
		a->verdict = LOGIN_LATER;
	return 0;
}

/* "verdict WORD", then perhaps "wait N". */
static int
read_answer(struct login_answer *a, const char *p, size_t n)
{
	const char *end = p + n;
	struct field f;

	if (record_next(&p, end, &f) != 1 || read_verdict(a, &f) == -1 ||
	    (record_next(&p, end, &f) == 1 &&
	    field_u64(&f, &a->wait_s) == -1) ||
	    (a->verdict == LOGIN_YES) != (a->session != -1))
		return errno = EPROTO, -1;
	return 0;
}

int
login_ask(int fd, const struct login_question *q, struct login_answer *a,
    int64_t deadline_ms)
{
	char record[ANSWER_MAX];
	ssize_t n;

	*a = (struct login_answer){ .verdict = LOGIN_NO, .session = -1 };
	if (!is_name(q->user, q->user_n) || q->secret_n >= LOGIN_NAME ||
	    memchr(q->secret, '\0', q->secret_n) != NULL)
		return 0;
	if (send_question(fd, q) == -1 ||
	    io_wait(fd, POLLIN, deadline_ms) == -1)
		return -1;
	n = unix_recv(fd, record, sizeof(record), &a->session, MSG_DONTWAIT);
	if (n <= 0)
		return n == 0 ? (errno = ECONNRESET, -1) : -1;
	if (read_answer(a, record, (size_t)n) == 0)
		return 0;
	if (a->session != -1)
		close(a->session);
	a->session = -1;
	return errno = EPROTO, -1;
}

int
login_hand_over(int session, const char *tag, const char *rest, size_t n)
{
	char record[sizeof("tag \n") + HANDOVER_TAG + HANDOVER_REST];
	int r = -1, e;

	if (strlen(tag) > HANDOVER_TAG || n > HANDOVER_REST) {
		errno = EMSGSIZE;
	} else {
		size_t line = (size_t)sprintf(record, "tag %s\n", tag);

		memcpy(record + line, rest, n);
		r = unix_send(session, record, line + n, -1, MSG_DONTWAIT);
	}
	e = errno;
	close(session);
	return errno = e, r;
}
