/*
 * recorder - run a command, number its file-system calls, and at one of them
 * kill, fail or stop. Linux, x86-64 and aarch64, ptrace(2), no rights needed.
 *
 * recorder [-n] [-p names] [-c calls] [-t file] [-k index | -K index |
 *     -f index | -F calls] [-e errno] [-i index] [-s command]
 *     [-a pid ...] [--] [command [argument ...]]
 *
 *  -t file     a line a call (see below)
 *  -p names    count only in processes whose executable has such a base name;
 *              the others run untouched and unwatched
 *  -c calls    count only these calls (several names: a,b)
 *  -n          count socket calls too
 *  -k index    kill -9 the process at this call, which is not carried out
 *  -K index    kill -9 the process when this call has been carried out
 *  -f index    do not carry this call out, let it return -errno (-e, EIO)
 *  -F calls    fail all calls of these names on files, from -f index (1) on
 *  -s command  hold the process before the call, run the shell command with
 *              RECORDER_INDEX, _CALL, _PID, _NAME, _PATH in its environment,
 *              go on when it has ended well (else all ends here); at -i index
 *              only, or at every call
 *  -a pid      watch a running process too; it outlives the recorder
 *
 * All watched processes share one index, from 1, in the order in which the
 * calls begin. While a hook runs, no watched process gets past its next call.
 * The line has ten fields and tabs between them, written when the call ends:
 *
 *     index done pid program call dev:inode path path2 detail result
 *
 * done     the newest index when the call ended: a call A was over before B
 *          began if A.done < B.index
 * inode    of the descriptor, of the file that an open made or found, of the
 *          source of a link or rename, of what an unlink takes away
 * detail   flags of an open in hex, length asked of a read or write
 * result   the call's, or -ERRNO, "killed", or "failed -ERRNO"
 *
 * SIGTERM and SIGINT are passed on to the command; a second one ends all.
 * Exits with the command's code (128+n by signal n); 100 usage, 111 trouble.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE	100
#define EXIT_TROUBLE	111

enum { NAME_OCTETS = 64, PATH_OCTETS = 2 * PATH_MAX + 8, ATTACH_MAX = 64 };
enum action { PASS, KILL_BEFORE, KILL_AFTER, FAIL, PRETEND };

/*
 * The form of a call's arguments, a letter each: f descriptor, d directory
 * of the path that follows, p path, n number in decimal, x in hex, - any.
 */
struct call {
	const char	*name;
	long		 number;
	const char	*form;
	int		 net;
};

#define CALL(name, form)	{ #name, SYS_##name, form, 0 },
#define NET(name, form)		{ #name, SYS_##name, form, 1 },

static const struct call calls[] = {
	CALL(openat, "dpx") CALL(linkat, "dpdp") CALL(renameat2, "dpdp")
	CALL(unlinkat, "dp") CALL(mkdirat, "dp") CALL(symlinkat, "-dp")
	CALL(write, "f-n") CALL(writev, "f") CALL(pwrite64, "f-n")
	CALL(pwritev, "f") CALL(read, "f-n") CALL(readv, "f")
	CALL(pread64, "f-n") CALL(preadv, "f") CALL(fsync, "f")
	CALL(fdatasync, "f") CALL(syncfs, "f") CALL(ftruncate, "fn")
	CALL(truncate, "pn") CALL(fallocate, "f") CALL(fstat, "f")
	CALL(newfstatat, "dp") CALL(statx, "dp") CALL(close, "f")
	CALL(flock, "fx") CALL(copy_file_range, "f-f") CALL(sendfile, "ff")
	CALL(getdents64, "f") CALL(fchmod, "f") CALL(fchown, "f")
	CALL(utimensat, "dp")
#ifdef SYS_renameat
	CALL(renameat, "dpdp")
#endif
#ifdef SYS_open
	CALL(open, "px") CALL(creat, "p") CALL(link, "pp") CALL(rename, "pp")
	CALL(unlink, "p") CALL(mkdir, "p") CALL(rmdir, "p")
	CALL(symlink, "-p") CALL(stat, "p") CALL(lstat, "p") CALL(chmod, "p")
#endif
	NET(socket, "") NET(socketpair, "") NET(connect, "f") NET(bind, "f")
	NET(listen, "f") NET(accept, "f") NET(accept4, "f") NET(sendmsg, "f")
	NET(recvmsg, "f") NET(sendto, "f-n") NET(recvfrom, "f-n")
	NET(shutdown, "f")
};

/*
 * prctl(PR_SET_DUMPABLE, 0) is not carried out but seems to be: else only root
 * could look at the process's descriptors and paths.
 */
static const struct call undumpable = { "prctl", SYS_prctl, "", 0 };

static const struct {
	const char	*name;
	int		 number;
} errors[] = {
	{ "ENOSPC", ENOSPC }, { "EIO", EIO }, { "EMFILE", EMFILE },
	{ "EINTR", EINTR }, { "EDQUOT", EDQUOT }, { "EROFS", EROFS },
	{ "ENFILE", ENFILE }, { "ENOMEM", ENOMEM }, { "EAGAIN", EAGAIN },
	{ "EACCES", EACCES }, { "ENOENT", ENOENT }, { "EEXIST", EEXIST },
	{ "EBADF", EBADF }, { "EINVAL", EINVAL }, { "ENOTDIR", ENOTDIR },
	{ "EPERM", EPERM }, { "EXDEV", EXDEV }, { "EPIPE", EPIPE },
};

#if defined(__x86_64__)
typedef struct user_regs_struct registers;
#define ARG0(r)		((r)->rdi)
#define ARG1(r)		((r)->rsi)
#define RESULT(r)	((r)->rax)
#elif defined(__aarch64__)
typedef struct user_regs_struct registers;
#define ARG0(r)		((r)->regs[0])
#define ARG1(r)		((r)->regs[1])
#define RESULT(r)	((r)->regs[0])
#else
#error "recorder knows x86-64 and aarch64 only"
#endif

/* One watched thread, and the call it is in (call NULL: in none we count). */
struct tracee {
	pid_t			 pid;
	int			 watched;	/* its program is -p's */
	char			 name[NAME_OCTETS];
	const struct call	*call;
	enum action		 action;
	unsigned long		 index;
	unsigned long long	 arg[6];
	registers		 saved;
	char			 inode[48];
	char			 path[2][PATH_OCTETS];
	char			 detail[32];
	struct tracee		*next;
};

struct recorder {
	int		 trace;		/* descriptor of -t, or -1 */
	int		 net;
	int		 started;	/* the command has been executed */
	const char	*programs;
	const char	*only;
	const char	*fail_calls;
	const char	*hook;
	unsigned long	 kill_before, kill_after, fail_at, hook_at;
	int		 error;
	unsigned long	 index;
	pid_t		 command;
	int		 code;
	struct tracee	*tracees;
};

static volatile sig_atomic_t command;	/* its pid, for on_signal() */

/* Pass the first signal on; without a command, or when told twice, leave. */
static void
on_signal(int sig)
{
	if (command == 0)
		_exit(128 + sig);
	kill(command, sig);
	command = 0;
}

static int
in_list(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (; list != NULL; list = strchr(list, ',')) {
		list += *list == ',';
		if (strncmp(list, name, n) == 0 &&
		    (list[n] == ',' || list[n] == '\0'))
			return 1;
	}
	return 0;
}

static const char *
error_name(int number, char *out, size_t n)
{
	size_t i;

	snprintf(out, n, "-%d", number);
	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].number == number)
			snprintf(out, n, "-%s", errors[i].name);
	return out;
}

static int
error_number(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	if (atoi(name) <= 0)
		errx(EXIT_USAGE, "unknown errno %s", name);
	return atoi(name);
}

/* A string of the tracee, cut at n - 1 octets; control octets become '?'. */
static void
peek_string(pid_t pid, unsigned long long at, char *out, size_t n)
{
	size_t got = 0, piece, i;
	struct iovec to, from;
	ssize_t r;

	while (got < n - 1) {
		piece = 4096 - at % 4096;	/* the next page may lack */
		if (piece > n - 1 - got)
			piece = n - 1 - got;
		to = (struct iovec){ out + got, piece };
		from = (struct iovec){ (void *)(uintptr_t)at, piece };
		r = process_vm_readv(pid, &to, 1, &from, 1, 0);
		if (r <= 0)
			break;
		if (memchr(out + got, '\0', (size_t)r) != NULL) {
			got += strlen(out + got);
			break;
		}
		got += (size_t)r;
		at += (size_t)r;
	}
	out[got] = '\0';
	for (i = 0; i < got; i++)
		if ((unsigned char)out[i] < ' ')
			out[i] = '?';
}

static int
read_link(const char *link, char *out, size_t n)
{
	ssize_t r = readlink(link, out, n - 1);

	out[r < 0 ? 0 : r] = '\0';
	return r < 0 ? -1 : 0;
}

/* Sets t's inode from a name under /proc/PID that leads to the file. */
static void
note_inode(struct tracee *t, const char *name, int follow)
{
	struct stat st;

	if ((follow ? stat : lstat)(name, &st) == -1)
		return;
	snprintf(t->inode, sizeof(t->inode), "%u:%u:%llu", major(st.st_dev),
	    minor(st.st_dev), (unsigned long long)st.st_ino);
}

/*
 * The path at `at`, relative to directory dir: where it leads (into out), and
 * the file's inode if wanted. The tracee's root, cwd and descriptors are seen
 * through /proc.
 */
static void
decode_path(struct tracee *t, int dir, unsigned long long at, char *out,
    int want_inode)
{
	char name[PATH_MAX], base[64], way[PATH_OCTETS];
	const char *slash;

	peek_string(t->pid, at, name, sizeof(name));
	if (strncmp(name, "/proc/self/", 11) == 0)
		snprintf(base, sizeof(base), "/proc/%d", (int)t->pid);
	else if (name[0] == '/')
		snprintf(base, sizeof(base), "/proc/%d/root", (int)t->pid);
	else if (dir == AT_FDCWD)
		snprintf(base, sizeof(base), "/proc/%d/cwd", (int)t->pid);
	else
		snprintf(base, sizeof(base), "/proc/%d/fd/%d", (int)t->pid,
		    dir);
	slash = name[0] == '\0' || name[0] == '/' ? "" : "/";
	if (want_inode) {
		snprintf(way, sizeof(way), "%s%s%s", base, slash,
		    strncmp(name, "/proc/self/", 11) == 0 ? name + 10 : name);
		note_inode(t, way, name[0] == '\0' ||
		    strncmp(name, "/proc/self/", 11) == 0);
	}
	if (name[0] == '/' || read_link(base, way, PATH_MAX) == -1)
		way[0] = '\0';
	snprintf(out, PATH_OCTETS, "%.*s%s%s", PATH_MAX, way, slash, name);
}

static void
decode(struct tracee *t)
{
	int paths = 0, dir = AT_FDCWD;
	const char *f = t->call->form;
	char link[64];
	size_t i;

	for (i = 0; f[i] != '\0'; i++)
		switch (f[i]) {
		case 'd':
			dir = (int)t->arg[i];
			break;
		case 'p':
			decode_path(t, dir, t->arg[i], t->path[paths],
			    paths == 0);
			paths++;
			dir = AT_FDCWD;
			break;
		case 'f':
			snprintf(link, sizeof(link), "/proc/%d/fd/%d",
			    (int)t->pid, (int)t->arg[i]);
			read_link(link, t->path[paths], PATH_OCTETS);
			if (paths++ == 0)
				note_inode(t, link, 1);
			break;
		case 'n':
			snprintf(t->detail, sizeof(t->detail), "%lld",
			    (long long)t->arg[i]);
			break;
		case 'x':
			snprintf(t->detail, sizeof(t->detail), "%#x",
			    (unsigned)t->arg[i]);
			break;
		}
}

static void
print_call(const struct recorder *r, const struct tracee *t, const char *result)
{
	if (r->trace != -1)
		dprintf(r->trace, "%lu\t%lu\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
		    t->index, r->index, (int)t->pid, t->name, t->call->name,
		    t->inode, t->path[0], t->path[1], t->detail, result);
}

static int
get_registers(pid_t pid, registers *regs)
{
	struct iovec iov = { regs, sizeof(*regs) };

	return ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov) == -1 ? -1 : 0;
}

static int
set_registers(pid_t pid, registers *regs)
{
	struct iovec iov = { regs, sizeof(*regs) };

	return ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &iov) == -1 ? -1 : 0;
}

/*
 * Take the call its effect: with -1 as descriptor and as address every call
 * of the table ends at once. (Its number stays, so that a seccomp filter of
 * the tracee sees nothing strange.)
 */
static void
disarm(struct tracee *t)
{
	registers regs;

	if (get_registers(t->pid, &regs) == -1)
		return;
	t->saved = regs;
	ARG0(&regs) = ARG1(&regs) = (unsigned long long)-1;
	set_registers(t->pid, &regs);
}

/* The disarmed call is over: its arguments as they were, our own result. */
static void
give_result(struct tracee *t, int error)
{
	registers regs;

	if (get_registers(t->pid, &regs) == -1)
		return;
	ARG0(&regs) = ARG0(&t->saved);
	ARG1(&regs) = ARG1(&t->saved);
	RESULT(&regs) = (unsigned long long)-(long long)error;
	set_registers(t->pid, &regs);
}

static int
on_a_file(const struct tracee *t)
{
	char link[64];
	struct stat st;

	if (t->call->form[0] != 'f')
		return 1;
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)t->pid,
	    (int)t->arg[0]);
	return stat(link, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static enum action
choose(const struct recorder *r, const struct tracee *t)
{
	if (t->index == r->kill_before)
		return KILL_BEFORE;
	if (t->index == r->kill_after)
		return KILL_AFTER;
	if (r->fail_calls == NULL)
		return t->index == r->fail_at ? FAIL : PASS;
	if (t->index >= r->fail_at && in_list(r->fail_calls, t->call->name) &&
	    on_a_file(t))
		return FAIL;
	return PASS;
}

static void
run_hook(const struct recorder *r, const struct tracee *t)
{
	char number[32];

	snprintf(number, sizeof(number), "%lu", t->index);
	setenv("RECORDER_INDEX", number, 1);
	snprintf(number, sizeof(number), "%d", (int)t->pid);
	setenv("RECORDER_PID", number, 1);
	setenv("RECORDER_CALL", t->call->name, 1);
	setenv("RECORDER_NAME", t->name, 1);
	setenv("RECORDER_PATH", t->path[0], 1);
	if (system(r->hook) != 0)
		errx(EXIT_TROUBLE, "hook failed at %lu", t->index);
}

static void
call_begins(struct recorder *r, struct tracee *t,
    const struct __ptrace_syscall_info *info)
{
	size_t i, n = sizeof(calls) / sizeof(*calls);

	t->call = NULL;
	if (info->entry.nr == SYS_prctl &&
	    info->entry.args[0] == PR_SET_DUMPABLE) {
		t->call = &undumpable;
		t->action = PRETEND;
		disarm(t);
		return;
	}
	for (i = 0; i < n; i++)
		if (calls[i].number == (long)info->entry.nr)
			break;
	if (i == n || !r->started || (calls[i].net && !r->net) ||
	    (r->only != NULL && !in_list(r->only, calls[i].name)))
		return;
	t->call = &calls[i];
	t->index = ++r->index;
	for (i = 0; i < 6; i++)
		t->arg[i] = info->entry.args[i];
	t->inode[0] = t->path[0][0] = t->path[1][0] = t->detail[0] = '\0';
	decode(t);
	t->action = choose(r, t);
	if (r->hook != NULL && (r->hook_at == 0 || r->hook_at == t->index))
		run_hook(r, t);
	if (t->action == KILL_BEFORE || t->action == FAIL)
		disarm(t);
	if (t->action == KILL_BEFORE) {
		print_call(r, t, "killed before");
		t->call = NULL;
		kill(t->pid, SIGKILL);
	}
}

static void
call_ends(struct recorder *r, struct tracee *t, long long value)
{
	char result[64] = "failed ", link[64];

	if (t->action == PRETEND) {
		give_result(t, 0);
		t->call = NULL;
		return;
	}
	if (t->action == FAIL) {
		give_result(t, r->error);
		error_name(r->error, result + 7, sizeof(result) - 7);
	} else if (value < 0 && value > -4096)
		error_name((int)-value, result, sizeof(result));
	else {
		snprintf(result, sizeof(result), "%lld", value);
		if (strncmp(t->call->name, "open", 4) == 0 ||
		    strcmp(t->call->name, "creat") == 0) {
			snprintf(link, sizeof(link), "/proc/%d/fd/%lld",
			    (int)t->pid, value);
			note_inode(t, link, 1);
		} else if (strncmp(t->call->name, "mkdir", 5) == 0)
			decode(t);	/* now there is an inode */
	}
	if (t->action == KILL_AFTER)
		strcpy(result, "killed after");
	print_call(r, t, result);
	t->call = NULL;
	if (t->action == KILL_AFTER)
		kill(t->pid, SIGKILL);
}

/* Learn the program's name, at the first sight of a process and at exec. */
static void
name_tracee(const struct recorder *r, struct tracee *t)
{
	char link[64], exe[PATH_MAX];
	const char *base;
	FILE *f;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)t->pid);
	if (read_link(link, exe, sizeof(exe)) == -1) {
		snprintf(link, sizeof(link), "/proc/%d/comm", (int)t->pid);
		if ((f = fopen(link, "r")) != NULL) {
			if (fscanf(f, "%255[^\n]", exe) != 1)
				exe[0] = '\0';
			fclose(f);
		}
	}
	base = strrchr(exe, '/') != NULL ? strrchr(exe, '/') + 1 : exe;
	snprintf(t->name, sizeof(t->name), "%.*s", NAME_OCTETS - 1, base);
	t->watched = r->programs == NULL || in_list(r->programs, t->name);
}

static struct tracee *
find_tracee(struct recorder *r, pid_t pid)
{
	struct tracee *t;

	for (t = r->tracees; t != NULL; t = t->next)
		if (t->pid == pid)
			return t;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		err(EXIT_TROUBLE, "out of memory");
	t->pid = pid;
	t->next = r->tracees;
	r->tracees = t;
	name_tracee(r, t);
	return t;
}

static void
forget_tracee(struct recorder *r, pid_t pid)
{
	struct tracee **p, *t;

	for (p = &r->tracees; *p != NULL; p = &(*p)->next)
		if ((*p)->pid == pid) {
			t = *p;
			*p = t->next;
			if (t->call != NULL && t->action != PRETEND)
				print_call(r, t, "never returned");
			free(t);
			return;
		}
}

static void
seize(struct recorder *r, pid_t pid, long options)
{
	options |= PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
	    PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	if (ptrace(PTRACE_SEIZE, pid, 0, options) == -1)
		err(EXIT_TROUBLE, "cannot watch process %d", (int)pid);
	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) == -1)
		err(EXIT_TROUBLE, "cannot stop process %d", (int)pid);
	find_tracee(r, pid);
}

/* The command waits on a pipe until it is watched, so nothing goes unseen. */
static void
start_command(struct recorder *r, char **argv)
{
	int gate[2];
	char octet;

	if (pipe2(gate, O_CLOEXEC) == -1 || (r->command = fork()) == -1)
		err(EXIT_TROUBLE, "cannot start");
	if (r->command == 0) {
		close(gate[1]);
		(void)!read(gate[0], &octet, 1);
		execvp(argv[0], argv);
		err(EXIT_TROUBLE, "cannot execute %s", argv[0]);
	}
	seize(r, r->command, PTRACE_O_EXITKILL);
	command = r->command;
	close(gate[0]);
	close(gate[1]);
}

static void
process_stopped(struct recorder *r, pid_t pid, int status)
{
	struct tracee *t = find_tracee(r, pid);
	struct __ptrace_syscall_info info;
	int event = status >> 16, sig = WSTOPSIG(status), deliver = 0;

	if (sig == (SIGTRAP | 0x80)) {
		memset(&info, 0, sizeof(info));
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			call_begins(r, t, &info);
		else if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->call != NULL)
			call_ends(r, t, info.exit.rval);
	} else if (event == PTRACE_EVENT_STOP && sig != SIGTRAP) {
		ptrace(PTRACE_LISTEN, pid, 0, 0);	/* a stopped group */
		return;
	} else if (event == PTRACE_EVENT_EXEC) {
		r->started = 1;
		t->call = NULL;
		name_tracee(r, t);
	} else if (event == 0)
		deliver = sig;
	ptrace(t->watched ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, deliver);
}

static void
watch(struct recorder *r)
{
	int status;
	pid_t pid;

	while (r->tracees != NULL) {
		pid = waitpid(-1, &status, __WALL);
		if (pid == -1 && errno == EINTR)
			continue;
		if (pid == -1)
			break;
		if (WIFSTOPPED(status)) {
			process_stopped(r, pid, status);
			continue;
		}
		forget_tracee(r, pid);
		if (pid == r->command)
			r->code = WIFEXITED(status) ? WEXITSTATUS(status) :
			    128 + WTERMSIG(status);
	}
}

static void
usage(void)
{
	errx(EXIT_USAGE, "usage: recorder [-n] [-p names] [-c calls] "
	    "[-t file] [-k index | -K index | -f index | -F calls] "
	    "[-e errno] [-i index] [-s hook] [-a pid] [--] [command ...]");
}

int
main(int argc, char **argv)
{
	struct recorder r = { .trace = -1, .error = EIO };
	struct sigaction on_end = { .sa_handler = on_signal };
	pid_t attach[ATTACH_MAX];
	int opt, n = 0, i;

	while ((opt = getopt(argc, argv, "+nt:p:c:k:K:f:F:e:i:s:a:")) != -1)
		switch (opt) {
		case 'n': r.net = 1; break;
		case 'p': r.programs = optarg; break;
		case 'c': r.only = optarg; break;
		case 'k': r.kill_before = strtoul(optarg, NULL, 10); break;
		case 'K': r.kill_after = strtoul(optarg, NULL, 10); break;
		case 'f': r.fail_at = strtoul(optarg, NULL, 10); break;
		case 'F': r.fail_calls = optarg; break;
		case 'e': r.error = error_number(optarg); break;
		case 'i': r.hook_at = strtoul(optarg, NULL, 10); break;
		case 's': r.hook = optarg; break;
		case 't':
			r.trace = open(optarg, O_WRONLY | O_CREAT | O_TRUNC |
			    O_APPEND | O_CLOEXEC, 0666);
			if (r.trace == -1)
				err(EXIT_TROUBLE, "open %s", optarg);
			break;
		case 'a':
			if (n == ATTACH_MAX)
				errx(EXIT_USAGE, "too many -a");
			attach[n++] = (pid_t)strtol(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	if (optind == argc && n == 0)
		usage();
	sigaction(SIGTERM, &on_end, NULL);
	sigaction(SIGINT, &on_end, NULL);
	for (i = 0; i < n; i++)
		seize(&r, attach[i], 0);
	r.started = n > 0;
	if (optind < argc)
		start_command(&r, argv + optind);
	watch(&r);
	return r.code;
}
