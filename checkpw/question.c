/* question - see question.h */
#include "question.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "text/base64.h"
#include "text/record.h"

enum { CLIENT = 1, USER = 2, SECRET = 4, TOLD = 8, SHOW = 16 };

/* Take one line. Which it was, 0 if none that is known, or -1. */
static int
take(struct question *q, const struct field *f)
{
	ssize_t n;

	if (field_is(f, "client"))
		return field_copy(f, q->client, sizeof(q->client)) == -1 ? -1 :
		    CLIENT;
	if (field_is(f, "user"))
		return field_copy(f, q->user, sizeof(q->user)) == -1 ? -1 :
		    USER;
	if (field_is(f, "secret")) {
		n = base64_decode(q->secret, sizeof(q->secret), f->value, f->n);
		q->secret_n = n == -1 ? 0 : (size_t)n;
		return n == -1 ? -1 : SECRET;
	}
	if (field_is(f, "show"))
		return field_u64(f, &q->from) == -1 ? -1 : SHOW;
	if (!field_is(f, "told"))
		return 0;
	q->kind = ascii_is(f->value, f->n, "yes") ? Q_TOLD_YES : Q_TOLD_NO;
	return TOLD;
}

static int
is_client(const char *s)
{
	const char *p = s;

	while (ascii_graph(*p))
		p++;
	return *p == '\0' && p > s;
}

int
question_parse(struct question *q, const char *in, size_t n)
{
	const char *p = in, *end = in + n;
	struct field f;
	int r, one, has = 0;

	memset(q, 0, sizeof(*q));
	while ((r = record_next(&p, end, &f)) == 1) {
		one = take(q, &f);
		if (one == -1)
			return -1;
		if (has & one)
			return errno = EINVAL, -1;
		has |= one;
	}
	if (r == -1)
		return -1;
	if (has == SHOW)
		return q->kind = Q_SHOW, 0;
	if (has == (CLIENT | USER))
		q->kind = Q_WAIT;
	else if (has == (CLIENT | USER | SECRET))
		q->kind = Q_SECRET;
	else if (has != (CLIENT | USER | TOLD))
		return errno = EINVAL, -1;
	if (!is_client(q->client) || q->user[0] == '\0')
		return errno = EINVAL, -1;
	return 0;
}
