/* record - see record.h */
#include "text/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

static int
is_key_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static int
is_value(const char *s, size_t n)
{
	for (; n > 0; s++, n--)
		if ((unsigned char)*s < 32 || *s == 127)
			return 0;
	return 1;
}

int
record_next(const char **p, const char *end, struct field *f)
{
	const char *s = *p, *lf;

	if (s == end)
		return 0;
	lf = memchr(s, '\n', (size_t)(end - s));
	if (lf == NULL)
		return errno = EINVAL, -1;
	f->key = s;
	while (s < lf && is_key_octet(*s))
		s++;
	f->key_n = (size_t)(s - f->key);
	if (f->key_n == 0 || f->key_n > RECORD_KEY || *s != ' ')
		return errno = EINVAL, -1;
	f->value = s + 1;
	f->n = (size_t)(lf - f->value);
	if (!is_value(f->value, f->n))
		return errno = EINVAL, -1;
	*p = lf + 1;
	return 1;
}

int
field_is(const struct field *f, const char *key)
{
	return strlen(key) == f->key_n && memcmp(key, f->key, f->key_n) == 0;
}

int
field_u64(const struct field *f, uint64_t *out)
{
	return num_u64(f->value, f->n, out);
}

int
field_copy(const struct field *f, char *out, size_t cap)
{
	if (f->n >= cap)
		return errno = EMSGSIZE, -1;
	memcpy(out, f->value, f->n);
	out[f->n] = '\0';
	return 0;
}

int
record_add(struct buf *b, const char *key, const char *value, size_t n)
{
	size_t was = b->len;

	if (!is_value(value, n))
		return errno = EINVAL, -1;
	if (buf_adds(b, key) == -1 || buf_add(b, " ", 1) == -1 ||
	    buf_add(b, value, n) == -1 || buf_add(b, "\n", 1) == -1) {
		b->len = was;
		return -1;
	}
	return 0;
}

int
record_adds(struct buf *b, const char *key, const char *value)
{
	return record_add(b, key, value, strlen(value));
}

int
record_add_u64(struct buf *b, const char *key, uint64_t value)
{
	char s[24];

	snprintf(s, sizeof(s), "%" PRIu64, value);
	return record_adds(b, key, s);
}
