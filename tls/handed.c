/* handed - a connection that another program hands over on descriptor 0. */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

/* What the program says beside the connection: who the client is. */
static int
take_client(struct session *s, const char *p, size_t n)
{
	const char *end = p + n;
	struct field f;

	if (record_next(&p, end, &f) != 1 || p != end ||
	    !field_is(&f, "client") || f.n == 0 ||
	    field_copy(&f, s->client_room, sizeof(s->client_room)) == -1)
		return errno = EPROTO, -1;
	s->client = s->client_room;
	return 0;
}

void
take_connection(struct session *s)
{
	char record[sizeof(s->client_room) + 16];
	int fd = -1, type;
	socklen_t len = sizeof(type);
	ssize_t n;

	if (io_wait(0, POLLIN, clock_mono_ms() + s->handshake_ms) == -1)
		die(EXIT_TEMP, "no connection is handed over:");
	n = unix_recv(0, record, sizeof(record), &fd, 0);
	if (n <= 0 || take_client(s, record, (size_t)n) == -1)
		die(EXIT_PERM, "what is handed over is no record");
	if (fd == -1 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1
	    || type != SOCK_STREAM)
		die(EXIT_PERM, "client=%s no connection is handed over",
		    s->client);
	s->relay.net = fd;
	s->relay.clear = 0;
}
