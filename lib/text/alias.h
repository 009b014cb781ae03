/*
 * alias - the entries of an aliases file and of a virtusertable.
 *
 * Pure functions over the whole text, as those of table.h.
 */
#ifndef TEXT_ALIAS_H
#define TEXT_ALIAS_H

#include "text/table.h"

/*
 * alias_next - the next entry of an aliases file.
 *
 *	name: target, target,
 *		target		a line that begins with a blank goes on; so does
 *				one behind a line that ends in a backslash
 *	# comment
 *
 * name     gets the name, lower case: "local", "local@domain", "local+*"
 * targets  gets the targets as target.h spells them, each followed by LF
 * returns  1; 0 at the end; -1 with t->line and t->wrong set
 * source   aliases(5) of sendmail
 */
int alias_next(struct table_text *t, struct buf *name, struct buf *targets);

/*
 * virtual_next - the next entry of a virtusertable.
 *
 *	user@domain	target, target
 *	user+*@domain	target		with any detail, or none; user++: some detail
 *	+*@domain, @domain		all else of the domain
 *
 * name     gets the key, lower case
 * targets  gets addresses or one error:, as target.h spells them, each followed by
 *          LF; %0 to %3 are left in them
 * returns  as alias_next
 * source   the virtusertable of sendmail (cf/README); of a list, Postfix's
 *          virtual(5)
 */
int virtual_next(struct table_text *t, struct buf *name,
    struct buf *targets);

/*
 * virtual_fill - put in what %0 to %3 of a target stand for.
 *
 * what     %0 the address, %1 the part before the extension's sign, %2 that
 *          behind it, %3 that with the sign
 * out      gets the target; appended
 * returns  0, or -1 with errno
 */
struct virtual_parts {
	const char	*s[4];
	size_t		 n[4];
};

int virtual_fill(struct buf *out, const char *target, size_t n,
    const struct virtual_parts *what);

#endif
