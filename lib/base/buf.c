/* buf - see buf.h */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST	256	/* first allocation, octets */

int
buf_room(struct buf *b, size_t n)
{
	size_t want, cap;
	char *s;

	if (n > b->max - b->len)
		return errno = EMSGSIZE, -1;
	want = b->len + n;
	if (want <= b->cap)
		return 0;
	cap = b->cap > 0 ? b->cap : BUF_FIRST;
	while (cap < want)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max && b->max >= want)
		cap = b->max;
	s = realloc(b->s, cap);
	if (s == NULL)
		return -1;
	b->s = s;
	b->cap = cap;
	return 0;
}

int
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return 0;
	if (buf_room(b, n) == -1)
		return -1;
	memcpy(b->s + b->len, p, n);
	b->len += n;
	return 0;
}

int
buf_adds(struct buf *b, const char *p)
{
	return buf_add(b, p, strlen(p));
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	char small[512], *big;
	va_list ap;
	int n, r;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		return errno = EINVAL, -1;
	if ((size_t)n < sizeof(small))
		return buf_add(b, small, (size_t)n);
	big = malloc((size_t)n + 1);
	if (big == NULL)
		return -1;
	va_start(ap, fmt);
	vsnprintf(big, (size_t)n + 1, fmt, ap);
	va_end(ap);
	r = buf_add(b, big, (size_t)n);
	free(big);
	return r;
}

int
buf_0(struct buf *b)
{
	if (buf_room(b, 1) == -1)
		return -1;
	b->s[b->len] = '\0';
	return 0;
}

void
buf_shift(struct buf *b, size_t n)
{
	if (n < b->len)
		memmove(b->s, b->s + n, b->len - n);
	b->len -= n;
}

void
buf_free(struct buf *b)
{
	free(b->s);
	b->s = NULL;
	b->len = b->cap = 0;
}
