/* dns-workers - see dns-workers.h */
#include "dns-workers.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "sys/unixsock.h"

#define WORKER_FD	3
#define WORKER_FILES	16	/* two sockets, resolv.conf, and some more */
#define AGAIN_MS	100	/* until one that died is replaced */

/* The worker itself. */

static void
serve_one(struct asker *k, const char *record, size_t n, struct buf *b)
{
	static struct dns_answer a;
	struct dns_question q;
	const char *why;

	if (dns_question_parse(&q, record, n) == -1 || q.type == DNS_ADDR)
		_exit(EXIT_BUG);
	why = ask(k, &q, &a);
	if (why != NULL)
		say("%s=%s status=later why=%s", dns_type_word(q.type),
		    q.name, why);
	if (dns_answer_format(b, &a) == -1)
		_exit(EXIT_BUG);
}

static void
work(struct asker *k)
{
	struct buf b = BUF_MAX(RECORD_OCTETS);
	char record[DNS_QUESTION];
	ssize_t r;

	while ((r = unix_recv(WORKER_FD, record, sizeof(record), NULL, 0)) > 0) {
		serve_one(k, record, (size_t)r, &b);
		if (unix_send(WORKER_FD, b.s, b.len, -1, 0) == -1)
			break;
	}
	_exit(EXIT_DONE);
}

/* It keeps the log and its own socket: of clients and other workers it knows
 * nothing. */
static void
become_worker(struct workers *w, int fd, pid_t master)
{
	signal(SIGTERM, SIG_DFL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != master || dup2(fd, WORKER_FD) == -1)
		_exit(EXIT_TEMP);
	closefrom(WORKER_FD + 1);
	if (sandbox_limits(WORKER_FILES, 0) == -1)
		_exit(EXIT_TEMP);
	work(&w->asker);
}

/* The master's side. */

/* Kill the worker if it is not dead, and reap it. Its job is given back. */
static void *
end_worker(struct worker *k)
{
	void *job = k->job;
	int status = 0;

	loop_remove(k->pool->loop, k->fd);
	close(k->fd);
	kill(k->pid, SIGKILL);
	while (waitpid(k->pid, &status, 0) == -1 && errno == EINTR)
		;
	k->fd = -1;
	k->job = NULL;
	return job;
}

static void
on_answer(void *arg, short revents)
{
	struct worker *k = arg;
	static char record[RECORD_OCTETS];
	ssize_t r = unix_recv(k->fd, record, sizeof(record), NULL,
	    MSG_DONTWAIT);
	void *job = k->job;

	(void)revents;
	if (r == -1 && errno == EAGAIN)
		return;
	if (r > 0 && job != NULL) {
		k->job = NULL;
		k->pool->done(k->pool->arg, job, record, (size_t)r);
		return;
	}
	say("worker pid=%d is gone and is replaced", (int)k->pid);
	job = end_worker(k);
	k->deadline_ms = clock_mono_ms() + AGAIN_MS;
	if (job != NULL)
		k->pool->done(k->pool->arg, job, NULL, 0);
}

static int
start_worker(struct worker *k)
{
	pid_t master = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	k->fd = pair[0];
	if (loop_add(k->pool->loop, k->fd, POLLIN, on_answer, k) == -1)
		k->pid = -1;
	else
		k->pid = fork();
	if (k->pid == 0)
		become_worker(k->pool, pair[1], master);
	close(pair[1]);
	if (k->pid > 0)
		return 0;
	loop_remove(k->pool->loop, k->fd);
	close(k->fd);
	k->fd = -1;
	return -1;
}

int
workers_start(struct workers *w)
{
	unsigned i;

	for (i = 0; i < w->n; i++) {
		w->worker[i] = (struct worker){ .pool = w, .fd = -1 };
		if (start_worker(w->worker + i) == -1)
			return -1;
	}
	return 0;
}

int
workers_give(struct workers *w, const char *question, size_t n, void *job,
    int64_t deadline_ms)
{
	struct worker *k;

	for (k = w->worker; k < w->worker + w->n; k++)
		if (k->fd != -1 && k->job == NULL &&
		    unix_send(k->fd, question, n, -1, MSG_DONTWAIT) == 0) {
			k->job = job;
			k->deadline_ms = deadline_ms;
			return 0;
		}
	return -1;
}

static void
look_at(struct worker *k, int64_t now)
{
	void *job;

	if (k->fd != -1 && k->job != NULL && now >= k->deadline_ms) {
		say("worker pid=%d is late and is replaced", (int)k->pid);
		job = end_worker(k);
		k->deadline_ms = now;
		k->pool->done(k->pool->arg, job, NULL, 0);
	}
	if (k->fd == -1 && now >= k->deadline_ms && start_worker(k) == -1) {
		say("a worker cannot be started:");
		k->deadline_ms = now + 10 * AGAIN_MS;
	}
}

int64_t
workers_go_on(struct workers *w)
{
	int64_t now = clock_mono_ms(), soonest = -1;
	struct worker *k;

	for (k = w->worker; k < w->worker + w->n; k++) {
		look_at(k, now);
		if ((k->fd == -1 || k->job != NULL) &&
		    (soonest == -1 || k->deadline_ms < soonest))
			soonest = k->deadline_ms;
	}
	return soonest;
}
