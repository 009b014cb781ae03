/*
 * dns-workers - processes that wait for the DNS, each for one answer at a time.
 *
 * libresolv blocks, so the service hands each question to a worker, over a
 * SEQPACKET pair. A worker that dies or is late is replaced, and its job ends
 * without an answer.
 */
#ifndef DELIVER_DNS_WORKERS_H
#define DELIVER_DNS_WORKERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "dns-ask.h"
#include "sys/loop.h"

#define WORKERS_MAX	64

/* A job ended: a record of n octets (lib/mail/dns.h), or n 0 for none. */
typedef void workers_done_fn(void *arg, void *job, const char *record,
    size_t n);

struct worker {
	struct workers	*pool;
	pid_t		 pid;
	int		 fd;		/* -1: there is none now */
	void		*job;		/* NULL: idle */
	int64_t		 deadline_ms;	/* of the job, or of the next start */
};

struct workers {
	struct loop	*loop;
	workers_done_fn	*done;
	void		*arg;
	struct asker	 asker;		/* settings, copied by each fork */
	unsigned	 n;
	struct worker	 worker[WORKERS_MAX];
};

/* With loop, done, arg, asker and n set: start them. 0, or -1 with errno. */
int workers_start(struct workers *w);

/* Give an idle worker a question, at most until then. 0, or -1: none is idle. */
int workers_give(struct workers *w, const char *question, size_t n, void *job,
    int64_t deadline_ms);

/* End what is late and replace what is gone. When this is needed again, -1: not
 * before something happens. */
int64_t workers_go_on(struct workers *w);

#endif
