/* check - see check.h */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/exits.h"
#include "sys/log.h"

#define WRONG	1	/* the interface's exit code for a bad secret */

int
check_keep_low(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 3);
	if (fd > 3)
		close(fd);
	return fd == -1 ? -1 : 0;
}

const char *
verdict_word(enum verdict v)
{
	static const char *const words[] = { "yes", "no", "later" };

	return words[v];
}

/* A pipe's room is larger than any question. */
int
check_question(const char *user, const char *secret, size_t secret_n)
{
	char q[CHECK_OCTETS], stamp[24];
	size_t user_n = strlen(user) + 1;
	size_t stamp_n = (size_t)snprintf(stamp, sizeof(stamp), "%lld",
	    (long long)time(NULL)) + 1;
	size_t n = user_n + secret_n + 1 + stamp_n;
	int p[2];

	if (secret_n > sizeof(q) || user_n > sizeof(q) || n > sizeof(q) ||
	    memchr(secret, '\0', secret_n) != NULL)
		return errno = EMSGSIZE, -1;
	if (pipe2(p, O_CLOEXEC) == -1)
		return -1;
	memcpy(q, user, user_n);
	memcpy(q + user_n, secret, secret_n);
	q[user_n + secret_n] = '\0';
	memcpy(q + n - stamp_n, stamp, stamp_n);
	if (write(p[1], q, n) != (ssize_t)n) {
		close(p[0]);
		p[0] = -1;
	}
	explicit_bzero(q, sizeof(q));
	close(p[1]);
	return p[0];
}

static void
run_child(char *const argv[], int question, int out)
{
	if (setpgid(0, 0) == -1 || dup2(question, 3) == -1 ||
	    dup2(out, 1) == -1)
		die(EXIT_TEMP, "child:");
	execvp(argv[0], argv);
	die(EXIT_TEMP, "exec %s:", argv[0]);
}

int
check_start(struct check *c, char *const argv[], const char *user,
    const char *secret, size_t secret_n)
{
	int question = check_question(user, secret, secret_n), p[2], e;

	if (question == -1)
		return -1;
	if (pipe2(p, O_CLOEXEC) == -1) {
		e = errno;
		close(question);
		return errno = e, -1;
	}
	fcntl(p[0], F_SETFL, O_NONBLOCK);	/* the program's end may wait */
	c->pid = fork();
	if (c->pid == 0)
		run_child(argv, question, p[1]);
	e = errno;
	close(question);
	close(p[1]);
	c->out = p[0];
	if (c->pid == -1) {
		close(p[0]);
		c->pid = 0;
		return errno = e, -1;
	}
	return 0;
}

enum verdict
check_end(struct check *c, int status, char *user, size_t cap)
{
	ssize_t n = read(c->out, user, cap - 1);

	close(c->out);
	c->pid = 0;
	user[n > 0 ? n : 0] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == WRONG)
		return V_NO;
	/* Acceptance is to have executed say-user, not just to end well. */
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || n < 1 ||
	    user[n - 1] != '\n')
		return V_LATER;
	user[n - 1] = '\0';
	for (; *user != '\0'; user++)
		if ((unsigned char)*user < ' ' || *user == 127)
			return V_LATER;
	return V_YES;
}
