/*
 * settings - the settings of the instance that a program belongs to, for programs
 * that people start: those that s6 starts get them as their environment.
 *
 * They are files, one each, a setting's name its file's. They lie in the folder
 * that CORREO_ENV names; else in ../etc/env as seen from the program's own folder;
 * else in /etc/correo/env.
 */
#ifndef SYS_SETTINGS_H
#define SYS_SETTINGS_H

#include <stddef.h>

#define SETTINGS_PATH	1024	/* octets of a folder's path, with NUL */

struct settings {
	char	self[SETTINGS_PATH];	/* the folder that our program stands in:
					 * the others stand beside it; "" where
					 * /proc does not say */
	char	folder[SETTINGS_PATH + 16];	/* of the settings */
};

/*
 * settings_take - find the folder, and put n settings into our environment.
 *
 * names    a setting without a file is unset, whatever the caller's environment
 *          says: shells export such names
 * returns  0; or -1 with errno: there is no folder, s->folder is where it should
 *          be, and no variable is changed; or no memory
 */
int settings_take(struct settings *s, const char *const *names, size_t n);

#endif
