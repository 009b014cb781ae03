/*
 * imapfetch - what FETCH asks for. Pure, no memory of its own.
 * source   RFC 3501 6.4.5, 9 (fetch-att); RFC 9051; 3516 (BINARY), 7162 (MODSEQ),
 *          8474 (EMAILID, THREADID), 8514 (SAVEDATE), 8970 (PREVIEW). RFC822.PEEK
 *          is older than all; Outlook asks so.
 */
#ifndef TEXT_IMAPFETCH_H
#define TEXT_IMAPFETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/imapline.h"
#include "text/mime.h"

#define FETCH_BODIES	32	/* sections in one FETCH */
#define FETCH_NAMES	256	/* names of fields in one FETCH */

/* Items that are no section, as bits. */
enum {
	FETCH_BODY = 1,
	FETCH_BODYSTRUCTURE = 2,
	FETCH_EMAILID = 4,
	FETCH_ENVELOPE = 8,
	FETCH_FLAGS = 16,
	FETCH_INTERNALDATE = 32,
	FETCH_MODSEQ = 64,
	FETCH_PREVIEW = 128,
	FETCH_PREVIEW_LAZY = 256,
	FETCH_SAVEDATE = 512,
	FETCH_SIZE = 1024,		/* RFC822.SIZE */
	FETCH_THREADID = 2048,
	FETCH_UID = 4096
};

enum fetch_how {
	FETCH_SECTION,			/* BODY[...] */
	FETCH_BINARY,			/* BINARY[...], decoded */
	FETCH_BINARY_SIZE,
	FETCH_RFC822,			/* as BODY[], but called so */
	FETCH_RFC822_HEADER,
	FETCH_RFC822_TEXT
};

enum fetch_what {
	FETCH_ALL_OF_IT,		/* BODY[], BODY[1.2] */
	FETCH_HEADER,
	FETCH_FIELDS,			/* HEADER.FIELDS (...) */
	FETCH_FIELDS_NOT,
	FETCH_MIME,
	FETCH_TEXT
};

struct fetch_body {
	enum fetch_how	how;
	enum fetch_what	what;
	int		seen;		/* it sets \Seen: no .PEEK */
	int		partial;	/* <from.count> was asked for */
	uint64_t	from, count;
	size_t		numbers;	/* of part, as mime_find wants them */
	uint32_t	part[MIME_DEPTH];
	size_t		name, names;	/* the first one's place in fetch.name, and
					 * how many */
};

struct fetch {
	unsigned	items;		/* bits */
	size_t		bodies, names;
	struct fetch_body body[FETCH_BODIES];
	struct imap_text name[FETCH_NAMES];	/* in the command's octets */
};

/*
 * fetch_parse - read one item or a list in parentheses, or ALL, FAST, FULL.
 *
 * returns  0, in->p behind it; or -1 with errno EINVAL (no such thing), EMSGSIZE
 *          (FETCH_BODIES, FETCH_NAMES, or MIME_DEPTH numbers)
 */
int fetch_parse(struct fetch *f, struct imap_in *in);

/* Append the name of a section as the answer has it: "BODY[1.2.MIME]<0>". 0, or -1
 * as buf_add. */
int fetch_name(const struct fetch *f, const struct fetch_body *body,
    struct buf *b);

/* 1 if a field with that name belongs to FETCH_FIELDS or FETCH_FIELDS_NOT. */
int fetch_has_field(const struct fetch *f, const struct fetch_body *body,
    const char *name, size_t n);

#endif
