/* utf8 - is it UTF-8? Pure. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include <stddef.h>

/* 1 if the n octets are UTF-8 (ASCII too), else 0. source: RFC 3629 4 */
int utf8_is_valid(const char *s, size_t n);

#endif
