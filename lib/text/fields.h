/*
 * fields - the fields of a header that is held whole, with the lines that go on.
 * Pure; the octets stay the caller's. Line ends are LF or CRLF.
 *
 * A line without a colon is a field without a name, so that all octets belong to
 * one; header.h is for a header that streams by.
 * source   RFC 5322 2.2
 */
#ifndef TEXT_FIELDS_H
#define TEXT_FIELDS_H

#include <stddef.h>

struct header_field {
	const char	*name;		/* without the blanks before the colon */
	size_t		 name_n;	/* 0: the line is no field */
	const char	*value;		/* behind the colon: with its folds, without
					 * the last line end */
	size_t		 n;
	const char	*from, *to;	/* the whole lines */
};

/* The next field of the octets from *p to end: 1, *p behind it; 0 at the end or at
 * the empty line, *p there. */
int fields_next(const char **p, const char *end, struct header_field *f);

#endif
