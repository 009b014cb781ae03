/*
 * msgid - the message ids in Message-ID, References and In-Reply-To, which THREAD
 * joins messages by. Pure, linear.
 * source   RFC 5322 3.6.4, 4.5.4; RFC 5256 3 (REFERENCES)
 */
#ifndef TEXT_MSGID_H
#define TEXT_MSGID_H

#include <stddef.h>
#include <stdint.h>

#define MSGID_OCTETS	998	/* a longer one is none */
#define MSGID_REFERENCES 200	/* of one message that are kept */

/*
 * msgid_next - the next one of the octets from *p to end, without "<>", quoting and
 * blanks, so that two spellings of one are the same. What is none is passed over.
 *
 * returns  its octets, without a NUL; 0 at the end
 */
size_t msgid_next(const char **p, const char *end, char out[MSGID_OCTETS]);

/* The ids of a References field, n octets, as ascii_fnv makes numbers of them. How
 * many; of more than there is room for the first ones and the last, which is the
 * parent. */
size_t msgid_references(const char *s, size_t n,
    uint64_t out[MSGID_REFERENCES]);

#endif
