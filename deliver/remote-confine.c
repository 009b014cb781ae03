/* remote-confine - the sandbox: connections to the network and to our own services,
 * no file, no memory to be had, no new process. */
#include "remote.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "sys/unixsock.h"

#define FILES	(IN_HAND + 16)	/* descriptors: a queue file for each job */

void
fix_peers(struct remote *r, const char *dns, const char *tls)
{
	const char *const paths[] = {
		*dns != '\0' ? dns : NULL, *tls != '\0' ? tls : NULL,
		r->nexthop.to == TO_PATH ? r->nexthop.host : NULL
	};
	const struct sockaddr_un *at = unix_addrs_fix(paths, 3);

	if (at == NULL)
		die(errno == ENAMETOOLONG ? EXIT_PERM : EXIT_TEMP,
		    "a socket's path:");
	r->dns = (struct dns_asker)DNS_ASKER(at);
	r->tls_at = at + 1;
	r->lmtp_at = at + 2;
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
	  .is = { (uint64_t)(uintptr_t)(to), sizeof(*(to)) } }
#define OPTION(call, level, name) \
	{ .nr = __NR_##call, .args = 2, .arg = { 1, 2 }, .is = { level, name } }

static int
filter_calls(const struct remote *r)
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
		CONNECT(r->dns.at), CONNECT(r->tls_at), CONNECT(r->lmtp_at),
	};

	return sandbox_calls(calls, sizeof(calls) / sizeof(*calls));
}

void
confine(const struct remote *r)
{
	if (sandbox_no_new_privs() == -1 || sandbox_limits(FILES, 0) == -1)
		die(EXIT_TEMP, "limits:");
	(void)sandbox_files(NULL, 0);	/* qinject logs a kernel without it */
#ifndef __SANITIZE_ADDRESS__		/* the sanitizers map memory at work */
	if (filter_calls(r) == -1)
		die(EXIT_TEMP, "seccomp:");
#else
	(void)r;
	(void)filter_calls;
#endif
}
