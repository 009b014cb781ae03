/*
 * autoreply - who is answered by a program, and how often. Pure; the octets stay
 * the caller's.
 *
 * source   RFC 3834; RFC 2919 and 2369 (List-)
 */
#ifndef TEXT_AUTOREPLY_H
#define TEXT_AUTOREPLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define AUTOREPLY_SEEN	1000	/* senders that are remembered */
#define AUTOREPLY_MEMORY (512u << 10)	/* octets of the longest memory */

/*
 * autoreply_why_not - why a message gets no answer, or NULL: it gets one.
 *
 * header   its n octets, perhaps with some of the body
 * sender   the envelope's, "" for <>
 * own      the user's addresses, NULL ends them: one must be in To or Cc
 */
const char *autoreply_why_not(const char *header, size_t n,
    const char *sender, const char *const *own);

/*
 * autoreply_remember - note who gets an answer.
 *
 * memory   n octets, lines "SECONDS ADDRESS"; others are dropped, and those
 *          older than keep_s, and the first of more than AUTOREPLY_SEEN
 * out      gets the new memory, appended
 * returns  1: sender; 0: he had an answer within keep_s; -1 with errno
 */
int autoreply_remember(const char *memory, size_t n, const char *sender,
    uint64_t now_s, uint64_t keep_s, struct buf *out);

#endif
