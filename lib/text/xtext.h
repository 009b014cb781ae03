/*
 * xtext - octets as printable ASCII without '+' and '=', which stand as +HH.
 * source: RFC 3461 4. Pure functions; esmtp.h's esmtp_is_xtext only looks.
 */
#ifndef TEXT_XTEXT_H
#define TEXT_XTEXT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * xtext_decode - n octets of xtext to out of cap octets, with a NUL behind.
 * returns  octets of out without the NUL; or -1 with errno EINVAL (no xtext),
 *          EMSGSIZE
 */
ssize_t xtext_decode(char *out, size_t cap, const char *p, size_t n);

/* The other way, for any octets. Octets of out; or -1 with errno EMSGSIZE. */
ssize_t xtext_encode(char *out, size_t cap, const char *p, size_t n);

#endif
