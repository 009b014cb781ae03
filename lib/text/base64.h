/*
 * base64 - octets as letters. Pure functions.
 *
 * source   RFC 4648 4, with padding; no line ends, no other octet
 */
#ifndef TEXT_BASE64_H
#define TEXT_BASE64_H

#include <stddef.h>
#include <sys/types.h>

/* Decode n octets of s into out of cap octets. How many octets they are, or -1
 * with errno EINVAL or EMSGSIZE; out may then hold some of them. */
ssize_t base64_decode(char *out, size_t cap, const char *s, size_t n);

/* Room for n octets as letters, with NUL. */
#define BASE64_ROOM(n)	(((n) + 2) / 3 * 4 + 1)

/* Encode n octets of p into out, BASE64_ROOM(n) octets, and a NUL. How many
 * letters they are. */
size_t base64_encode(char *out, const char *p, size_t n);

#endif
