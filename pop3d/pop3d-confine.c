/* pop3d-confine - the sandbox: no file but those of the mailbox, no process, no
 * new socket, and the calls that reading mail needs. */
#include "pop3d.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"
#include "sys/sandbox.h"

#define FILES		16	/* descriptors */
#define RENAMES_LEVEL	2	/* of Landlock: the first that lets a file go
				 * from new/ to cur/ */

#define CALL(name)	{ .nr = __NR_##name }
/* Memory, but none that can be executed. */
#define MEMORY(name, protection) \
	{ .nr = __NR_##name, .args = 1, .arg = { 2 }, .is = { (protection) } }

static int
filter_calls(void)
{
	const struct sandbox_call calls[] = {
		CALL(read), CALL(write), CALL(sendto), CALL(recvfrom),
		CALL(recvmsg),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(close), CALL(clock_gettime),
		CALL(exit), CALL(exit_group), CALL(rt_sigreturn),
		CALL(restart_syscall),
		CALL(openat), CALL(fstat), CALL(newfstatat), CALL(faccessat),
#ifdef __NR_faccessat2
		CALL(faccessat2),	/* glibc's access check */
#endif
		CALL(getdents64), CALL(lseek), CALL(unlinkat), CALL(renameat),
		/* the index: its lock, its log, its snapshot */
		CALL(fcntl), CALL(pread64), CALL(pwrite64), CALL(ftruncate),
		CALL(fsync), CALL(fdatasync),
		CALL(inotify_init1), CALL(inotify_add_watch),
		CALL(brk), CALL(munmap), CALL(mremap),
		MEMORY(mmap, PROT_NONE), MEMORY(mmap, PROT_READ | PROT_WRITE),
		MEMORY(mprotect, PROT_READ | PROT_WRITE),
	};

	return sandbox_calls(calls, sizeof(calls) / sizeof(*calls));
}

/* Without Landlock, or with one that forbids every rename between folders, the
 * user's rights alone count. */
static void
confine_files(const char *mailbox)
{
	const struct sandbox_path dir = { .path = mailbox, .write = 1 };

	if (sandbox_files_level() < RENAMES_LEVEL ||
	    sandbox_files(&dir, 1) == 0)
		return;
	if (sandbox_files(NULL, 0) == -1)	/* there is no mailbox */
		die(EXIT_TEMP, "landlock:");
}

void
confine(const struct session *s)
{
	if (sandbox_no_new_privs() == -1 || sandbox_limits(FILES, 0) == -1)
		die(EXIT_TEMP, "limits:");
	confine_files(s->mailbox);
#ifndef __SANITIZE_ADDRESS__		/* the sanitizers map memory at work */
	if (filter_calls() == -1)
		die(EXIT_TEMP, "seccomp:");
#else
	(void)filter_calls;
#endif
}
