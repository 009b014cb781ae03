/*
 * decoded - the value of a field as people read it: UTF-8, its encoded words
 * decoded, folds and runs of blanks one blank each. Pure, linear.
 *
 * It knows UTF-8, US-ASCII, ISO-8859-1 and Windows-1252. A word of another charset,
 * and what is no right word, stays as it is; so do octets outside of words, which
 * may be no UTF-8. NUL is left out.
 * source   RFC 2047 2, 4, 6.2; RFC 2231 5 (language)
 */
#ifndef TEXT_DECODED_H
#define TEXT_DECODED_H

#include "base/buf.h"

#define DECODED_WORD	1000	/* octets of a word's text; RFC 2047: 75 of all */

/* Append the n octets of s so. 0, or -1 with errno as buf_add, b unchanged. */
int decoded_add(struct buf *b, const char *s, size_t n);

#endif
