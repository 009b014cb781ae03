/*
 * execute - in the spawner's child: become whom a delivery is for, and execute its
 * program. This is what needs root, and all that does.
 */
#ifndef DELIVER_EXECUTE_H
#define DELIVER_EXECUTE_H

#include <sys/types.h>

#include "mail/spawn.h"

struct programs {
	char		*local;		/* full paths; these may be NULL: */
	char		*remote, *program;
	const char	*name;		/* our host name, for Maildir names */
	const char	*warning;	/* text for a mailbox that is nearly full */
	uid_t		 runner;	/* who may ask, and gets no mail */
	uid_t		 least;		/* the lowest uid, and gid of a virtual user */
	uid_t		 out_uid;	/* who speaks with other hosts */
	gid_t		 out_gid;
	const char	*spool;		/* folder of the system's mailboxes */
	gid_t		 spool_gid;	/* who may lock there, 0: nobody more */
};

/* Why d is refused, or NULL. A user of the system gets his own group; a virtual
 * user's is a person's too, as his uid. */
const char *execute_refusal(const struct programs *p,
    const struct destination *d);

/* Become d's user and execute its program, with the socket jobs as its descriptor
 * 0. Does not come back: what fails ends the process. */
void execute(const struct programs *p, struct destination *d, int jobs)
    __attribute__((noreturn));

#endif
