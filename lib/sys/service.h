/*
 * service - a service of records on a UNIX socket: clients come, each asks one
 * record at a time and gets one for it.
 *
 * What a client asks may be answered at once or later; its next record is read
 * after that. Clients are bounded; one that does not take its answer, or whose
 * record is too long, is dropped. Nothing here waits.
 */
#ifndef SYS_SERVICE_H
#define SYS_SERVICE_H

#include <stddef.h>
#include <sys/types.h>

#include "sys/loop.h"

#define SERVICE_RECORD	4096	/* octets of the longest question */

/* Begins the caller's own struct, if that has more. */
struct client {
	struct service	*service;
	struct client	*next;		/* of service->all */
	int		 fd;
	int		 asks;		/* its answer is owed */
	uid_t		 uid;		/* at the other end */
};

/* A record of n octets. 0: it is or will be answered. -1: the client is dropped.
 * It may drop clients by client_answer, this one too. */
typedef int service_ask_fn(struct client *c, const char *record, size_t n);

/* The client is about to be freed: forget what it waits for. */
typedef void service_gone_fn(struct client *c);

struct service {
	size_t		 client_size;	/* of the caller's struct */
	unsigned	 clients_max;	/* more are closed */
	service_ask_fn	*ask;
	service_gone_fn	*gone;		/* or NULL */
	struct loop	*loop;		/* the caller's, who adds what he likes */

	struct client	*all;
	unsigned	 clients;
	int		 listen, signals;
	int		 stop;		/* SIGTERM came */
};

/*
 * service_open - begin to listen at path, and catch SIGTERM.
 *
 * s        with its first five members set and the others 0
 * returns  0, or -1 with the system's errno; the folder above the path says who
 *          may come
 */
int service_open(struct service *s, const char *path);

/* The same without signals, for a program that has its own; mode is the
 * socket's. */
int service_listen(struct service *s, const char *path, mode_t mode);

/* Wait at most timeout_ms (-1: no end) and serve what came. 0, or -1 with errno;
 * a signal is no error. */
int service_once(struct service *s, int timeout_ms);

/* Answer the client, or drop it if it does not take that. It may be gone after
 * this. */
void client_answer(struct client *c, const char *record, size_t n);

#endif
