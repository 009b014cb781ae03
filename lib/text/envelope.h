/*
 * envelope - a message's header as IMAP's ENVELOPE. Pure, linear.
 *
 * Of two fields with one name the first counts; lists of addresses are joined.
 * Where RFC 3501 wants a host and there is none, it is "": NIL would be a group.
 * source   RFC 3501 7.4.2; RFC 9051 7.5.2
 */
#ifndef TEXT_ENVELOPE_H
#define TEXT_ENVELOPE_H

#include <stddef.h>

#include "base/buf.h"

#define ENVELOPE_ADDRESSES	(1 << 20)	/* octets of lists that are read */

/*
 * envelope_add - append "(date subject from ... message-id)".
 *
 * header, n   the header; what stands behind its empty line is not read
 * returns     0; or -1 with errno EMSGSIZE or ENOMEM, b unchanged
 */
int envelope_add(struct buf *b, const char *header, size_t n);

#endif
