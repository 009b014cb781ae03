/*
 * imapline - a command of IMAP, taken apart. Pure, linear, no memory of its own.
 *
 * The caller gathers the whole command: it reads a line, asks imap_announced
 * whether a literal follows, reads that and the next line behind it, and so on.
 * Then it hands the octets, with all CRLFs but the last, to the functions here. Each
 * reads one thing at in->p and moves behind it.
 *
 * Quoted strings lose their backslashes in the octets themselves: read a command
 * once.
 * source   RFC 3501 9 (formal syntax), RFC 9051 9, RFC 7888 (LITERAL+), RFC 3516
 *          (~{n})
 */
#ifndef TEXT_IMAPLINE_H
#define TEXT_IMAPLINE_H

#include <stddef.h>
#include <stdint.h>

struct imap_in {
	char	*p, *end;	/* what is still to read; the caller's octets */
};

struct imap_text {
	const char	*s;	/* NULL: NIL */
	size_t		 n;
};

struct imap_literal {
	uint64_t octets;
	int	 plus;		/* {n+}: it comes unasked */
	int	 binary;	/* ~{n}: NULs may be in it */
};

/* Does the line of n octets, without its line end, announce a literal? 1, l filled;
 * 0: no; -1 with errno ERANGE: one of more than 2^63 octets. A '{' in a quoted
 * string announces one too, as it does for all servers. */
int imap_announced(const char *line, size_t n, struct imap_literal *l);

/*
 * In all that follow: returns 0, or -1 with errno EINVAL: it does not stand there,
 * and in->p is as it was.
 */

/* Just this octet. */
int imap_char(struct imap_in *in, char c);

/* Nothing more. */
int imap_end(const struct imap_in *in);

/* A tag; an atom; a flag or keyword, with its '\'. */
int imap_tag(struct imap_in *in, struct imap_text *t);
int imap_atom(struct imap_in *in, struct imap_text *t);
int imap_flag(struct imap_in *in, struct imap_text *t);

/* A quoted string or literal; that or an atom, which may hold ']', too; that or
 * NIL; the name of a mailbox, which may hold '%' and '*'. NUL stands in none but
 * ~{n}. */
int imap_str(struct imap_in *in, struct imap_text *t);
int imap_astring(struct imap_in *in, struct imap_text *t);
int imap_nstr(struct imap_in *in, struct imap_text *t);
int imap_pattern(struct imap_in *in, struct imap_text *t);

/* A number of 32 bits; one of 63, as mod-sequences are. */
int imap_number(struct imap_in *in, uint32_t *v);
int imap_number64(struct imap_in *in, uint64_t *v);

/* "1-Feb-1994", in quotes or not, as days since 1970. */
int imap_date(struct imap_in *in, int64_t *day);

/* " 1-Feb-1994 21:52:25 -0800" in quotes, as seconds since 1970 (UTC) and minutes
 * east of UTC. */
int imap_date_time(struct imap_in *in, int64_t *seconds, int *zone);

/* 1 if the text is that word, case ignored, else 0. */
int imap_is(const struct imap_text *t, const char *word);

#endif
