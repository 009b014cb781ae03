/*
 * words - the sentences of a report that people read, in one language.
 *
 * All are UTF-8. "$1", "$2" and so on stand for what the report puts in; a language
 * may have them in another order. A new language is one more file like words-en.c,
 * and a name in bounce.c.
 */
#ifndef QRUNNER_WORDS_H
#define QRUNNER_WORDS_H

#include <stddef.h>

/* What can be said of a code (RFC 3463) in a sentence. */
enum reason_kind {
	WHY_NO_ADDRESS, WHY_NO_MAIL, WHY_BAD_ADDRESS, WHY_CLOSED, WHY_FULL,
	WHY_TOO_BIG, WHY_LOOP, WHY_NOT_ALLOWED, WHY_SILENT, WHY_CUT,
	WHY_NOT_FOUND,
	WHY_KINDS
};

/* Nothing but strings: a test goes through all of them. */
struct words {
	const char *language;		/* as RFC 5646 names it */
	const char *from;		/* who writes; ASCII */
	const char *mime;		/* for who sees the MIME parts; ASCII */

	/* subjects */
	const char *failed_subject, *delayed_subject, *double_subject;
	const char *delivered_subject, *passed_subject;

	/* the first sentence; $1 is an address, or addresses */
	const char *failed, *doubled, *delivered, *relayed, *expanded;
	const char *several;		/* more than one of the last three */
	const char *delayed;		/* $2: until when it is tried */
	const char *addresses;		/* $1: how many */

	/* of each address */
	const char *behind;		/* $1: the alias that leads there */
	const char *expired;		/* $1: how long it was tried */
	const char *said;		/* $1: the server's words, $2: the code */
	const char *no_reason;		/* in place of such words */
	const char *in_mailbox, *passed_on, *to_members;
	const char *why[WHY_KINDS];

	/* the end */
	const char *more;		/* $1: so many addresses are not shown */
	const char *no_more;		/* nothing is tried any more */
	const char *receipt;		/* somebody asked for this report */
	/* $1: the server; $2: its domain; $3: the message's id */
	const char *help, *help_id;
	const char *with_header, *with_message;	/* what the next parts are */

	/* $1: how many */
	const char *days, *hours, *minutes, *seconds;
	const char *weekday[7];		/* from Sunday on */
	const char *month[12];
	const char *date;		/* $1 weekday, $2 day, $3 month, $4 year,
					 * $5 hh:mm, in UTC */
};

const struct words *words_en(void);
const struct words *words_es(void);

/* Put args (n of them) into text: to out of cap octets with a NUL, cut where there
 * is no more room. Pure. */
void words_put(char *out, size_t cap, const char *text,
    const char *const *args, size_t n);

#endif
