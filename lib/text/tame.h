/* tame - a stranger's octets for a terminal. Pure. */
#ifndef TEXT_TAME_H
#define TEXT_TAME_H

#include "base/buf.h"

/* Append the n octets of s: control octets as '?', among them those of UTF-8's 128
 * to 159, and all over 126 where s is no UTF-8. 0, or -1 as buf_add. */
int tame_add(struct buf *b, const char *s, size_t n);

#endif
