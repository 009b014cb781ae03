/*
 * table - the lines of the text tables: aliases, users, local-host-names.
 *
 * Pure functions over the whole text; an error names its line and says in words
 * what is wrong.
 */
#ifndef TEXT_TABLE_H
#define TEXT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/path.h"

struct table_text {
	const char	*p, *end;	/* what is still to read */
	unsigned	 line;		/* of the entry read last, from 1 */
	const char	*wrong;		/* why -1 was returned */
};

/* The next line that is neither empty nor a comment, without its end and the blanks
 * before that: 1; 0 at the end. */
int table_line(struct table_text *t, const char **line, size_t *n);

/*
 * alias_next - the next entry of an aliases file.
 *
 *	name: target, target,
 *		target		a line that begins with a blank goes on
 *	# comment
 *
 * name     gets the name, lower case, "local" or "local@domain"
 * targets  gets the targets, lower case, each followed by LF
 * returns  1; 0 at the end; -1 with t->line and t->wrong set
 * source   aliases(5) of sendmail; programs and files as targets are refused
 */
int alias_next(struct table_text *t, struct buf *name, struct buf *targets);

struct user_line {
	char	 address[ADDRESS_OCTETS + 1];	/* local@domain, lower case */
	char	 hash[256];			/* crypt(5) */
	uint64_t uid, gid;
	char	 home[1024];			/* a full path */
	uint64_t quota;				/* octets, 0: none */
	char	 rights[64];
};

/* The next "address:hash:uid:gid:home[:quota[:rights]]". As alias_next. */
int user_next(struct table_text *t, struct user_line *u);

/* The next domain of a local-host-names file, one a line, into b, lower case.
 * As alias_next. */
int host_next(struct table_text *t, struct buf *b);

#endif
