/*
 * record - the one notation of everything our programs say to each other and of
 * the queue file's head: lines "key value\n".
 *
 * A key is 1 to 32 octets a-z, 0-9, '-'. A value is any octets from 32 on but
 * 127, perhaps none. Pure functions; the octets stay the caller's.
 */
#ifndef TEXT_RECORD_H
#define TEXT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define RECORD_KEY	32	/* octets of the longest key */

struct field {
	const char	*key;
	size_t		 key_n;
	const char	*value;
	size_t		 n;
};

/*
 * record_next - the next line of the octets from *p to end.
 *
 * returns  1 with f and *p set behind the line; 0 at the end; -1, *p where the
 *          bad line begins, errno EINVAL
 */
int record_next(const char **p, const char *end, struct field *f);

/* 1 if the field's key is key, else 0. */
int field_is(const struct field *f, const char *key);

/* The field's value as a number. 0, or -1 with errno EINVAL, ERANGE. */
int field_u64(const struct field *f, uint64_t *out);

/* Copy the value with a NUL into out of cap octets. 0, or -1 with errno EMSGSIZE. */
int field_copy(const struct field *f, char *out, size_t cap);

/* Append "key value\n". 0, or -1 with errno EINVAL (an octet that a value can't
 * have), EMSGSIZE or ENOMEM, b unchanged. */
int record_add(struct buf *b, const char *key, const char *value, size_t n);
int record_adds(struct buf *b, const char *key, const char *value);
int record_add_u64(struct buf *b, const char *key, uint64_t value);

#endif
