/*
 * base64 - octets as letters. Pure functions.
 *
 * source   RFC 4648 4, with padding; no line ends, no other octet
 */
#ifndef CHECKPW_BASE64_H
#define CHECKPW_BASE64_H

#include <stddef.h>
#include <sys/types.h>

/* Decode n octets of s into out of cap octets. How many octets they are, or -1
 * with errno EINVAL or EMSGSIZE; out may then hold some of them. */
ssize_t base64_decode(char *out, size_t cap, const char *s, size_t n);

#endif
