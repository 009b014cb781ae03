/*
 * bodystructure - a message's parts as IMAP's BODY and BODYSTRUCTURE. Pure, in
 * time linear in the message.
 *
 * Types and encodings are spelled as the mail spells them. The pieces of a
 * parameter (RFC 2231 3) are joined under its name, with '*' behind it where one of
 * them is encoded; the encoding stays. Of fields and parameters with one name: the
 * first field, all parameters; CONTENT_PARAMS of them.
 *
 * A multipart of which there are no parts has an empty text; one without a
 * boundary is a text; what stands too deep is application/octet-stream.
 * source   RFC 3501 7.4.2; RFC 2045, 1864 (MD5), 2183, 3282 (language), 2557
 */
#ifndef TEXT_BODYSTRUCTURE_H
#define TEXT_BODYSTRUCTURE_H

#include "base/buf.h"
#include "text/mime.h"

#define BODY_VALUE	65536	/* octets of a parameter; more are left out */

/*
 * bodystructure_add - append it.
 *
 * m, s     what mime_parse made of the message s
 * all      1: BODYSTRUCTURE; 0: BODY, without what RFC 3501 calls extension data
 * returns  0; or -1 with errno EMSGSIZE or ENOMEM, b unchanged
 */
int bodystructure_add(struct buf *b, const struct mime *m, const char *s,
    int all);

#endif
