/* confine - the process that has the key: no other user's rights, no files but
 * certificates by name, and the calls that a relay needs. */
#include "session.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "sys/sandbox.h"

#define FILES	16		/* descriptors */

void
become_tls_user(const struct session *s)
{
	if (s->root && (setgroups(1, &s->tls_gid) == -1 ||
	    setgid(s->tls_gid) == -1 || setuid(s->tls_uid) == -1))
		die(EXIT_TEMP, "becoming TLS_UID:");
	/* Other processes of this user must not look into our memory. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1 || sandbox_no_new_privs() == -1)
		die(EXIT_TEMP, "prctl:");
}

#define CALL(name)	{ .nr = __NR_##name }

static int
filter_calls(int dir)
{
	const struct sandbox_call calls[] = {
		CALL(read), CALL(write), CALL(sendto), CALL(recvfrom),
		CALL(shutdown),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(close), CALL(clock_gettime), CALL(wait4),
		CALL(exit), CALL(exit_group), CALL(rt_sigreturn),
		CALL(restart_syscall),
		/* The last two: a certificate by name. */
		{ .nr = __NR_openat, .args = 1, .arg = { 0 },
		  .is = { (uint64_t)(uint32_t)dir } },
#ifdef __GLIBC__
		CALL(newfstatat),
#else
		CALL(fstat),
#endif
	};
	size_t n = sizeof(calls) / sizeof(*calls);

	return sandbox_calls(calls, dir == -1 ? n - 2 : n);
}

void
confine(const struct session *s)
{
	const struct sandbox_path dir = { .path = s->dir_path };

	if (sandbox_limits(FILES, 0) == -1)
		die(EXIT_TEMP, "limits:");
	(void)sandbox_files(&dir, s->dir != -1);	/* qinject logs a
					 * kernel without it */
#ifndef __SANITIZE_ADDRESS__		/* the sanitizers map memory at work */
	if (filter_calls(s->dir) == -1)
		die(EXIT_TEMP, "seccomp:");
#else
	(void)filter_calls;
#endif
}
