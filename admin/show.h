/* show - numbers, times and strangers' texts for people, JSON for programs. Pure, but
 * for print_tame. */
#ifndef ADMIN_SHOW_H
#define ADMIN_SHOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SHOW_OCTETS	32	/* room that each needs, with NUL */

/* "160", "4.1K", "12M": octets by powers of 1024. Each returns out. */
const char *show_size(char out[SHOW_OCTETS], uint64_t octets);

/* Whole seconds from one time to another, 0 where that is not behind it. */
uint64_t span_s(uint64_t from_us, uint64_t to_us);

/* "45s", "5m", "3h12m", "2d4h". */
const char *show_span(char out[SHOW_OCTETS], uint64_t seconds);

/* "2026-11-24 12:06:45", UTC as in the log. */
const char *show_time(char out[SHOW_OCTETS], uint64_t us);

/* n octets to descriptor 1's stream, tamed. */
void print_tame(const char *s, size_t n);
void print_text(const char *s);

/* Append n octets as a JSON string with its quotes; an octet that is no UTF-8 becomes
 * U+FFFD. 0, or -1 as buf_add. source: RFC 8259 7 */
int json_string(struct buf *b, const char *s, size_t n);

/* The time as "2026-11-24T12:06:45Z". As json_string. source: RFC 3339 */
int json_time(struct buf *b, uint64_t us);

#endif
