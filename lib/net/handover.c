/* handover - see handover.h */
#include "net/handover.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "sys/io.h"
#include "sys/unixsock.h"
#include "text/record.h"

int
handover_ready(int fd)
{
	return unix_send(fd, "ready\n", 6, -1, 0);
}

const char *
handover_parse(const char *p, size_t n, char *tag, size_t cap)
{
	const char *rest = p;
	struct field f;

	if (record_next(&rest, p + n, &f) != 1 || !field_is(&f, "tag"))
		return errno = EINVAL, NULL;
	if (rest - p > HANDOVER_LINE || field_copy(&f, tag, cap) == -1)
		return errno = EMSGSIZE, NULL;
	return rest;
}

int
handover_take(int fd, struct wire *w, char *tag, size_t cap,
    int64_t deadline_ms)
{
	char record[HANDOVER_LINE + WIRE_IN];
	const char *rest;
	size_t rest_n;
	ssize_t n;

	if (io_wait(fd, POLLIN, deadline_ms) == -1)
		return -1;
	n = unix_recv(fd, record, sizeof(record), NULL, 0);
	if (n == -1)
		return -1;
	if (n == 0)
		return errno = ECONNRESET, -1;
	rest = handover_parse(record, (size_t)n, tag, cap);
	if (rest == NULL)
		return -1;
	rest_n = (size_t)(record + n - rest);
	if (rest_n > WIRE_IN)
		return errno = EMSGSIZE, -1;
	memcpy(w->in_buf, rest, rest_n);
	w->at = 0;
	w->n = rest_n;
	return 0;
}
