/*
 * header - find fields in a message's header while it streams by.
 *
 * Feed it the octets from the message's start in any pieces; it hands each
 * field's first line (at most HEADER_LINE octets, LF line ends, continuation
 * lines left out) to a function, and stops at the empty line or at a line that
 * is no field.
 * source   RFC 5322 2.2
 */
#ifndef TEXT_HEADER_H
#define TEXT_HEADER_H

#include <stddef.h>

#define HEADER_LINE	998	/* octets of a line, RFC 5322 2.1.1 */

struct header {
	size_t	n;		/* octets in line; start with all zero */
	int	done;		/* 1 behind the header */
	char	line[HEADER_LINE];
};

/* 1 if the line begins a field: a name of printable octets and a colon; else 0. */
int header_is_field(const char *line, size_t n);

/* field gets the line without its line end, and arg. */
void header_scan(struct header *h, const char *in, size_t n,
    void (*field)(void *arg, const char *line, size_t n), void *arg);

/* 1 if the n octets begin with a field's name, printable octets and blanks, and a
 * colon; else 0. */
int header_is_field(const char *line, size_t n);

/* The value of the line if its field's name is name (case ignored): where it
 * begins, without the blanks around it, its length in *value_n; or NULL. */
const char *header_value(const char *line, size_t n, const char *name,
    size_t *value_n);

#endif
