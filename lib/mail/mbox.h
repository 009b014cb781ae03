/*
 * mbox - append messages to one mbox file so that each is there once and whole.
 *
 * A message is the From_ line, "X-Correo-Id: ID-HASH" (of queue id and address),
 * the letter with From_ lines quoted, and an empty line. Both locks are held
 * meanwhile: fcntl(2)'s, then PATH.lock by link(2), as Debian's policy has it. What
 * fails is cut off again. It is synced before the answer.
 *
 * source   Debian Policy 11.6; mbox(5)
 */
#ifndef MAIL_MBOX_H
#define MAIL_MBOX_H

#include "mail/job.h"

/*
 * mbox_put - append one message.
 *
 * strict   it is the system's mailbox: no link is followed, it must be the
 *          user's, and PATH.lock must be had; else, where PATH.lock may not be
 *          made, fcntl's lock alone will do
 * j        a replay is looked for first, by its X-Correo-Id
 * queue    descriptor of the queue file, read by offset
 * a        gets the verdict: V_DONE, V_LATER, V_NEVER for a loop
 */
void mbox_put(const char *path, int strict, const struct job *j, int queue,
    struct answer *a);

#endif
