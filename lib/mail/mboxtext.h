/*
 * mboxtext - what one message is in an mbox: made anew each time that it is written,
 * looked for or compared.
 */
#ifndef MAIL_MBOXTEXT_H
#define MAIL_MBOXTEXT_H

#include "mail/letter.h"
#include "text/fromline.h"

#define ID_LINE		160	/* of "X-Correo-Id: ...\n", with NUL */

struct mbox {
	const char	*path;
	int		 fd;
	int		 is_new;	/* we have made it */
	struct letter	 letter;
	char		 from[FROM_LINE];
	char		 id[ID_LINE];
	off_t		 at;		/* where the message begins, or would */
};

/* Gets the message's octets, piece by piece. 0, or -1 with errno. */
typedef int emit_fn(struct mbox *m, const char *p, size_t n);

/* Hand the whole message to emit. 0, or -1 with errno. */
int mbox_emit(struct mbox *m, emit_fn *emit);

/* emit_fn: the file has these octets at m->at, which moves on. -1 with errno EILSEQ:
 * it says something else there; EPIPE: it ends, or has a NUL, as after a power cut. */
int mbox_compare(struct mbox *m, const char *p, size_t n);

/* 1 with m->at where our message begins, 0 if there is none, -1 with errno. */
int mbox_find(struct mbox *m);

/* 1 if the file has nothing but NULs from m->at on, 0, or -1 with errno. */
int mbox_ends_here(const struct mbox *m);

#endif
