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

/* Where an entry stands in the text: for the words of check.h. */
struct origin {
	struct origin	*next;
	unsigned	 line;
	size_t		 key_n, n;
	char		 file[DOMAIN_OCTETS + 16];	/* in ETC */
	char		 octets[];	/* the key, then the value */
};

struct compiler {
	const char	*table;		/* "aliases": ETC/aliases and its .cdb */
	const char	*folder;	/* ETC, as it was named */
	int		 etc;		/* the same, open */
	unsigned	 entries;
	int		 only_check;	/* -n: the old cdb stays in any case */
	int		 lenient;	/* -l: who is unknown is only said */
	int		 unchecked;	/* -u: only the text is looked at */
	int		 set;		/* -p: write TABLE.cdb.new; or, with -n, check
					 * by those of the others */
	const char	*show;		/* -s: print what it says, make nothing */
	unsigned	 shown;
	int		 keep;		/* keep origins: the table is checked */
	struct origin	*first, **last;
	char		 file[DOMAIN_OCTETS + 16];	/* that text is of */
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

/* Print an entry that is what -s asks for. */
void compile_show(struct compiler *c, const void *key, size_t key_n,
    const void *value, size_t n);

/* Take up another text of the folder, named from there: c->text is its, until the
 * caller frees b. 0, or -1 with errno. */
int compile_read(struct compiler *c, const char *name, struct buf *b);

/* The body of a compiler's main(): program [-lnpu] [-s key] etc-folder. Its exit code;
 * says what is wrong with file and line. check: the finished table is looked through
 * by check.h, too. */
int compile_main(int argc, char **argv, const char *table, compile_fn *fn,
    int check);

/* Make ETC/TABLE.cdb of the text in b, whatever file it came from. As compile_main;
 * its exit code. */
int compile_text(struct compiler *c, const struct buf *b, compile_fn *fn);

#endif
