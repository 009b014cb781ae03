/* program-child - the command's process before it is the command. See program.h. */
#include "program.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/log.h"
#include "text/final.h"

#define EX_OSERR	71	/* sysexits(3): later */
#define FILES_MAX	256
#define NICER		10	/* mail that is not for programs comes first */

/* Never above what there was. */
static void
limit(int what, uint64_t most)
{
	struct rlimit r;

	if (most == 0 || getrlimit(what, &r) == -1)
		return;
	if (r.rlim_max == RLIM_INFINITY || r.rlim_max > most)
		r.rlim_max = most;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(what, &r) == -1)
		die(EX_OSERR, "limits:");
}

static void
set_limits(const struct program *p)
{
	limit(RLIMIT_NPROC, p->processes);
	limit(RLIMIT_FSIZE, p->file_octets);
	limit(RLIMIT_AS, p->memory_octets);
	limit(RLIMIT_CPU, (uint64_t)p->timeout_ms / 1000 + 1);
	limit(RLIMIT_NOFILE, FILES_MAX);
	(void)setpriority(PRIO_PROCESS, 0, NICER);
}

static void
set(const char *name, const char *value)
{
	if (setenv(name, value, 1) == -1)
		die(EX_OSERR, "environment:");
}

/* LOCAL, HOST and RECIPIENT of the address alone. */
static void
set_recipient(const struct job *j)
{
	char address[ADDRESS_OCTETS + 1];
	struct final_text f;
	size_t local;

	final_split(j->to, strlen(j->to), &f);
	memcpy(address, f.address, f.n);
	address[f.n] = '\0';
	set("RECIPIENT", address);
	local = address_local(address, f.n);
	set("HOST", local < f.n ? address + local + 1 : "");
	address[local] = '\0';
	set("LOCAL", address);
}

/* The envelope stands here and nowhere else: a shell takes no command from it. */
static void
set_environment(const struct program *p, const struct job *j)
{
	char path[4096], time[NUM_DIGITS + 1];

	if (clearenv() != 0)
		die(EX_OSERR, "environment:");
	snprintf(path, sizeof(path), "/usr/local/bin:/usr/bin:/bin:%s",
	    p->folder);
	time[num_put(time, j->time_us)] = '\0';
	set("PATH", path);
	set("SHELL", "/bin/sh");
	set("HOME", p->home);
	set("USER", p->user);
	set("LOGNAME", p->user);
	set("SENDER", j->sender);
	set("EXT", j->ext);
	set("CORREO_ID", j->id);
	set("CORREO_TIME", time);
	set_recipient(j);
}

/* Before each command's first octet: what our own process has changed is as it was
 * for any program. */
static void
set_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
}

void
program_execute(const struct program *p, const struct letter *l, int in,
    int out)
{
	(void)setpgid(0, 0);
	set_signals();
	(void)umask(077);
	set_environment(p, l->job);
	if (chdir(p->home) == -1)
		die(EX_OSERR, "home %s:", p->home);
	if (dup2(in, 0) == -1 || dup2(out, 1) == -1 || dup2(out, 2) == -1)
		die(EX_OSERR, "descriptors:");
	set_limits(p);		/* what is left to do needs nothing of that */
	execl("/bin/sh", "sh", "-c", p->command, (char *)NULL);
	die(EX_OSERR, "/bin/sh:");
}
