/*
 * mutf7 - the names of mailboxes in IMAP's modified UTF-7, and in UTF-8. Pure.
 *
 * Strict: each name has just one spelling, so that two names never mean one
 * mailbox. What decodes, encodes to the same octets again.
 * source   RFC 3501 5.1.3; RFC 2152
 */
#ifndef TEXT_MUTF7_H
#define TEXT_MUTF7_H

#include <stddef.h>
#include <sys/types.h>

/* Octets that n octets of the other form need at most. */
#define MUTF7_DECODED(n)	((n) * 2)
#define MUTF7_ENCODED(n)	((n) * 5)

/* n octets of modified UTF-7 as UTF-8 to out of cap octets. How many; or -1 with
 * errno EINVAL (no such text, not its only spelling, U+0000 in it), EMSGSIZE. */
ssize_t mutf7_decode(char *out, size_t cap, const char *s, size_t n);

/* The other way. -1 with errno EINVAL: no UTF-8, or U+0000 in it. */
ssize_t mutf7_encode(char *out, size_t cap, const char *s, size_t n);

#endif
