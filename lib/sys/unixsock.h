/*
 * unixsock - UNIX sockets between our processes: listen, connect, and records
 * with a descriptor beside them.
 *
 * source   unix(7); struct msghdr by designated initialisers, musl pads it
 */
#ifndef SYS_UNIXSOCK_H
#define SYS_UNIXSOCK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#define RECORD_OCTETS	65536	/* the longest record on a SEQPACKET socket */

/* Fill addr for path. 0, or -1 with errno ENAMETOOLONG. */
int unix_addr(struct sockaddr_un *addr, const char *path);

/*
 * unix_addrs_fix - addresses in memory that nobody can write any more.
 *
 * A filter of system calls sees a pointer, not what stands there: with the page
 * fixed and no call left that maps memory, the pointer is as good as the address.
 *
 * paths    n of them, on one page; a NULL makes an address that is zero, which
 *          cannot be connected to
 * returns  n addresses, never freed; or NULL with errno ENAMETOOLONG, ENOMEM, ...
 */
const struct sockaddr_un *unix_addrs_fix(const char *const *paths, size_t n);

/*
 * unix_listen - bind and listen at path, replacing what stood there.
 *
 * type     SOCK_STREAM or SOCK_SEQPACKET
 * mode     of the socket's name; the folder above guards it too
 * returns  a descriptor (close-on-exec), or -1 with the system's errno
 */
int unix_listen(const char *path, int type, mode_t mode, int backlog);

/* Connect to path. A descriptor (close-on-exec), or -1 with errno. */
int unix_connect(const char *path, int type);

/*
 * unix_connect_at - connect to an address that stands already, by a deadline.
 *
 * Calls socket, setsockopt, connect and close, and connect gets the pointer at:
 * a sandbox may be closed around it.
 *
 * returns  a descriptor (close-on-exec), or -1 with errno ETIMEDOUT (the service
 *          does not accept) or the system's
 */
int unix_connect_at(const struct sockaddr_un *at, int type,
    int64_t deadline_ms);

/* Accept one connection; wait as listen_fd waits. A descriptor (close-on-exec;
 * non-blocking if nonblock), or -1 with errno. */
int unix_accept(int listen_fd, int nonblock);

/* The uid at the other end of a connected socket, or (uid_t)-1 with errno. */
uid_t unix_peer_uid(int fd);

/*
 * unix_send - send one record, with descriptor pass unless that is -1.
 *
 * flags    of sendmsg(2), as MSG_DONTWAIT; MSG_NOSIGNAL is always added
 * returns  0, or -1 with errno EAGAIN (would wait), EPIPE (nobody there), ...
 */
int unix_send(int fd, const void *p, size_t n, int pass, int flags);

/*
 * unix_recv - receive one record of at most n octets.
 *
 * pass     gets the descriptor that came with it (close-on-exec, the caller
 *          closes it) or -1; NULL when none may come: one that does is closed
 * returns  octets; 0 at the end; -1 with errno EAGAIN, EMSGSIZE (longer than
 *          n, the rest is gone), or the system's
 */
ssize_t unix_recv(int fd, void *p, size_t n, int *pass, int flags);

#endif
