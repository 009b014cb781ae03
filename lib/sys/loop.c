/* loop - see loop.h */
#include "sys/loop.h"

#include <errno.h>
#include <stdlib.h>

static int
grow(struct loop *l)
{
	size_t cap = l->cap > 0 ? 2 * l->cap : 16;
	void *p;

	p = realloc(l->poll, cap * sizeof(*l->poll));
	if (p == NULL)
		return -1;
	l->poll = p;
	p = realloc(l->call, cap * sizeof(*l->call));
	if (p == NULL)
		return -1;
	l->call = p;
	l->cap = cap;
	return 0;
}

int
loop_add(struct loop *l, int fd, short events, loop_fn *fn, void *arg)
{
	if (l->n == l->cap && grow(l) == -1)
		return -1;
	l->poll[l->n] = (struct pollfd){ .fd = fd, .events = events };
	l->call[l->n].fn = fn;
	l->call[l->n].arg = arg;
	l->n++;
	return 0;
}

void
loop_want(struct loop *l, int fd, short events)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->poll[i].fd == fd) {
			l->poll[i].events = events;
			return;
		}
}

void
loop_remove(struct loop *l, int fd)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->poll[i].fd == fd) {
			l->poll[i].fd = -1;	/* swept before the next wait */
			l->poll[i].revents = 0;
			return;
		}
}

static void
sweep(struct loop *l)
{
	size_t i, kept = 0;

	for (i = 0; i < l->n; i++)
		if (l->poll[i].fd != -1) {
			l->poll[kept] = l->poll[i];
			l->call[kept++] = l->call[i];
		}
	l->n = kept;
}

int
loop_once(struct loop *l, int timeout_ms)
{
	size_t i, n;
	int r;

	sweep(l);
	n = l->n;
	r = poll(l->poll, n, timeout_ms);
	if (r == -1)
		return -1;
	for (i = 0; i < n && r > 0; i++) {
		short revents = l->poll[i].revents;

		if (l->poll[i].fd == -1 || revents == 0)
			continue;
		l->poll[i].revents = 0;
		r--;
		l->call[i].fn(l->call[i].arg, revents);
	}
	return 0;
}
