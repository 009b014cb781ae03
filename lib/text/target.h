/*
 * target - where an alias leads: the words behind its name, in sendmail's
 * notation, and the one spelling that the compiled tables keep.
 *
 *	bob, bob@example.org	an address
 *	\bob			bob's mailbox, whatever his own files say
 *	|command, "|command"	a program
 *	/path, "/path"		a file, or with a '/' at its end a Maildir
 *	:include:/path		a list in a file
 *	error:nouser text	refused, with these words; also error:5.7.1 text,
 *				error:5.7.1:550 text, error:550 text; the words
 *				go to the end of the line, commas too
 *	@owner:user[:group]	no target: who the entry's programs and files are
 *				run and written by
 *
 * Pure functions.
 */
#ifndef TEXT_TARGET_H
#define TEXT_TARGET_H

#include <stddef.h>

#include "base/buf.h"

enum target_kind {
	TARGET_ADDRESS, TARGET_PROGRAM, TARGET_FILE, TARGET_LIST, TARGET_ERROR,
	TARGET_OWNER
};

/* The kind of a target in the spelling of the compiled tables. */
enum target_kind target_kind(const char *s, size_t n);

/*
 * target_list - read targets, divided by commas or the ends of lines outside of
 * quotes.
 *
 * s, n     a line, or several that go on from each other
 * out      gets the targets in the tables' spelling, each followed by LF; appended.
 *          Addresses become lower case; error: becomes "error:CODE text" with an
 *          RFC 3463 code
 * returns  NULL, or what is wrong in words; then what out got is undefined
 * source   aliases(5) and the virtusertable of sendmail
 */
const char *target_list(const char *s, size_t n, struct buf *out);

/* Append an address as a table writes it, "local" or "local@domain", in lower
 * case. NULL, or what is wrong. */
const char *target_address(struct buf *b, const char *s, size_t n);

/* The code and the words of a target of the kind TARGET_ERROR: code gets
 * "5.1.1" with NUL, *text and *text_n the rest. */
void target_error(const char *s, size_t n, char code[12], const char **text,
    size_t *text_n);

/* What target.c and target-error.c share: append s as it stands, or what stands
 * within its quotes; and an "error:" in the tables' spelling. NULL, or what is wrong. */
const char *target_plain(struct buf *b, const char *s, size_t n);
const char *target_add_error(struct buf *out, const char *s, size_t n);

#endif
