/*
 * subject - what a subject is about, without "Re:", "Fwd:" and "[list]": the key by
 * which SORT orders and THREAD joins. Pure, linear.
 * source   RFC 5256 2.1, 5
 */
#ifndef TEXT_SUBJECT_H
#define TEXT_SUBJECT_H

#include "base/buf.h"

#define SUBJECT_OCTETS	2000	/* of a Subject's value that are read */

/*
 * subject_base - append the base subject, in UTF-8 where decoded.h makes it that;
 * letters stay as they are, compare them without case.
 *
 * s, n     the field's value
 * returns  1: it is a reply or a forward; 0: neither; -1 with errno as buf_add, b
 *          unchanged
 */
int subject_base(struct buf *b, const char *s, size_t n);

#endif
