/*
 * content - the values of Content-Type, Content-Disposition and their like: words
 * and parameters, comments passed over. Pure functions, linear in what they read;
 * the octets stay the caller's, and may have folded lines in them.
 *
 * What programs write is let through: a value without quotes goes up to a blank
 * or ';' whatever it holds, and what is no parameter is passed over up to the
 * next ';'.
 * source   RFC 2045 5.1, RFC 2183 2, RFC 822 3.4.3
 */
#ifndef TEXT_CONTENT_H
#define TEXT_CONTENT_H

#include <stddef.h>
#include <sys/types.h>

#define CONTENT_PARAMS	100	/* more of one value are not read by our parsers */

struct content_word {
	const char	*s;
	size_t		 n;
	int		 quoted;	/* s stood in quotes; it is without them, but
					 * may have quoted pairs */
};

/* Move *p over blanks, line ends and comments, nested to any depth. */
void content_skip(const char **p, const char *end);

/* The next token behind what content_skip passes over: 1; or 0 where none
 * stands. */
int content_token(const char **p, const char *end, struct content_word *w);

/* "type/subtype". 1; 0 if one of them is missing. */
int content_type(const char **p, const char *end, struct content_word *type,
    struct content_word *sub);

/* The next "; name=value". 1; 0 at the end. */
int content_param(const char **p, const char *end, struct content_word *name,
    struct content_word *value);

/* The octets that w stands for, to out: quoted pairs undone, line ends left out.
 * How many; or -1 with errno EMSGSIZE: over cap. */
ssize_t content_text(const struct content_word *w, char *out, size_t cap);

#endif
