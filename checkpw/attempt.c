/* attempt - see attempt.h */
#include "attempt.h"

#include <errno.h>
#include <string.h>

#include "text/base64.h"
#include "text/record.h"

enum { USER = 1, SECRET = 2, TLS = 4 };

/* Take one line. Which it was, or -1. */
static int
take(struct attempt *a, const struct field *f)
{
	ssize_t n;

	if (field_is(f, "user"))
		return field_copy(f, a->user, sizeof(a->user)) == -1 ? -1 :
		    USER;
	if (field_is(f, "secret")) {
		n = base64_decode(a->secret, sizeof(a->secret), f->value, f->n);
		a->secret_n = n == -1 ? 0 : (size_t)n;
		return n == -1 ? -1 : SECRET;
	}
	a->tls = 1;
	if (!field_is(f, "tls") || f->n != 3 || memcmp(f->value, "yes", 3) != 0)
		return errno = EINVAL, -1;
	return TLS;
}

int
attempt_parse(struct attempt *a, const char *in, size_t n)
{
	const char *p = in, *end = in + n;
	struct field f;
	int r, one, has = 0;

	memset(a, 0, sizeof(*a));
	while ((r = record_next(&p, end, &f)) == 1) {
		one = take(a, &f);
		if (one == -1)
			return -1;
		if (has & one)
			return errno = EINVAL, -1;
		has |= one;
	}
	if (r == -1)
		return -1;
	if ((has | TLS) != (USER | SECRET | TLS) || a->user[0] == '\0')
		return errno = EINVAL, -1;
	return 0;
}
