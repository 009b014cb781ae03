/* ascii - octets without a locale. */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stddef.h>
#include <stdint.h>

/* The lower-case letter for A to Z, every other octet as it is. */
char ascii_lower(char c);

/* Make the n octets of s lower case in place. */
void ascii_lower_all(char *s, size_t n);

/* 1 if the n octets of a are the string b, case ignored, else 0. */
int ascii_is(const char *a, size_t n, const char *b);

/* 1 if the pattern suits all n octets of s, else 0: '*' stands for any octets, or
 * none, '?' for one, all else for itself; case is ignored. */
int ascii_glob(const char *pattern, const char *s, size_t n);

/* 1 if c is 33 to 126, a printable octet that is no space, else 0. */
int ascii_graph(char c);

/* 1 if c is a space, a tab, CR or LF, else 0. */
int ascii_blank(char c);

/* 64-bit FNV-1a of n octets, to spread names; not for secrets. */
uint64_t ascii_fnv(const char *s, size_t n);

#endif
