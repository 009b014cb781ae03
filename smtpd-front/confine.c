/* confine - the sandbox around a session: no files, no memory to be had, two to
 * four addresses to connect to, and the calls that reading and writing need. */
#include "session.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "sys/unixsock.h"

#define FILES	16		/* descriptors */

/* Leave the address zero for no path. */
static void
set_address(struct sockaddr_un *addr, const char *path)
{
	if (path != NULL && unix_addr(addr, path) == -1)
		die(EXIT_PERM, "a socket's path %s:", path);
}

/* Addresses on a page of their own that is read-only from here on. A filter of
 * system calls sees a pointer, not what stands there: with the page fixed and
 * no call left that maps memory, the pointer is as good as the address. */
const struct peers *
fix_peers(const char *whois, const char *qinject, const char *auth,
    const char *tls)
{
	struct peers *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die(EXIT_TEMP, "no memory:");
	set_address(&p->whois, whois);
	set_address(&p->qinject, qinject);
	set_address(&p->auth, auth);
	set_address(&p->tls, tls);
	if (mprotect(p, sizeof(*p), PROT_READ) == -1)
		die(EXIT_TEMP, "mprotect:");
	return p;
}

#define CALL(name)	{ .nr = __NR_##name }
/* No SOCK_DGRAM: its sendto(2) takes an address. */
#define SOCKET(type) \
	{ .nr = __NR_socket, .args = 2, .arg = { 0, 1 }, \
	  .is = { AF_UNIX, (type) | SOCK_CLOEXEC } }
#define CONNECT(to) \
	{ .nr = __NR_connect, .args = 2, .arg = { 1, 2 }, \
	  .is = { (uint64_t)(uintptr_t)&(to), sizeof(to) } }

static int
filter_calls(const struct peers *p)
{
	const struct sandbox_call calls[] = {
		CALL(read), CALL(write), CALL(sendmsg), CALL(recvmsg),
		CALL(recvfrom), CALL(sendto),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(close), CALL(clock_gettime),
		CALL(exit), CALL(exit_group), CALL(rt_sigreturn),
		CALL(restart_syscall),
		SOCKET(SOCK_SEQPACKET), SOCKET(SOCK_STREAM),
		CONNECT(p->whois),
		CONNECT(p->qinject),
		/* One that is not set cannot be connected to. */
		CONNECT(p->auth),
		CONNECT(p->tls),
	};
	size_t n = sizeof(calls) / sizeof(*calls);

	if (p->tls.sun_family == 0)
		n -= p->auth.sun_family == 0 ? 2 : 1;
	return sandbox_calls(calls, n);
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
