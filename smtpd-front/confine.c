/* confine - the sandbox around a session: no files, no memory to be had, two to
 * four addresses to connect to, and the calls that reading and writing need. */
#include "session.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "sys/unixsock.h"

#define FILES	16		/* descriptors */

const struct peers *
fix_peers(const char *whois, const char *qinject, const char *auth,
    const char *tls)
{
	const char *const paths[] = { whois, qinject, auth, tls };
	const struct sockaddr_un *at = unix_addrs_fix(paths, 4);

	if (at == NULL)
		die(errno == ENAMETOOLONG ? EXIT_PERM : EXIT_TEMP,
		    "a socket's path:");
	return (const struct peers *)at;	/* four addresses */
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
