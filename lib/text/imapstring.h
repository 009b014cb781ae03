/*
 * imapstring - strings as IMAP answers have them. Every stranger's octets in an
 * answer go through here, so that none can end its string. Pure.
 *
 * What a quoted string may hold is one, with '"' and '\' quoted; what has octets
 * over 127, CR or LF is a literal. NUL, which neither may hold, is left out.
 * source   RFC 3501 4.3, 9 (nstring)
 */
#ifndef TEXT_IMAPSTRING_H
#define TEXT_IMAPSTRING_H

#include <stddef.h>

#include "base/buf.h"

/* Append the n octets of s as a string; NIL if s is NULL. 0, or -1 with errno as
 * buf_add, b unchanged. */
int imap_string(struct buf *b, const char *s, size_t n);

/* The same for the value of a field: its folds, tabs and blanks become one blank,
 * those around it go. As imap_string. */
int imap_value(struct buf *b, const char *s, size_t n);

/* The same as an atom where it can be one, as names of fields and mailboxes are
 * written; never for NIL. As imap_string. */
int imap_word(struct buf *b, const char *s, size_t n);

#endif
