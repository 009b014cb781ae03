/*
 * frame - pieces of a message on a stream socket to qinject.
 *
 * A frame is its type (1 octet), its length (4 octets, highest first) and its
 * octets. A message is one FRAME_FACTS, any FRAME_DATA, one FRAME_END (length
 * 0); qinject then answers with one FRAME_ANSWER, and the next may follow. A
 * stream that ends before FRAME_END takes its message with it.
 */
#ifndef NET_FRAME_H
#define NET_FRAME_H

#include <stddef.h>

#define FRAME_HEAD	5
#define FRAME_FACTS	'F'	/* record.h's notation */
#define FRAME_DATA	'D'
#define FRAME_END	'.'
#define FRAME_ANSWER	'A'	/* record.h's notation */
#define FRAME_MAX	(4u << 20)	/* octets of the longest frame */

/* Write the head of a frame of n octets (at most FRAME_MAX). */
void frame_put_head(char head[FRAME_HEAD], char type, size_t n);

/* Read a head. 0 with *type and *n set, or -1 with errno EINVAL. */
int frame_get_head(const char head[FRAME_HEAD], char *type, size_t *n);

#endif
