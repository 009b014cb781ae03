/* sandbox - see sandbox.h */
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH_HERE	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH_HERE	AUDIT_ARCH_AARCH64
#endif

/* Newer than Debian 12's headers know; from landlock(7). */
#define FS_READ		(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_ABI1		((1ULL << 13) - 1)	/* execute ... make_sym */
#define FS_REFER	(1ULL << 13)		/* ABI 2: link or rename across */
#define FS_TRUNCATE	(1ULL << 14)		/* ABI 3 */

int
sandbox_no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int
sandbox_limits(unsigned files, int forks)
{
	struct rlimit r = { .rlim_cur = files, .rlim_max = files };

	if (setrlimit(RLIMIT_NOFILE, &r) == -1)
		return -1;
	r.rlim_cur = r.rlim_max = 0;
	if (setrlimit(RLIMIT_CORE, &r) == -1)
		return -1;
	return forks ? 0 : setrlimit(RLIMIT_NPROC, &r);
}

int
sandbox_files_level(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

static int
allow_path(int rules, const struct sandbox_path *p, uint64_t handled)
{
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = handled & (p->write ? ~0ULL : FS_READ),
		.parent_fd = open(p->path, O_PATH | O_CLOEXEC),
	};
	long r;
	int e;

	if (beneath.parent_fd == -1)
		return -1;
	r = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	    &beneath, 0);
	e = errno;
	close(beneath.parent_fd);
	errno = e;
	return (int)r;
}

int
sandbox_files(const struct sandbox_path *paths, size_t n)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = FS_ABI1 };
	int abi = sandbox_files_level(), rules, e, r = 0;
	size_t i;

	if (abi == 0)
		return -1;
	if (abi >= 2)
		attr.handled_access_fs |= FS_REFER;
	if (abi >= 3)
		attr.handled_access_fs |= FS_TRUNCATE;
	rules = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    sizeof(attr.handled_access_fs), 0);
	if (rules == -1)
		return -1;
	for (i = 0; i < n && r == 0; i++)
		r = allow_path(rules, paths + i, attr.handled_access_fs);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, rules, 0);
	e = errno;
	close(rules);
	errno = e;
	return r;
}

#define LOAD(field) \
	(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (field))
#define UNLESS(value, skip) \
	(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define ANSWER(what) \
	(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (what))
#define OF(member)	((unsigned)offsetof(struct seccomp_data, member))
#define CALLS_MAX	60
#define PER_CALL	15	/* instructions of a call with three arguments */

/* The instructions that allow one call; how many they are. */
static unsigned
allow_call(struct sock_filter *f, const struct sandbox_call *c)
{
	unsigned n = 0, i, len = 2 + 4 * c->args + (c->args > 0);

	f[n++] = UNLESS((unsigned)c->nr, (unsigned char)(len - 1));
	for (i = 0; i < c->args; i++) {		/* little endian: low word first */
		unsigned at = OF(args) + 8 * c->arg[i];

		f[n] = LOAD(at);
		f[n + 1] = UNLESS((uint32_t)c->is[i],
		    (unsigned char)(len - n - 3));
		f[n + 2] = LOAD(at + 4);
		f[n + 3] = UNLESS((uint32_t)(c->is[i] >> 32),
		    (unsigned char)(len - n - 5));
		n += 4;
	}
	f[n++] = ANSWER(SECCOMP_RET_ALLOW);
	if (c->args > 0)
		f[n++] = LOAD(OF(nr));		/* for the calls that follow */
	return n;
}

static int
by_number(const void *a, const void *b)
{
	return ((const struct sandbox_call *)a)->nr -
	    ((const struct sandbox_call *)b)->nr;
}

/* The instructions for n calls in order of their numbers, halved again and again:
 * the kernel runs the filter for each number there is when it is set, and that
 * costs as much as the rest of a small program's start. How many they are. */
static unsigned
allow_calls(struct sock_filter *f, const struct sandbox_call *c, size_t n)
{
	unsigned len = 0, low;
	size_t i, half = n / 2;

	if (n > 3) {
		while (half > 0 && c[half].nr == c[half - 1].nr)
			half--;		/* both rules of a call on one side */
		low = half > 0 ? allow_calls(f + 1, c, half) : 0;
		if (half > 0 && low <= 255) {
			f[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE |
			    BPF_K, (unsigned)c[half].nr, (unsigned char)low, 0);
			return 1 + low + allow_calls(f + 1 + low, c + half,
			    n - half);
		}
	}
	for (i = 0; i < n; i++)
		len += allow_call(f + len, c + i);
	f[len++] = ANSWER(SECCOMP_RET_ERRNO | EPERM);
	return len;
}

int
sandbox_calls(const struct sandbox_call *calls, size_t n)
{
	struct sandbox_call sorted[CALLS_MAX];
	struct sock_filter f[5 + CALLS_MAX * (PER_CALL + 2)];
	struct sock_fprog prog = { .filter = f };
	unsigned len = 0;

	if (n > CALLS_MAX)
		return errno = EINVAL, -1;
	memcpy(sorted, calls, n * sizeof(*calls));
	qsort(sorted, n, sizeof(*sorted), by_number);
	f[len++] = LOAD(OF(arch));
	f[len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    ARCH_HERE, 1, 0);
	f[len++] = ANSWER(SECCOMP_RET_KILL_PROCESS);
	f[len++] = LOAD(OF(nr));
	len += allow_calls(f + len, sorted, n);
	prog.len = (unsigned short)len;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

#define CALL(name)	{ .nr = __NR_##name }

int
sandbox_talk(unsigned files)
{
	static const struct sandbox_call calls[] = {
		CALL(read), CALL(write), CALL(sendmsg), CALL(recvmsg),
		CALL(recvfrom), CALL(sendto),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(close), CALL(clock_gettime),
		CALL(exit), CALL(exit_group), CALL(rt_sigreturn),
		CALL(restart_syscall),
	};

	if (sandbox_no_new_privs() == -1 || sandbox_limits(files, 0) == -1)
		return -1;
	(void)sandbox_files(NULL, 0);
#ifdef __SANITIZE_ADDRESS__		/* the sanitizers map memory at work */
	return (void)calls, 0;
#else
	return sandbox_calls(calls, sizeof(calls) / sizeof(*calls));
#endif
}
