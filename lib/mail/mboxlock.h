/*
 * mboxlock - the two locks of an mbox, fcntl(2)'s and PATH.lock.
 *
 * source   Debian Policy 11.6; lockfile_create(3)
 */
#ifndef MAIL_MBOXLOCK_H
#define MAIL_MBOXLOCK_H

#include <stdint.h>

#define MBOX_LOCK_STALE_S	300	/* a PATH.lock that is older is nobody's */

struct mbox_lock {
	char	name[1100];	/* of PATH.lock, "" where it is not held */
};

/*
 * mbox_lock - lock the open file that is path.
 *
 * need     PATH.lock must be had
 * returns  0; or -1 with errno ETIMEDOUT (others hold it until deadline_ms of
 *          clock_mono_ms), or the system's; then nothing is held
 */
int mbox_lock(struct mbox_lock *l, int fd, const char *path, int need,
    int64_t deadline_ms);

void mbox_unlock(struct mbox_lock *l, int fd);

#endif
