/* unixsock - see unixsock.h */
#include "sys/unixsock.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "sys/clock.h"

int
unix_addr(struct sockaddr_un *addr, const char *path)
{
	size_t n = strlen(path);

	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (n >= sizeof(addr->sun_path))
		return errno = ENAMETOOLONG, -1;
	memcpy(addr->sun_path, path, n + 1);
	return 0;
}

const struct sockaddr_un *
unix_addrs_fix(const char *const *paths, size_t n)
{
	struct sockaddr_un *all = mmap(NULL, n * sizeof(*all),
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (all == MAP_FAILED)
		return NULL;
	for (i = 0; i < n; i++)
		if (paths[i] != NULL && unix_addr(all + i, paths[i]) == -1)
			return NULL;
	if (mprotect(all, n * sizeof(*all), PROT_READ) == -1)
		return NULL;
	return all;
}

static int
close_keep_errno(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
	return -1;
}

int
unix_listen(const char *path, int type, mode_t mode, int backlog)
{
	struct sockaddr_un addr;
	int fd;

	if (unix_addr(&addr, path) == -1)
		return -1;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (unlink(path) == -1 && errno != ENOENT)
		return close_keep_errno(fd);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1 ||
	    chmod(path, mode) == -1 || listen(fd, backlog) == -1)
		return close_keep_errno(fd);
	return fd;
}

int
unix_connect(const char *path, int type)
{
	struct sockaddr_un addr;
	int fd;

	if (unix_addr(&addr, path) == -1)
		return -1;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1)
		return close_keep_errno(fd);
	return fd;
}

static int
set_limit(int fd, int ms)
{
	const struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
}

/* A full backlog holds connect(2) up: until the deadline, not longer. The
 * connection itself is the caller's, without our time limit. */
static int
connect_by(int fd, const struct sockaddr_un *at, int64_t deadline_ms)
{
	int left = clock_left_ms(deadline_ms);

	if (left == 0)
		return errno = ETIMEDOUT, -1;
	if (left > 0 && set_limit(fd, left) == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) == -1)
		return errno = errno == EAGAIN ? ETIMEDOUT : errno, -1;
	return set_limit(fd, 0);
}

int
unix_connect_at(const struct sockaddr_un *at, int type, int64_t deadline_ms)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd != -1 && connect_by(fd, at, deadline_ms) == -1)
		return close_keep_errno(fd);
	return fd;
}

int
unix_accept(int listen_fd, int nonblock)
{
	return accept4(listen_fd, NULL, NULL,
	    SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0));
}

uid_t
unix_peer_uid(int fd)
{
	struct ucred c;
	socklen_t n = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) == -1)
		return (uid_t)-1;
	return c.uid;
}

union control {
	char		room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr	align;
};

int
unix_send(int fd, const void *p, size_t n, int pass, int flags)
{
	struct iovec v = { .iov_base = (void *)(uintptr_t)p, .iov_len = n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	union control c = { .room = { 0 } };
	struct cmsghdr *h;
	ssize_t w;

	if (pass != -1) {
		m.msg_control = c.room;
		m.msg_controllen = sizeof(c.room);
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &pass, sizeof(int));
	}
	do
		w = sendmsg(fd, &m, flags | MSG_NOSIGNAL);
	while (w == -1 && errno == EINTR);
	if (w == -1)
		return -1;
	return (size_t)w == n ? 0 : (errno = EMSGSIZE, -1);
}

/* The one descriptor that came with a record; of more none is kept. -1: none. */
static int
take_one(struct msghdr *m)
{
	struct cmsghdr *h = CMSG_FIRSTHDR(m);
	size_t n, i;
	int fd = -1;

	if (h == NULL || h->cmsg_level != SOL_SOCKET ||
	    h->cmsg_type != SCM_RIGHTS)
		return -1;
	n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (i = 0; i < n; i++) {
		memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
		if (n > 1)
			close(fd);
	}
	return n == 1 ? fd : -1;
}

ssize_t
unix_recv(int fd, void *p, size_t n, int *pass, int flags)
{
	struct iovec v = { .iov_base = p, .iov_len = n };
	union control c = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = c.room, .msg_controllen = sizeof(c.room) };
	int got;
	ssize_t r;

	do
		r = recvmsg(fd, &m, flags | MSG_CMSG_CLOEXEC);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return -1;
	got = take_one(&m);
	if (pass != NULL)
		*pass = got;
	else if (got != -1)
		close(got);
	if (m.msg_flags & MSG_TRUNC) {
		if (pass != NULL && got != -1)
			close(got), *pass = -1;
		return errno = EMSGSIZE, -1;
	}
	return r;
}
