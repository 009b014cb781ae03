/*
 * calls - see, and let fail, the system calls that put a file on the disk.
 *
 * The linker's --wrap leads the code under test here (tests.mk). Each call adds
 * its name to a list: "tmpfile" for openat with O_TMPFILE, "create" with
 * O_CREAT, "linkat", "linkat-empty" with AT_EMPTY_PATH, "renameat", "unlinkat",
 * "write", "pwrite", "fsync", "fsync-dir" for a folder's. Other opens are not
 * listed.
 */
#ifndef CALLS_H
#define CALLS_H

#include <sys/types.h>

/* Forget the list and every order given below. */
void calls_reset(void);

/* The names since calls_reset, a blank before each. */
const char *calls_list(void);

/* The nth call (from 1) of that name fails with errno e. */
void calls_fail(const char *name, unsigned nth, int e);

/* As on a file system without nameless files: O_TMPFILE fails with e. */
void calls_no_tmpfile(int e);

/* As without /proc: neither access nor linkat see it. */
void calls_no_proc(void);

/* Every write takes at most n octets. */
void calls_short_writes(size_t n);

/* What --wrap makes of the names. */
int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __real_linkat(int from, const char *path, int to, const char *name, int f);
int __wrap_linkat(int from, const char *path, int to, const char *name, int f);
int __real_renameat(int from, const char *path, int to, const char *name);
int __wrap_renameat(int from, const char *path, int to, const char *name);
int __real_unlinkat(int dir, const char *path, int flags);
int __wrap_unlinkat(int dir, const char *path, int flags);
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);

#endif
