/*
 * imapsearch - the keys of SEARCH as a flat program, and the orders of SORT. Pure.
 *
 * The keys stand in the order in which they are read: an operator first, then the
 * key or keys that it is of. What is left is little:
 *  - UNSEEN is NOT and a flag, NEW is AND, RECENT, NOT, \Seen
 *  - FROM, TO, CC, BCC and SUBJECT are HEADER with their names
 * Depth and number are bounded; memory is one piece, and one for each set. All zero
 * to begin with; who declares one calls search_free.
 * source   RFC 3501 6.4.4, 9 (search-key); RFC 4731, 5182 (RETURN), 5032 (OLDER,
 *          YOUNGER), 6203 (FUZZY), 7162 (MODSEQ), 8474, 8514; RFC 5256, 5957 (SORT)
 */
#ifndef TEXT_IMAPSEARCH_H
#define TEXT_IMAPSEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "text/imapline.h"
#include "text/seqset.h"

#define SEARCH_KEYS	5000	/* in one command, operators too */
#define SEARCH_DEPTH	200	/* of operators */
#define SORT_KEYS	16

enum search_op {
	SEARCH_AND,		/* all keys up to after; none: all messages */
	SEARCH_OR,		/* of the two behind it */
	SEARCH_NOT,		/* of the one behind it */
	SEARCH_FUZZY,		/* the one behind it */
	SEARCH_SET,		/* set, of sequence numbers */
	SEARCH_UID,		/* set, of UIDs */
	SEARCH_FLAG,		/* text: a flag or keyword */
	SEARCH_RECENT,
	SEARCH_HEADER,		/* name; text in it; "": it is there */
	SEARCH_BODY,		/* text */
	SEARCH_TEXT,		/* text */
	SEARCH_BEFORE,		/* day: that of INTERNALDATE is earlier */
	SEARCH_ON,
	SEARCH_SINCE,
	SEARCH_SENTBEFORE,	/* day: that of Date */
	SEARCH_SENTON,
	SEARCH_SENTSINCE,
	SEARCH_SAVEDBEFORE,	/* day: when it came to this mailbox */
	SEARCH_SAVEDON,
	SEARCH_SAVEDSINCE,
	SEARCH_SAVEDATESUPPORTED,
	SEARCH_LARGER,		/* number: octets */
	SEARCH_SMALLER,
	SEARCH_OLDER,		/* number: seconds */
	SEARCH_YOUNGER,
	SEARCH_MODSEQ,		/* number: as great, or greater */
	SEARCH_EMAILID,		/* text */
	SEARCH_THREADID
};

struct search_key {
	enum search_op	 op;
	uint32_t	 after;		/* the first key that is not in it */
	struct imap_text name, text;	/* in the command's octets */
	uint64_t	 number;
	int64_t		 day;		/* since 1970 */
	struct seqset	 set;		/* as it was written: settle it */
};

/* What RETURN asks for, as bits. */
enum {
	SEARCH_RETURN = 1,		/* it is there */
	SEARCH_RETURN_MIN = 2,
	SEARCH_RETURN_MAX = 4,
	SEARCH_RETURN_ALL = 8,		/* also by "RETURN ()" */
	SEARCH_RETURN_COUNT = 16,
	SEARCH_RETURN_SAVE = 32
};

struct search {
	struct search_key *key;		/* [0]: the AND of all */
	uint32_t	n, room;
};

/* "RETURN (...)" and a blank, if it stands there. 0, bits filled, or -1 with errno
 * EINVAL. */
int search_return(struct imap_in *in, unsigned *bits);

/* "CHARSET name" and a blank, if it stands there; else charset->s is NULL. 0, or -1
 * with errno EINVAL. */
int search_charset(struct imap_in *in, struct imap_text *charset);

/*
 * search_parse - one key or more, up to the end.
 *
 * returns  0; or -1, s empty, with errno EINVAL (no such key), EMSGSIZE (too many,
 *          too deep), ENOMEM
 */
int search_parse(struct search *s, struct imap_in *in);

void search_free(struct search *s);

enum sort_by {
	SORT_ARRIVAL,
	SORT_CC,
	SORT_DATE,
	SORT_DISPLAYFROM,
	SORT_DISPLAYTO,
	SORT_FROM,
	SORT_SIZE,
	SORT_SUBJECT,
	SORT_TO
};

struct sort {
	size_t	n;
	struct {
		enum sort_by by;
		int	     reverse;
	}	key[SORT_KEYS];
};

/* "(REVERSE DATE SUBJECT)". 0, or -1 with errno EINVAL, EMSGSIZE. */
int sort_parse(struct sort *s, struct imap_in *in);

#endif
