/*
 * uidl - what POP3's UIDL says of a message, made of its file's name in a Maildir.
 *
 * It is the name up to the first ',' or ':', which no program changes while the
 * message lives, if that is 1 to 70 octets of 33 to 126. Else it is a hash of
 * that part, 32 hex digits: 128 bits of FNV-1a. Two names of one mailbox with the
 * same hash are a matter of 1 in 2^128 for each pair, unless the mailbox's owner,
 * who alone can name files there, looks for them: the hash is no secret's.
 * source   RFC 1939 7 (UIDL)
 */
#ifndef TEXT_UIDL_H
#define TEXT_UIDL_H

#include <stddef.h>

#define UIDL_OCTETS	70

/* The unique id of the file of that name, n octets, to out, without a NUL. How
 * many octets it has, 1 to 70. */
size_t uidl_make(const char *name, size_t n, char out[UIDL_OCTETS]);

#endif
