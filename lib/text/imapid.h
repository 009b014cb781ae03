/*
 * imapid - what a client says of itself in IMAP's ID. A pure function, linear.
 *
 * source   RFC 2971 3.1, 4
 */
#ifndef TEXT_IMAPID_H
#define TEXT_IMAPID_H

#include "text/imapline.h"

#define IMAP_ID_PAIRS	30	/* 3.3: a client must not send more, */
#define IMAP_ID_FIELD	30	/* nor more octets in a field's name, */
#define IMAP_ID_VALUE	1024	/* nor in its value */

/*
 * imap_id - read NIL, or "(" pairs of a name and a value ")", at in->p.
 *
 * returns  how many pairs there are, 0 for NIL and "()"; or -1 with errno EINVAL: it
 *          does not stand there, or EMSGSIZE: more than a client may send; in->p
 *          is then anywhere within it
 */
int imap_id(struct imap_in *in);

#endif
