/*
 * table - the lines of the text tables: users, local-host-names, and what those of
 * alias.h and route.h share.
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
#include "text/quota.h"

struct table_text {
	const char	*p, *end;	/* what is still to read */
	unsigned	 line;		/* of the entry read last, from 1 */
	unsigned	 more;		/* lines behind it that belong to it */
	const char	*wrong;		/* why -1 was returned */
};

/* The next line that is neither empty nor a comment, without its end and the blanks
 * before that: 1; 0 at the end. */
int table_line(struct table_text *t, const char **line, size_t *n);

/* The next line whatever it is, without its end and the blanks before that. t->line
 * stays: it is the line that an entry begins with. 1; 0 at the end. */
int table_physical(struct table_text *t, const char **line, size_t *n);

/* The octets of a line before a '#' that stands behind a blank. */
size_t table_uncomment(const char *s, size_t n);

struct user_line {
	char	 address[ADDRESS_OCTETS + 1];	/* local@domain, lower case */
	char	 hash[256];			/* crypt(5) */
	uint64_t uid, gid;
	char	 home[1024];			/* a full path */
	struct quota quota;
	char	 rights[64];
};

/* The next "address:hash:uid:gid:home[:quota[:rights]]". 1;
 * 0 at the end; -1 with t->line and t->wrong set. */
int user_next(struct table_text *t, struct user_line *u);

/* The next domain of a local-host-names file, one a line, into b, lower case.
 * A comment may stand behind it. As user_next. */
int host_next(struct table_text *t, struct buf *b);

#endif
