/* io - see io.h */
#include "sys/io.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"

int
io_wait(int fd, short events, int64_t deadline_ms)
{
	return io_wait_for(fd, events, -1, deadline_ms);
}

int
io_wait_for(int fd, short events, int alive, int64_t deadline_ms)
{
	struct pollfd p[] = { { .fd = fd, .events = events },
	    { .fd = alive } };

	for (;;) {
		int r = poll(p, 2, clock_left_ms(deadline_ms));

		if (r > 0 && p[1].revents != 0)
			return errno = ECANCELED, -1;
		if (r > 0)
			return 0;
		if (r == 0)
			return errno = ETIMEDOUT, -1;
		if (errno != EINTR)
			return -1;
	}
}

ssize_t
io_read(int fd, void *p, size_t n, int64_t deadline_ms)
{
	ssize_t r;

	for (;;) {
		if (io_wait(fd, POLLIN, deadline_ms) == -1)
			return -1;
		r = read(fd, p, n);
		if (r != -1 || (errno != EINTR && errno != EAGAIN))
			return r;
	}
}

ssize_t
io_read_full(int fd, void *p, size_t n, int64_t deadline_ms)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = io_read(fd, (char *)p + got, n - got, deadline_ms);

		if (r == -1)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

/* Write what goes without waiting, to a socket; EAGAIN asks for a wait. What is no
 * socket is waited for first. */
static ssize_t
write_some(int fd, const char *s, size_t n, int *is_socket, int alive,
    int64_t deadline_ms)
{
	ssize_t w;

	if (*is_socket) {
		w = send(fd, s, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (w != -1 || errno != ENOTSOCK)
			return w;
		*is_socket = 0;
	}
	if (io_wait_for(fd, POLLOUT, alive, deadline_ms) == -1)
		return -1;
	return write(fd, s, n);
}

int
io_write(int fd, const void *p, size_t n, int64_t deadline_ms)
{
	return io_write_for(fd, p, n, -1, deadline_ms);
}

int
io_write_for(int fd, const void *p, size_t n, int alive, int64_t deadline_ms)
{
	const char *s = p;
	int is_socket = 1;

	while (n > 0) {
		ssize_t w = write_some(fd, s, n, &is_socket, alive,
		    deadline_ms);

		if (w == -1 && errno == EAGAIN &&
		    io_wait_for(fd, POLLOUT, alive, deadline_ms) == -1)
			return -1;
		if (w == -1 && errno != EINTR && errno != EAGAIN)
			return -1;
		if (w > 0) {
			s += w;
			n -= (size_t)w;
		}
	}
	return 0;
}

ssize_t
io_pread_full(int fd, void *p, size_t n, off_t off)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = pread(fd, (char *)p + got, n - got,
		    off + (off_t)got);

		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

int
io_write_file(int fd, const void *p, size_t n)
{
	const char *s = p;

	while (n > 0) {
		ssize_t w = write(fd, s, n);

		if (w == -1 && errno != EINTR)
			return -1;
		if (w > 0) {
			s += w;
			n -= (size_t)w;
		}
	}
	return 0;
}

int
io_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}
