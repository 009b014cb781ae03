/* handed - see handed.h */
#include "handed.h"

#include <poll.h>
#include <sys/socket.h>

#include "base/exits.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"

size_t
take_handed(char *record, size_t room, int *connection, int64_t deadline_ms)
{
	int fd = -1, type;
	socklen_t len = sizeof(type);
	ssize_t n;

	if (io_wait(0, POLLIN, deadline_ms) == -1)
		die(EXIT_TEMP, "no connection is handed over:");
	n = unix_recv(0, record, room, &fd, 0);
	if (n <= 0)
		die(EXIT_PERM, "what is handed over is no record");
	if (fd == -1 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1
	    || type != SOCK_STREAM)
		die(EXIT_PERM, "no connection is handed over");
	*connection = fd;
	return (size_t)n;
}
