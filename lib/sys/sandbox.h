/*
 * sandbox - give up what a process will not need.
 *
 * Each part is asked of the kernel; where one is missing the rest still holds
 * and the caller says what. Nothing here can be taken back.
 * source   prctl(2), seccomp(2), landlock(7), setrlimit(2)
 */
#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

/* A system call that stays allowed; with arg_is, only while each named
 * argument has exactly that value. */
struct sandbox_call {
	int		nr;		/* __NR_..., from sys/syscall.h */
	unsigned	args;		/* how many of arg and is count, 0 to 3 */
	unsigned	arg[3];		/* which argument, 0 to 5 */
	uint64_t	is[3];		/* its value */
};

/* A folder below which files may be read, and written if write is not 0. */
struct sandbox_path {
	const char	*path;
	int		 write;
};

/* No program that this one executes ever gains a right. 0, or -1 with errno. */
int sandbox_no_new_privs(void);

/* At most files open descriptors, no new process if !forks, no core dump.
 * 0, or -1 with errno. */
int sandbox_limits(unsigned files, int forks);

/* From here on no file outside the n paths can be opened, made or renamed (none
 * at all for n 0). 0; or -1 with errno ENOSYS or EOPNOTSUPP where the kernel
 * has no Landlock, else what went wrong. Needs sandbox_no_new_privs. */
int sandbox_files(const struct sandbox_path *paths, size_t n);

/* From here on every other system call fails with EPERM. At most 60 calls. 0,
 * or -1 with errno. Needs sandbox_no_new_privs. */
int sandbox_calls(const struct sandbox_call *calls, size_t n);

/* All of the above for a process that only talks on what it has open, taking
 * descriptors from and passing them to others: at most files of them, no new
 * process, no file, no connection, no memory. A kernel without Landlock is no
 * error. 0, or -1 with errno. */
int sandbox_talk(unsigned files);

/* Landlock's level in this kernel: 0 none, else its ABI number. */
int sandbox_files_level(void);

#endif
