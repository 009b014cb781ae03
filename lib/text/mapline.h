/*
 * mapline - the lines of makemap's text: a key, blanks, a value.
 *
 * A pure function over the whole text, as those of table.h.
 */
#ifndef TEXT_MAPLINE_H
#define TEXT_MAPLINE_H

#include "text/table.h"

struct mapline {
	struct table_text text;
	char	 divider;	/* between key and value, or NUL: blanks */
	char	 comment;	/* that a comment begins with */
	int	 as_is;		/* keys keep their capital letters */
	int	 empty;		/* a key may have no value */
};

/*
 * mapline_next - the next key and value.
 *
 * key, value  get them; a key in quotes keeps them, as sendmail's
 * returns     1; 0 at the end; -1 with text.line and text.wrong set
 * source      makemap(8) of sendmail
 */
int mapline_next(struct mapline *m, struct buf *key, struct buf *value);

#endif
