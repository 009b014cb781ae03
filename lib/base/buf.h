/*
 * buf - a growing run of octets with a maximum that its owner sets.
 *
 * Whoever declares a struct buf calls buf_free when it is no longer needed.
 * s is not NUL-terminated unless buf_0 was called.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
	char	*s;
	size_t	 len;	/* octets in use */
	size_t	 cap;	/* octets allocated */
	size_t	 max;	/* octets it may ever hold */
};

#define BUF_MAX(n)	{ .max = (n) }

/* Append n octets. 0, or -1 with errno EMSGSIZE (over max) or ENOMEM, b unchanged. */
int buf_add(struct buf *b, const void *p, size_t n);

/* Append the string p without its NUL. As buf_add. */
int buf_adds(struct buf *b, const char *p);

/* Append text formatted as by printf(3). As buf_add. */
int buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put a NUL behind the octets without counting it in len. As buf_add. */
int buf_0(struct buf *b);

/* Make room for n more octets behind len. As buf_add. */
int buf_room(struct buf *b, size_t n);

/* Forget the first n octets (n <= len). */
void buf_shift(struct buf *b, size_t n);

/* Free the octets; b is empty and can be used again. */
void buf_free(struct buf *b);

#endif
