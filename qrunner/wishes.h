/*
 * wishes - what a message's sender wants to be told of its recipients.
 *
 * He says it for each rcpt line, and results are known by final address. Between
 * the two stand leads: which rcpt lines lead to an address. The runner and bounce
 * both decide by these functions, from the same head and journal. Pure.
 * source   RFC 3461 4.1, 5.2
 */
#ifndef QRUNNER_WISHES_H
#define QRUNNER_WISHES_H

#include <stddef.h>

#include "text/dsn.h"

/* One rcpt line. The octets are the facts'. */
struct wish {
	const char	*rcpt, *orcpt;	/* orcpt NULL: there is none */
	size_t		 rcpt_n, orcpt_n;
	int		 notify;	/* NOTIFY's bits; 0: nothing was said */
	size_t		 members;	/* final addresses that it leads to */
	int		 expanded;	/* the sender knows that it has several */
};

struct wishes {
	struct wish	*of;		/* the rcpt lines, in order */
	size_t		 n, cap;
	const char	*ret;		/* "full", "hdrs"; NULL: nothing was said */
	const char	*envid;		/* of the facts, too, or NULL */
	size_t		 envid_n;
	int		 any;		/* a rcpt line has notify or orcpt */
	int		 success;	/* one wants to hear of success */
};

/* An address's way back to a rcpt line. Start with NULL for none. */
struct lead {
	struct lead	*next;		/* the rcpt lines before it */
	size_t		 rcpt;		/* counted from 0 */
	int		 noted;		/* the journal has it */
};

/* Read the facts, which must stay. 0, or -1 with errno ENOMEM. Whoever calls it
 * calls wishes_free, also then. */
int wishes_read(struct wishes *w, const char *facts, size_t n);
void wishes_free(struct wishes *w);

/* The rcpt line leads to the address whose leads *first begins. The lead; or NULL
 * with errno ENOMEM, ERANGE (no such line). */
struct lead *wishes_lead(struct wishes *w, struct lead **first, size_t rcpt);
void leads_free(struct lead *first);

/* 1 if the sender wants to hear of this event (one of NOTIFY's bits) at the rcpt
 * line. Members of an address that has several succeed in silence. */
int wish_has(const struct wish *w, int event);

/* The same for a final address: at one of the lines that lead there; where none is
 * known, at any. */
int wishes_want(const struct wishes *w, const struct lead *first, int event);

/* 1 if he wants to hear that the line leads to several addresses, and has not. */
int wish_is_expanded(const struct wish *w);

/* What the next host is to be told of a final address: all its lines in one, as
 * NOTIFY's bits, or 0. */
int wishes_notify(const struct wishes *w, const struct lead *first);

/* And its ORCPT: the first line's that has one; else one made of the address of the
 * first line that asks for reports; else "". */
void wishes_orcpt(const struct wishes *w, const struct lead *first,
    char out[ORCPT_OCTETS + 1]);

#endif
