/* checkpw - check a name and a secret by the checkpassword interface, and
 * execute a program as the user. See checkpw.8.
 * source: https://cr.yp.to/checkpwd/interface.html */
#include <crypt.h>
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "base/ascii.h"
#include "base/exits.h"
#include "base/num.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"

#define UNACCEPTABLE	1	/* the interface's; 111 is EXIT_TEMP */
#define MISUSED		2
#define QUESTION	3	/* descriptor */
#define READ_MS		60000

struct question {
	char		octets[512 + 1];	/* one more than there may be */
	const char	*name, *secret;
};

/* The string at *p, a NUL behind it before end; NULL when that is missing. */
static const char *
take_string(const char **p, const char *end)
{
	const char *s = *p, *nul = memchr(s, '\0', (size_t)(end - s));

	*p = nul != NULL ? nul + 1 : end;
	return nul != NULL ? s : NULL;
}

/* 0, or the code to leave with. */
static int
read_question(struct question *q)
{
	ssize_t n = io_read_full(QUESTION, q->octets, sizeof(q->octets),
	    clock_mono_ms() + READ_MS);
	const char *p = q->octets, *end = p + n;

	if (n == -1)
		return errno == EBADF ? MISUSED : EXIT_TEMP;
	close(QUESTION);
	if ((size_t)n == sizeof(q->octets))
		return UNACCEPTABLE;
	q->name = take_string(&p, end);
	q->secret = take_string(&p, end);
	return take_string(&p, end) == NULL ? MISUSED : 0;
}

/* 1 if the strings are equal, 0 if not, in a time that says nothing of them. */
static int
is_same(const char *a, const char *b)
{
	size_t n = strlen(a), i;
	unsigned char differs = 0;

	if (strlen(b) != n)
		return 0;
	for (i = 0; i < n; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return differs == 0;
}

/* One crypt(3), whoever asks. 1, 0, or -1 with errno. */
static int
is_right(const char *secret, const char *hash)
{
	static struct crypt_data data;
	const char *made = crypt_rn(secret, hash, &data, (int)sizeof(data));
	int r = made != NULL ? is_same(made, hash) : errno == ERANGE ? 0 : -1;

	explicit_bzero(&data, sizeof(data));
	return r;
}

static void
log_refusal(const char *name, const char *why)
{
	char shown[ACCOUNT_NAME];
	size_t i;

	if (getenv("CHECKPW_LOG") == NULL)
		return;
	snprintf(shown, sizeof(shown), "%s", name);
	for (i = 0; shown[i] != '\0'; i++)
		if (!ascii_graph(shown[i]))
			shown[i] = '?';
	say("user=%s refused why=%s", shown, why);
}

/* What the executed program may rely on. MAILDIR is a virtual user's; nobody
 * gets our caller's. */
static void
set_environment(const struct account *a)
{
	char maildir[sizeof(a->home) + sizeof("/Maildir")];

	snprintf(maildir, sizeof(maildir), "%s/Maildir", a->home);
	if (setenv("USER", a->user, 1) == -1 ||
	    setenv("HOME", a->home, 1) == -1 || (a->virtual ?
	    unsetenv("SHELL") == -1 || setenv("MAILDIR", maildir, 1) == -1 :
	    setenv("SHELL", a->shell, 1) == -1 || unsetenv("MAILDIR") == -1))
		die(EXIT_TEMP, "environment:");
}

static void
become(const struct account *a)
{
	int grouped;

	if (geteuid() != 0) {
		if (a->uid != geteuid() || a->uid != getuid())
			die(EXIT_TEMP, "not root: cannot become uid %u",
			    (unsigned)a->uid);
		return;
	}
	if (a->virtual)
		grouped = setgroups(1, &a->gid);
	else
		grouped = initgroups(a->user, a->gid);
	if (grouped == -1 || setgid(a->gid) == -1 || setuid(a->uid) == -1)
		die(EXIT_TEMP, "cannot become uid %u:", (unsigned)a->uid);
}

/* A number from the environment; a wrong one is the administrator's to mend. */
static uid_t
setting(const char *name, uid_t def, uint64_t min)
{
	const char *v = getenv(name);
	uint64_t n = def;

	if (v != NULL && *v != '\0' && (num_u64(v, strlen(v), &n) == -1 ||
	    n < min || n > UINT32_MAX - 1))
		die(EXIT_TEMP, "setting %s=%s is wrong", name, v);
	return (uid_t)n;
}

static void
get_settings(struct account_settings *s)
{
	const char *etc = getenv("ETC"), *domain = getenv("DOMAIN");

	s->etc = etc != NULL && *etc != '\0' ? etc : NULL;
	s->domain = domain != NULL ? domain : "";
	s->least_uid = setting("LEAST_UID", 1000, 1);
	s->system_users = setting("SYSTEM_USERS", 1, 0) != 0;
}

int
main(int argc, char **argv)
{
	static struct account a;
	struct account_settings s;
	struct question q;
	int r;

	progname = "checkpw";
	if (argc < 2)
		die(MISUSED, "usage: checkpw program [arg ...]");
	get_settings(&s);
	r = read_question(&q);
	if (r != 0)
		return r;
	if (account_find(&a, &s, q.name) == -1)
		die(EXIT_TEMP, "the accounts cannot be read:");
	r = is_right(q.secret, a.hash);
	explicit_bzero(a.hash, sizeof(a.hash));
	if (r == -1)
		die(EXIT_TEMP, "crypt:");
	if (!r || !a.known || a.locked) {
		log_refusal(q.name, !a.known ? "unknown" :
		    a.locked ? "locked" : "password");
		return UNACCEPTABLE;
	}
	explicit_bzero(&q, sizeof(q));
	become(&a);
	set_environment(&a);
	if (chdir(a.home) == -1)
		die(EXIT_TEMP, "folder %s:", a.home);
	execvp(argv[1], argv + 1);
	die(EXIT_TEMP, "exec %s:", argv[1]);
}
