/*
 * folder - all names in a folder, in pieces as large as the kernel gives them:
 * readdir(3) of musl asks for 2 KB at a time.
 *
 * source   getdents(2)
 */
#ifndef SYS_FOLDER_H
#define SYS_FOLDER_H

#include <stddef.h>

/*
 * folder_read - hand each name but . and .. to a function.
 *
 * fd       the folder, open to read; it is read from its beginning
 * each     gets arg, a name of n octets with a NUL, and its type (DT_REG, ...,
 *          of dirent.h; DT_UNKNOWN where the file system does not say); not 0
 *          ends the reading
 * returns  0; what each returned; or -1 with errno
 */
int folder_read(int fd, int (*each)(void *arg, const char *name, size_t n,
    unsigned char type), void *arg);

/* 1 if a name with its type, as folder_read gives them, is that of a file, or of a
 * link to one; else 0. */
int folder_has_file(int fd, const char *name, unsigned char type);

#endif
