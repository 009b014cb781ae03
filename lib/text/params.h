/*
 * params - the parameters of a Content- field, those in pieces put together. Pure.
 *
 * "name*0=a; name*1=b" is name=ab; where a piece is encoded, as in "name*=" or
 * "name*1*=", the value is kept as it is, and told. Pieces may stand in any order;
 * what stands behind a missing one stays a parameter of its own.
 * source   RFC 2231 3, 4
 */
#ifndef TEXT_PARAMS_H
#define TEXT_PARAMS_H

#include "base/buf.h"
#include "text/content.h"

struct params {
	size_t	n, at;
	struct {
		struct content_word name, value;
		size_t	base_n;		/* octets of the name before its '*' */
		int	piece;		/* its number; -1: whole */
		int	encoded, done;
	}	one[CONTENT_PARAMS];
};

struct param_text {
	const char	*name;		/* without the number, with '*' if encoded */
	size_t		 n;
	int		 encoded;	/* by RFC 2231: charset'language'%XX */
};

/* Read those of the octets from p to end, which begin behind the type; the octets
 * must stay. Behind CONTENT_PARAMS of them the rest is not read. */
void params_read(struct params *all, const char *p, const char *end);

/* The next one: 1, its value in value, as much of it as that may hold or memory
 * allows; 0 at the end. */
int params_next(struct params *all, struct param_text *out, struct buf *value);

#endif
