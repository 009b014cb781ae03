/*
 * final - the one spelling of where mail ends, which is the journal's key.
 *
 *	bob@example.org			bob's mailbox, or what his files say
 *	\bob@example.org		bob's mailbox, whatever his files say
 *	bob@example.org|COMMAND		a program of bob's, or of an alias
 *	bob@example.org/PATH		a file; a Maildir where it ends in '/'
 *
 * A domain has no '|' and no '/', so the first '@' with a domain up to one of them
 * or to the end divides it. Pure; the octets stay the caller's.
 */
#ifndef TEXT_FINAL_H
#define TEXT_FINAL_H

#include <stddef.h>

struct final_text {
	const char	*address;	/* without '\' */
	size_t		 n;
	int		 plain;		/* it has a '\': no files are asked */
	const char	*way;		/* "|COMMAND", "/PATH" or "" */
	size_t		 way_n;
};

void final_split(const char *s, size_t n, struct final_text *f);

#define EXT_OCTETS	64	/* of an address's extension */

/* 1 if the n octets can be an extension that files are named with: 1 to EXT_OCTETS
 * printable octets, no '/', and no '.' first; else 0. */
int ext_is(const char *s, size_t n);

#endif
