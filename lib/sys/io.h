/*
 * io - reads and writes with a deadline, on descriptors of any kind.
 *
 * A deadline is a time on clock_mono_ms's scale. Interrupted calls go on.
 * All return -1 with errno ETIMEDOUT when the deadline passes, else with the
 * system's errno.
 */
#ifndef SYS_IO_H
#define SYS_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Wait until fd can do events (poll(2)'s). 0, or -1. */
int io_wait(int fd, short events, int64_t deadline_ms);

/* The same, but given up with errno ECANCELED when the other end of the socket alive
 * is closed: who wants what is waited for is gone. Closed for writing alone does
 * not count. */
int io_wait_for(int fd, short events, int alive, int64_t deadline_ms);

/* Read at least 1 octet, at most n. Octets read, 0 at the end, or -1. */
ssize_t io_read(int fd, void *p, size_t n, int64_t deadline_ms);

/* Read exactly n octets. n; fewer at an early end; or -1. */
ssize_t io_read_full(int fd, void *p, size_t n, int64_t deadline_ms);

/* Write all n octets. 0, or -1. */
int io_write(int fd, const void *p, size_t n, int64_t deadline_ms);

/* The same, given up as io_wait_for is, but only where it waits. */
int io_write_for(int fd, const void *p, size_t n, int alive,
    int64_t deadline_ms);

/* For files, which never wait: all n octets at off. Octets read (fewer only at
 * the end of the file), or -1. */
ssize_t io_pread_full(int fd, void *p, size_t n, off_t off);

/* For files: write all n octets at the descriptor's place. 0, or -1. */
int io_write_file(int fd, const void *p, size_t n);

/* 1 if two looks at a path by stat(2) saw the same file with the same octets, as
 * far as inode, size and time of change tell; else 0. */
int io_is_same(const struct stat *a, const struct stat *b);

#endif
