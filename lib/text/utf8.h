/* utf8 - characters as UTF-8. Pure. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* 1 if the n octets are UTF-8 (ASCII too), else 0. source: RFC 3629 4 */
int utf8_is_valid(const char *s, size_t n);

#define UTF8_OCTETS	4	/* of the longest character */

/* The character c, up to U+10FFFF, to out. How many octets. */
size_t utf8_put(char out[UTF8_OCTETS], uint32_t c);

/* The character that begins at *s, which must be UTF-8; *s is set behind it. */
uint32_t utf8_get(const char **s);

#endif
