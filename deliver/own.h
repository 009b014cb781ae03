/*
 * own - ask the user's own files where his mail goes: ~/.forward and ~/.qmail.
 *
 * The files are strangers' as far as form goes, and may be anything: a FIFO, a
 * device, too long, or writable by others. Then mail waits: it is not lost, not
 * bounced, and the file is not passed over.
 */
#ifndef DELIVER_OWN_H
#define DELIVER_OWN_H

#include "mail/job.h"

/*
 * own_ask - look for the files of the job's address, as the user that we are.
 *
 * With an extension: .forward+EXT, .qmail-EXT and its defaults; then, as without,
 * .forward and .qmail. The first that is there and says something counts.
 *
 * home     the user's, a full path
 * a        gets the verdict: V_FORWARD, V_LATER, or V_DONE for a .qmail that drops
 *          mail; the rest of it stays
 * targets  emptied; for V_FORWARD gets lines "target ..."
 * returns  1: answered; 0: they say nothing, it is the mailbox's
 */
int own_ask(const char *home, const struct job *j, struct answer *a,
    struct buf *targets);

/* The command that stands for a .qmail with programs. */
#define QMAIL_COMMAND	"deliver-qmail"

/*
 * own_qmail - open the .qmail file for an extension, or "".
 *
 * text     gets the file, emptied first
 * name     gets its name with a NUL, emptied first
 * rest     as qmail_name (text/forward.h)
 * returns  1; 0: there is none; -1: *why says why it cannot be used
 */
int own_qmail(const char *home, const char *ext, struct buf *text,
    struct buf *name, size_t *rest, const char **why);

#endif
