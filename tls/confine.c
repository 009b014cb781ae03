/* confine - see confine.h. */
#include "confine.h"

#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "sys/sandbox.h"

#define FILES	16		/* descriptors */

void
become_user(uid_t uid, gid_t gid)
{
	if (setgroups(1, &gid) == -1 || setgid(gid) == -1 || setuid(uid) == -1)
		die(EXIT_TEMP, "becoming TLS_UID:");
}

void
hide(void)
{
	if (prctl(PR_SET_DUMPABLE, 0) == -1 || sandbox_no_new_privs() == -1)
		die(EXIT_TEMP, "prctl:");
}

#define CALL(name)	{ .nr = __NR_##name }
#define CALL_ON(name, fd) \
	{ .nr = __NR_##name, .args = 1, .arg = { 0 }, \
	  .is = { (uint64_t)(uint32_t)(fd) } }

static int
filter_calls(const struct kept *k)
{
	static const struct sandbox_call always[] = {
		CALL(read), CALL(write), CALL(sendto), CALL(recvfrom),
		CALL(shutdown),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(close), CALL(clock_gettime), CALL(wait4),
		CALL(exit), CALL(exit_group), CALL(rt_sigreturn),
		CALL(restart_syscall),
	};
	struct sandbox_call calls[sizeof(always) / sizeof(*always) + 3];
	size_t n = sizeof(always) / sizeof(*always);

	memcpy(calls, always, sizeof(always));
	if (k->dir != -1) {
		calls[n++] = (struct sandbox_call)CALL_ON(openat, k->dir);
#ifdef __GLIBC__
		calls[n++] = (struct sandbox_call)CALL(newfstatat);
#else
		calls[n++] = (struct sandbox_call)CALL(fstat);
#endif
	}
	if (k->file != -1)
		calls[n++] = (struct sandbox_call)CALL_ON(pread64, k->file);
	return sandbox_calls(calls, n);
}

void
confine(const struct kept *k)
{
	const struct sandbox_path dir = { .path = k->dir_path };

	if (sandbox_limits(FILES, 0) == -1)
		die(EXIT_TEMP, "limits:");
	(void)sandbox_files(&dir, k->dir != -1);	/* qinject logs a
					 * kernel without it */
#ifndef __SANITIZE_ADDRESS__		/* the sanitizers map memory at work */
	if (filter_calls(k) == -1)
		die(EXIT_TEMP, "seccomp:");
#else
	(void)filter_calls;
#endif
}
