/* sigfd - signals as octets to read, so that a loop never misses one. */
#ifndef SYS_SIGFD_H
#define SYS_SIGFD_H

/*
 * Catch the n signals. Returns a descriptor (non-blocking, close-on-exec) that
 * can be read when one came, or -1 with errno. One per process.
 */
int sigfd_open(const int *signals, int n);

/* The next signal that came, or 0. */
int sigfd_next(int fd);

#endif
