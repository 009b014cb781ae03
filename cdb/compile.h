/*
 * compile - one text table becomes one cdb, whole or not at all.
 *
 * The text is checked whole; the cdb is written under a temporary name, fsynced
 * and renamed over the old one. Any error leaves the old one as it is.
 */
#ifndef CDB_COMPILE_H
#define CDB_COMPILE_H

#include "text/table.h"

#include <cdb.h>

struct compiler {
	const char	*table;		/* "aliases": ETC/aliases and its .cdb */
	unsigned	 entries;
	int		 only_check;	/* -n: the old cdb stays in any case */
	struct table_text text;
	struct cdb_make	 cdb;
};

/* Add every entry to c->cdb by compile_add. 0; or -1 with c->text.line and
 * c->text.wrong set, or with wrong NULL and errno. */
typedef int compile_fn(struct compiler *c);

/* Add a pair; a key that is there already is an error of the text. 0, or -1 as
 * compile_fn. */
int compile_add(struct compiler *c, const void *key, size_t key_n,
    const void *value, size_t n);

/* The body of a compiler's main(): program [-n] etc-folder. Its exit code; says
 * what is wrong with file and line. */
int compile_main(int argc, char **argv, const char *table, compile_fn *fn);

#endif
