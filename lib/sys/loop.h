/*
 * loop - wait for many descriptors and call whom it concerns.
 *
 * One poll(2) loop, for the services that hold many connections. A function may
 * add and remove descriptors, its own too, while it runs. Nothing in it waits.
 */
#ifndef SYS_LOOP_H
#define SYS_LOOP_H

#include <poll.h>
#include <stddef.h>

typedef void loop_fn(void *arg, short revents);

struct loop {
	struct pollfd	*poll;
	struct {
		loop_fn	*fn;
		void	*arg;
	}		*call;
	size_t		 n, cap;
};

/* Call fn(arg, revents) whenever fd can do events, has failed or has ended. 0,
 * or -1 with errno ENOMEM. */
int loop_add(struct loop *l, int fd, short events, loop_fn *fn, void *arg);

/* From now on wait for these events of fd; 0: only for failure and end. */
void loop_want(struct loop *l, int fd, short events);

/* Forget fd; the caller closes it. */
void loop_remove(struct loop *l, int fd);

/* Wait until something happens or timeout_ms have passed (-1: no end), and call
 * the functions. 0, or -1 with errno (EINTR: a signal came). */
int loop_once(struct loop *l, int timeout_ms);

#endif
