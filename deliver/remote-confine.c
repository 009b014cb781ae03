/* remote-confine - the sandbox: connections to the network and to our own services,
 * no file, no memory to be had, no new process. */
#include "remote.h"

#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "sys/unixsock.h"

#define FILES	(IN_HAND + 16)	/* descriptors: a queue file for each job */

/* Leave the address zero for no path. */
static void
set_address(struct sockaddr_un *addr, const char *path)
{
	if (path != NULL && unix_addr(addr, path) == -1)
		die(EXIT_PERM, "a socket's path %s:", path);
}

/* On a page of their own that is read-only from here on; smtpd-front/confine.c says
 * why. */
const struct peers *
fix_peers(const char *dns, const char *tls, const char *lmtp)
{
	struct peers *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die(EXIT_TEMP, "no memory:");
	set_address(&p->dns, dns);
	set_address(&p->tls, tls);
	set_address(&p->lmtp, lmtp);
	if (mprotect(p, sizeof(*p), PROT_READ) == -1)
		die(EXIT_TEMP, "mprotect:");
	return p;
}

#define CALL(name)	{ .nr = __NR_##name }
#define SOCKET(family, type) \
	{ .nr = __NR_socket, .args = 2, .arg = { 0, 1 }, \
	  .is = { (family), (type) | SOCK_CLOEXEC } }
/* To the network anywhere; of the UNIX sockets, whose addresses are longer, to
 * these alone. */
#define CONNECT_NET(type) \
	{ .nr = __NR_connect, .args = 1, .arg = { 2 }, .is = { sizeof(type) } }
#define CONNECT(to) \
	{ .nr = __NR_connect, .args = 2, .arg = { 1, 2 }, \
	  .is = { (uint64_t)(uintptr_t)&(to), sizeof(to) } }
#define OPTION(call, level, name) \
	{ .nr = __NR_##call, .args = 2, .arg = { 1, 2 }, .is = { level, name } }

static int
filter_calls(const struct peers *p)
{
	const struct sandbox_call calls[] = {
		CALL(read), CALL(write), CALL(sendmsg), CALL(recvmsg),
		CALL(recvfrom), CALL(sendto), CALL(pread64),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(close), CALL(clock_gettime),
		CALL(exit), CALL(exit_group), CALL(rt_sigreturn),
		CALL(restart_syscall), CALL(getsockname),
		OPTION(setsockopt, IPPROTO_TCP, TCP_NODELAY),
		OPTION(setsockopt, SOL_SOCKET, SO_SNDTIMEO),
		OPTION(getsockopt, SOL_SOCKET, SO_ERROR),
		SOCKET(AF_INET, SOCK_STREAM | SOCK_NONBLOCK),
		SOCKET(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK),
		SOCKET(AF_UNIX, SOCK_STREAM), SOCKET(AF_UNIX, SOCK_SEQPACKET),
		CONNECT_NET(struct sockaddr_in),
		CONNECT_NET(struct sockaddr_in6),
		CONNECT(p->dns), CONNECT(p->tls), CONNECT(p->lmtp),
	};

	return sandbox_calls(calls, sizeof(calls) / sizeof(*calls));
}

void
confine(const struct peers *p)
{
	if (sandbox_no_new_privs() == -1 || sandbox_limits(FILES, 0) == -1)
		die(EXIT_TEMP, "limits:");
	(void)sandbox_files(NULL, 0);	/* qinject logs a kernel without it */
#ifndef __SANITIZE_ADDRESS__		/* the sanitizers map memory at work */
	if (filter_calls(p) == -1)
		die(EXIT_TEMP, "seccomp:");
#else
	(void)p;
	(void)filter_calls;
#endif
}
