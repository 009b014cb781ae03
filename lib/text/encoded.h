/*
 * encoded - UTF-8 for a header. Pure.
 * source: RFC 2047 2, 4.1
 */
#ifndef TEXT_ENCODED_H
#define TEXT_ENCODED_H

#include "base/buf.h"

/* Append the n octets (UTF-8) as encoded words, no character cut, with the string
 * between from one word to the next. Behind a name of up to 11 octets a line with
 * one word has at most 76. 0, or -1 with errno as buf_add. */
int encoded_words(struct buf *out, const char *s, size_t n,
    const char *between);

#endif
