/* pool - workers that accept in turn.
 *
 * All workers wait in accept(2) on one socket and the kernel wakes one. Each
 * says in shared memory whether it is busy; the last idle one that gets work
 * pokes the master, which starts another. So there is always somebody who
 * accepts, and an idle server keeps a few.
 */
#include "qinject.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/sandbox.h"
#include "sys/sigfd.h"
#include "sys/unixsock.h"

#define SPARE		4	/* workers that stay when there is no work */
#define LOCAL_SPARE	1
#define IDLE_S		30	/* then one that is not needed leaves */
#define BACKLOG		512
#define END_MS		5000	/* a worker that does not end by itself */

enum { FREE, IDLE, BUSY };

struct pool {
	struct loop	 loop;
	struct message	*message;
	int		 listen;
	int		 poke[2];	/* workers write, the master reads */
	int		 signals;
	int		 stop;
	unsigned	 most, spare;
	pid_t		 master;
	pid_t		*pid;		/* of each place */
	atomic_uchar	*state;		/* of each place, shared */
	_Atomic uid_t	*uid;		/* whom it serves, if it is busy; shared */
};

static unsigned
count(const struct pool *p, unsigned char state)
{
	unsigned i, n = 0;

	for (i = 0; i < p->most; i++)
		n += atomic_load_explicit(p->state + i,
		    memory_order_relaxed) == state;
	return n;
}

static void
poke_master(const struct pool *p)
{
	(void)!write(p->poke[1], "", 1);
}

/* Does this uid have as many workers as one may have? This place is one of them. */
static int
is_greedy(const struct pool *p, uid_t uid)
{
	unsigned i, n = 0;

	for (i = 0; i < p->most; i++)
		n += atomic_load(p->state + i) == BUSY &&
		    atomic_load(p->uid + i) == uid;
	return uid != 0 && n > p->message->local->per_uid;
}

static void
serve(struct pool *p, unsigned place, int fd)
{
	uid_t uid = 0;

	if (p->message->local != NULL) {
		uid = unix_peer_uid(fd);
		atomic_store(p->uid + place, uid);
	}
	atomic_store(p->state + place, BUSY);
	if (count(p, IDLE) == 0)
		poke_master(p);
	if (p->message->local != NULL && is_greedy(p, uid))
		local_busy(fd);
	else
		serve_stream(p->message, fd);
	close(fd);
	atomic_store(p->state + place, IDLE);
}

static void
work(struct pool *p, unsigned place)
{
	for (;;) {
		int fd = unix_accept(p->listen, 0);

		if (fd == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (getppid() == p->master && count(p, IDLE) <= p->spare)
				continue;
			runner_leave(&p->message->runner);
			_exit(EXIT_DONE);
		}
		if (fd == -1) {		/* no descriptor: others may end */
			(void)poll(NULL, 0, 100);
			continue;
		}
		serve(p, place, fd);
	}
}

static void
become_worker(struct pool *p, unsigned place, const sigset_t *unblocked)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, unblocked, NULL);
#ifdef PR_SET_PDEATHSIG
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
	if (getppid() != p->master)
		_exit(EXIT_DONE);
	work(p, place);
}

static int
start_worker(struct pool *p)
{
	sigset_t term, before;
	unsigned i;
	pid_t pid;

	for (i = 0; i < p->most && atomic_load(p->state + i) != FREE; i++)
		;
	if (i == p->most)
		return -1;
	atomic_store(p->state + i, IDLE);
	/* A worker that is told to end before it listens would never end. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	pid = fork();
	if (pid == 0)
		become_worker(p, i, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	p->pid[i] = pid;
	if (pid == -1) {
		atomic_store(p->state + i, FREE);
		say("fork:");
	}
	return pid == -1 ? -1 : 0;
}

/* Bring the idle workers up to what is wanted. */
static void
keep_spare(struct pool *p)
{
	unsigned idle = count(p, IDLE);

	while (idle++ < p->spare && start_worker(p) == 0)
		;
}

static void
reap(struct pool *p)
{
	pid_t pid;
	int status;
	unsigned i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < p->most; i++)
			if (p->pid[i] == pid) {
				p->pid[i] = 0;
				atomic_store(p->state + i, FREE);
			}
		if (WIFSIGNALED(status))
			say("worker pid=%d was killed by signal %d", (int)pid,
			    WTERMSIG(status));
	}
}

static void
on_signal(void *arg, short revents)
{
	struct pool *p = arg;
	int n;

	(void)revents;
	while ((n = sigfd_next(p->signals)) != 0)
		if (n == SIGTERM)
			p->stop = 1;
	reap(p);
	if (!p->stop)
		keep_spare(p);
}

static void
on_poke(void *arg, short revents)
{
	struct pool *p = arg;
	char c[64];

	(void)revents;
	(void)!read(p->poke[0], c, sizeof(c));
	keep_spare(p);
}

static void
signal_workers(const struct pool *p, int n)
{
	unsigned i;

	for (i = 0; i < p->most; i++)
		if (p->pid[i] > 0)
			kill(p->pid[i], n);
}

static void
end_workers(struct pool *p)
{
	int64_t deadline = clock_mono_ms() + END_MS;

	signal_workers(p, SIGTERM);
	while (reap(p), count(p, FREE) < p->most &&
	    clock_left_ms(deadline) > 0)
		(void)poll(NULL, 0, 10);
	signal_workers(p, SIGKILL);
}

static void
open_pool(struct pool *p, const char *path)
{
	static const int signals[] = { SIGTERM, SIGCHLD };
	const struct timeval idle = { .tv_sec = IDLE_S };

	p->state = mmap(NULL, p->most, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->pid = mmap(NULL, p->most * sizeof(*p->pid), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p->uid = mmap(NULL, p->most * sizeof(*p->uid), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p->state == MAP_FAILED || p->pid == MAP_FAILED ||
	    p->uid == MAP_FAILED)
		die(EXIT_TEMP, "no memory:");
	p->signals = sigfd_open(signals, 2);
	p->listen = unix_listen(path, SOCK_STREAM, 0666, BACKLOG);
	if (p->signals == -1 || p->listen == -1 ||
	    setsockopt(p->listen, SOL_SOCKET, SO_RCVTIMEO, &idle,
	    sizeof(idle)) == -1)
		die(EXIT_TEMP, "socket %s:", path);
	if (pipe2(p->poke, O_CLOEXEC | O_NONBLOCK) == -1 ||
	    loop_add(&p->loop, p->signals, POLLIN, on_signal, p) == -1 ||
	    loop_add(&p->loop, p->poke[0], POLLIN, on_poke, p) == -1)
		die(EXIT_TEMP, "loop:");
}

/* The service reads what a stranger sent: nothing but the queue is in reach. */
static void
confine(void)
{
	const struct sandbox_path queue = {
		.path = env_str("QUEUE", NULL), .write = 1,
	};

	if (sandbox_no_new_privs() == -1)
		die(EXIT_TEMP, "no_new_privs:");
	if (sandbox_files(&queue, 1) == 0)
		say("Landlock level %d", sandbox_files_level());
	else if (errno == ENOSYS || errno == EOPNOTSUPP)
		say("this kernel has no Landlock: uids alone guard the files");
	else
		die(EXIT_TEMP, "Landlock:");
}

int
serve_pool(struct message *m, const char *path, unsigned most)
{
	static struct pool p;

	p.message = m;
	p.master = getpid();
	p.most = most;
	p.spare = m->local != NULL ? LOCAL_SPARE : SPARE;
	open_pool(&p, path);
	confine();
	env_notify_ready();	/* before a fork: workers have no business there */
	keep_spare(&p);
	while (!p.stop)
		if (loop_once(&p.loop, -1) == -1 && errno != EINTR)
			die(EXIT_TEMP, "poll:");
	end_workers(&p);
	return EXIT_DONE;
}
