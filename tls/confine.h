/* confine - what a process that speaks TLS gives up. */
#ifndef TLS_CONFINE_H
#define TLS_CONFINE_H

#include <sys/types.h>

/* From root to that user, for good. What follows leaves if it cannot be had, too. */
void become_user(uid_t uid, gid_t gid);

/* Other processes of our user do not look into our memory, and no program of
 * ours gains a right. */
void hide(void);

/* Files that are still needed, open; or -1. */
struct kept {
	const char	*dir_path;	/* of dir */
	int		 dir;		/* files in it are opened and read */
	int		 file;		/* is read with pread(2) */
};

/* No other user's rights, no file but those kept, and no call but what a relay
 * needs. */
void confine(const struct kept *k);

#endif
