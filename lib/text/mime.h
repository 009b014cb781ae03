/*
 * mime - a message as the tree of its parts: where each part's header and body
 * stand, and what they measure when IMAP sends them. Pure.
 *
 * One pass over the octets, without recursion, in linear time whatever they are:
 * each line is compared with the boundaries that are open, MIME_DEPTH at most.
 * Lines end in LF or CRLF; sizes of the wire count each as CRLF. A CR or a NUL
 * elsewhere is an octet like others.
 *
 * How it reads what is not clear:
 *  - a line is the delimiter of the longest open boundary that it begins with;
 *    of two the same, or where one suits it whole, of the inner one
 *  - it ends all parts inside, closed or not; a header too
 *  - behind a close delimiter that boundary counts no more
 *  - a header ends at an empty line alone, or where the part ends
 *  - the first Content-Type of a header counts; a multipart without a boundary
 *    is a text
 *  - what is too deep is a leaf; behind the last part that there is room for no
 *    boundary counts
 * source   RFC 2046 5.1, 5.2.1; RFC 2045 5; RFC 3501 6.4.5, 7.4.2
 */
#ifndef TEXT_MIME_H
#define TEXT_MIME_H

#include <stddef.h>
#include <stdint.h>

#define MIME_DEPTH	100	/* parts in parts */
#define MIME_PARTS	10000
#define MIME_BOUNDARY	200	/* octets of the longest boundary that counts;
				 * RFC 2046: 70 */

enum mime_kind {
	MIME_LEAF,		/* any other type */
	MIME_TEXT,		/* text/..., or no Content-Type that can be read */
	MIME_MULTIPART,		/* the parts below it are in it, if there are any */
	MIME_MESSAGE		/* message/rfc822: the one part below it is it */
};

/* A run of octets. */
struct mime_run {
	uint64_t at, n;		/* where it stands in the message; octets there */
	uint64_t lines;		/* line ends in it */
	uint64_t wire;		/* octets with CRLF for each line end */
};

/* A part; [0] is the message. The parts are in the order of the octets, a part's
 * own first, so that those below part i are i + 1 to after - 1. */
struct mime_part {
	enum mime_kind	 kind;
	uint32_t	 parent;	/* [0]: 0 */
	uint32_t	 after;		/* the first that is no longer in it */
	int		 digest;	/* without a Content-Type it is a message */
	struct mime_run	 header;	/* with the empty line */
	struct mime_run	 body;		/* without the delimiter behind it */
	uint64_t	 type, type_n;	/* the value of Content-Type; 0, 0: none */
};

struct mime {
	struct mime_part *part;
	uint32_t	 n, room;	/* parts; all zero to begin with */
};

/*
 * mime_parse - the parts of a message of n octets.
 *
 * m        zero, or from before: its memory is used again
 * returns  0; or -1 with errno ENOMEM, m->n 0
 */
int mime_parse(struct mime *m, const char *s, uint64_t n);

/* The part that IMAP's part specifier names, as 1.2.3 of BODY[1.2.3.HEADER]: count
 * numbers, 1 or more. Its index; or -1: there is none. */
int64_t mime_find(const struct mime *m, const uint32_t *number, size_t count);

/* Free the parts; m can be used again. */
void mime_free(struct mime *m);

#endif
