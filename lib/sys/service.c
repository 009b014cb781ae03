/* service - see service.h */
#include "sys/service.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/log.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"

#define BACKLOG	512

static void
drop(struct client *c)
{
	struct service *s = c->service;
	struct client **p = &s->all;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	s->clients--;
	loop_remove(s->loop, c->fd);
	close(c->fd);
	if (s->gone != NULL)
		s->gone(c);
	free(c);
}

/* While its answer is owed, nothing but its end is of interest. */
static void
on_client(void *arg, short revents)
{
	struct client *c = arg;
	char record[SERVICE_RECORD];
	ssize_t r;

	if (c->asks) {
		if (revents & (POLLHUP | POLLERR))
			drop(c);
		return;
	}
	r = unix_recv(c->fd, record, sizeof(record), NULL, MSG_DONTWAIT);
	if (r == -1 && errno == EAGAIN)
		return;
	if (r <= 0) {
		drop(c);
		return;
	}
	c->asks = 1;
	loop_want(c->service->loop, c->fd, 0);
	if (c->service->ask(c, record, (size_t)r) == -1)
		drop(c);
}

void
client_answer(struct client *c, const char *record, size_t n)
{
	if (unix_send(c->fd, record, n, -1, MSG_DONTWAIT) == -1) {
		drop(c);
		return;
	}
	c->asks = 0;
	loop_want(c->service->loop, c->fd, POLLIN);
}

static void
on_connect(void *arg, short revents)
{
	struct service *s = arg;
	int fd = unix_accept(s->listen, 0);
	struct client *c = NULL;

	(void)revents;
	if (fd == -1)
		return;
	if (s->clients < s->clients_max)
		c = calloc(1, s->client_size);
	if (c == NULL || loop_add(s->loop, fd, POLLIN, on_client, c) == -1) {
		say("a connection is refused, there are %u", s->clients);
		close(fd);
		free(c);
		return;
	}
	c->service = s;
	c->fd = fd;
	c->uid = unix_peer_uid(fd);
	c->next = s->all;
	s->all = c;
	s->clients++;
}

static void
on_signal(void *arg, short revents)
{
	struct service *s = arg;

	(void)revents;
	while (sigfd_next(s->signals) != 0)
		s->stop = 1;
}

int
service_listen(struct service *s, const char *path, mode_t mode)
{
	s->listen = unix_listen(path, SOCK_SEQPACKET, mode, BACKLOG);
	if (s->listen == -1)
		return -1;
	return loop_add(s->loop, s->listen, POLLIN, on_connect, s);
}

int
service_open(struct service *s, const char *path)
{
	static const int signals[] = { SIGTERM };

	s->signals = sigfd_open(signals, 1);
	if (s->signals == -1 || service_listen(s, path, 0666) == -1)
		return -1;
	return loop_add(s->loop, s->signals, POLLIN, on_signal, s);
}

int
service_once(struct service *s, int timeout_ms)
{
	if (loop_once(s->loop, timeout_ms) == -1 && errno != EINTR)
		return -1;
	return 0;
}
