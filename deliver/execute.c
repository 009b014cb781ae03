/* execute - see execute.h */
#include "execute.h"

#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"

#define LIMITS	5	/* settings for the programs of users */

const char *
execute_refusal(const struct programs *p, const struct destination *d)
{
	const struct passwd *account;

	if (d->nexthop[0] != '\0')
		return p->remote != NULL ? NULL : "no mail is sent from here";
	if (d->program[0] != '\0' && p->program == NULL)
		return "no programs are run here";
	if (d->home[0] != '/' || (d->program[0] == '\0' &&
	    destination_name(d)[0] != '/'))
		return "home and mailbox are no full paths";
	if (geteuid() != 0)
		return d->uid == geteuid() ? NULL :
		    "not root: cannot become this uid";
	if (d->uid < p->least || d->uid > UINT32_MAX - 1 ||
	    d->uid == p->runner)
		return "this uid gets no mail";
	account = d->user[0] != '\0' ? getpwnam(d->user) : NULL;
	if (account != NULL)
		return account->pw_uid == d->uid &&
		    account->pw_gid == d->gid ? NULL :
		    "user, uid and gid are not of one account";
	if (d->gid < p->least || d->gid > UINT32_MAX - 1)
		return "this gid gets no mail";
	return NULL;
}

/* The mailbox that the system has for this user: its path is made of ours and his
 * name. */
static int
is_spool(const struct programs *p, const struct destination *d)
{
	size_t n = strlen(p->spool);

	return d->user[0] != '\0' && strncmp(d->mbox, p->spool, n) == 0 &&
	    d->mbox[n] == '/' && strcmp(d->mbox + n + 1, d->user) == 0;
}

/* Debian's policy: the folder of the system's mailboxes is the group mail's. */
static void
become_for_spool(const struct programs *p, struct destination *d)
{
	if (geteuid() == 0 && p->spool_gid != 0 &&
	    setgroups(1, &p->spool_gid) == 0 && setgid(p->spool_gid) == 0 &&
	    setuid((uid_t)d->uid) == 0)
		return;
	if (geteuid() == 0)
		die(EXIT_TEMP, "cannot become uid %u:", (unsigned)d->uid);
}

static void
become(const struct destination *d)
{
	gid_t gid = (gid_t)d->gid;
	int grouped;

	if (geteuid() != 0)
		return;
	/* A user that /etc/passwd does not know (LDAP) has his first group only. */
	if (d->user[0] != '\0' && getpwnam(d->user) != NULL)
		grouped = initgroups(d->user, gid);
	else
		grouped = setgroups(1, &gid);
	if (grouped == -1 || setgid(gid) == -1 || setuid((uid_t)d->uid) == -1)
		die(EXIT_TEMP, "cannot become uid %u:", (unsigned)d->uid);
}

static void __attribute__((noreturn))
run(char **argv, char **env, int jobs)
{
	if (chdir("/") == -1 || dup2(jobs, 0) == -1 || dup2(2, 1) == -1)
		die(EXIT_TEMP, "child:");
	execve(argv[0], argv, env);
	die(EXIT_TEMP, "exec %s:", argv[0]);
}

/* Its settings are ours: it needs more than a deliver-local, and nobody whose
 * uid it has can look at it. */
static void __attribute__((noreturn))
run_remote(const struct programs *p, struct destination *d, int jobs)
{
	char *argv[] = { p->remote, d->nexthop, NULL };

	if (geteuid() == 0 && (setgroups(1, &p->out_gid) == -1 ||
	    setgid(p->out_gid) == -1 || setuid(p->out_uid) == -1))
		die(EXIT_TEMP, "cannot become uid %u:", (unsigned)p->out_uid);
	run(argv, environ, jobs);
}

/* The environment of a user's programs: what is said here, and no more. */
struct place {
	char	 name[512];		/* NAME=... and so on */
	char	 home[SPAWN_PATH + 5], user[64 + 5];
	char	 limit[LIMITS][64];
	char	 warning[SPAWN_PATH];	/* the file of it */
	char	*env[4 + LIMITS + 1];
};

static void
fill_place(struct place *e, const struct programs *p,
    const struct destination *d)
{
	static const char *const limits[LIMITS] = { "PROGRAM_TIMEOUT_S",
	    "PROGRAM_PROCESSES", "PROGRAM_FILE_MAX", "PROGRAM_MEMORY_MAX", "OVER_QUOTA" };
	unsigned i, n = 0;

	snprintf(e->name, sizeof(e->name), "NAME=%s", p->name);
	snprintf(e->home, sizeof(e->home), "HOME=%s", d->home);
	snprintf(e->user, sizeof(e->user), "USER=%s", d->user);
	e->env[n++] = e->name;
	e->env[n++] = e->home;
	e->env[n++] = e->user;
	snprintf(e->warning, sizeof(e->warning), "QUOTA_WARNING=%s", p->warning);
	e->env[n++] = e->warning;
	for (i = 0; i < LIMITS; i++) {
		const char *v = getenv(limits[i]);

		snprintf(e->limit[i], sizeof(e->limit[i]), "%s=%s", limits[i],
		    v != NULL ? v : "");
		e->env[n++] = e->limit[i];
	}
	e->env[n] = NULL;
}

static void __attribute__((noreturn))
run_local(const struct programs *p, struct destination *d, int jobs)
{
	struct place e;
	char *argv[4];
	unsigned n = 0;

	argv[n++] = p->local;
	if (d->mbox[0] != '\0') {
		argv[n++] = (char *)(uintptr_t)(is_spool(p, d) ? "-s" : "-b");
		argv[n++] = d->mbox;
	} else {
		if (d->make)
			argv[n++] = (char *)(uintptr_t)"-m";
		argv[n++] = d->mailbox;
	}
	argv[n] = NULL;
	fill_place(&e, p, d);
	if (d->mbox[0] != '\0' && is_spool(p, d) && p->spool_gid != 0)
		become_for_spool(p, d);
	else
		become(d);
	run(argv, e.env, jobs);
}

static void __attribute__((noreturn))
run_program(const struct programs *p, struct destination *d, int jobs)
{
	char *argv[] = { p->program, d->program, NULL };
	struct place e;

	fill_place(&e, p, d);
	become(d);
	run(argv, e.env, jobs);
}

void
execute(const struct programs *p, struct destination *d, int jobs)
{
	if (d->nexthop[0] != '\0')
		run_remote(p, d, jobs);
	if (d->program[0] != '\0')
		run_program(p, d, jobs);
	run_local(p, d, jobs);
}
