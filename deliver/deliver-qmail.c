/* deliver-qmail - do the lines of a user's .qmail file in their order, where some
 * are programs. See deliver-qmail.8. */
#include "own.h"
#include "qmail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/num.h"
#include "mail/exitcode.h"
#include "mail/maildir.h"
#include "mail/mbox.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "text/forward.h"

#define FORWARDS_MAX	500

struct qmail {
	const char	*home, *sender;
	struct qmail_message message;
	struct buf	 text, name;	/* the file */
	struct job	 job;		/* as which its files are filled */
	char		 host[256];
	const char	*forward[FORWARDS_MAX + 8];	/* sendmail's arguments */
	size_t		 forwards;	/* of the addresses, how many */
};

/* A child's exit code, as qmail-local reads it. source: qmail-command(8) */
static int
qmail_code(int status)
{
	static const int hard[] = { 100, 64, 65, 70, 76, 77, 78, 112 };
	size_t i;

	if (!WIFEXITED(status))
		return EXIT_TEMP;
	if (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == QMAIL_STOP)
		return WEXITSTATUS(status);
	for (i = 0; i < sizeof(hard) / sizeof(*hard); i++)
		if (WEXITSTATUS(status) == hard[i])
			return EXIT_PERM;
	return EXIT_TEMP;
}

/* Execute argv with fd as descriptor 0, and wait. Its status; or -1. */
static int
run(const char *path, const char *const *argv, int fd)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (dup2(fd, 0) == -1)
			die(EXIT_TEMP, "descriptors:");
		execv(path, (char *const *)(uintptr_t)argv);
		die(EXIT_TEMP, "%s:", path);
	}
	close(fd);
	if (pid == -1)
		return -1;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return status;
}

static void
do_program(const struct qmail *q, const char *command, int *code)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	int fd = qmail_message_open(&q->message, ""), status;

	if (fd == -1)
		die(EXIT_TEMP, "a copy of the message:");
	status = run("/bin/sh", argv, fd);
	if (status == -1)
		die(EXIT_TEMP, "starting a program:");
	*code = qmail_code(status);
}

static void
into_maildir(struct qmail *q, const char *path, struct answer *a)
{
	struct maildir m;
	struct put p;

	if (maildir_open(&m, path, q->host, 0) == -1) {
		maildir_failure(a, errno, "mailbox");
		return;
	}
	maildir_put(&m, &q->job, q->message.fd, &p);
	maildir_sync(&m, &p);
	maildir_sync_dirs(&m, &p, 1);
	maildir_close(&m);
	*a = p.answer;
}

static void
do_file(struct qmail *q, const char *path)
{
	struct answer a = { .number = 0 };
	size_t n = strlen(path);

	if (path[n - 1] == '/')
		into_maildir(q, path, &a);
	else
		mbox_put(path, 0, &q->job, q->message.fd, &a);
	if (a.verdict != V_DONE)
		die(a.verdict == V_NEVER ? EXIT_PERM : EXIT_TEMP, "%s: %s",
		    path, a.why);
}

static void
add_forward(struct qmail *q, const char *address)
{
	char *copy = strdup(address);

	if (copy == NULL || q->forwards == FORWARDS_MAX)
		die(EXIT_TEMP, "too many addresses");
	q->forward[5 + q->forwards++] = copy;
}

/* One line. Its code: 0, or what ends it all. */
static int
do_line(struct qmail *q, int kind, const char *text)
{
	int code = 0;

	if (kind == FORWARD_PROGRAM)
		do_program(q, text + 1, &code);
	else if (kind == FORWARD_FILE)
		do_file(q, text);
	else
		add_forward(q, text);
	return code;
}

/* All lines, or up to a program that ends it. */
static int
do_lines(struct qmail *q)
{
	struct forward_text t = { .p = q->text.s,
	    .end = q->text.s + q->text.len };
	struct buf line = BUF_MAX(FORWARD_TEXT);
	int kind, code = 0;

	while (code == 0 && (kind = qmail_next(&t, &line)) != 0) {
		if (kind == -1 || buf_0(&line) == -1)
			die(EXIT_TEMP, "%s/%s: line %u: %s", q->home, q->name.s,
			    t.line, t.wrong != NULL ? t.wrong : "no memory");
		code = do_line(q, kind, line.s);
	}
	buf_free(&line);
	return code == QMAIL_STOP ? 0 : code;
}

/* Our own folder's sendmail. */
static const char *
sendmail_path(void)
{
	static char path[1024];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
	char *slash;

	if (n <= 0)
		return "/usr/sbin/sendmail";
	path[n] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash, "/sendmail");
	return path;
}

static int
send_forwards(struct qmail *q)
{
	int fd, status;

	if (q->forwards == 0)
		return 0;
	q->forward[0] = "sendmail";
	q->forward[1] = "-i";
	q->forward[2] = "-f";
	q->forward[3] = *q->sender != '\0' ? q->sender : "<>";
	q->forward[4] = "--";
	/* Delivered-To ends a circle. */
	fd = qmail_message_open(&q->message, q->message.delivered_to);
	if (fd == -1)
		die(EXIT_TEMP, "a copy of the message:");
	status = run(sendmail_path(), q->forward, fd);
	return status == 0 ? 0 : EXIT_TEMP;
}

/* As which files are filled: what was written before is found again. */
static void
make_job(struct qmail *q, const char *recipient)
{
	const char *id = env_str("CORREO_ID", ""), *time = env_str(
	    "CORREO_TIME", "");
	struct job *j = &q->job;

	j->replay = *id != '\0';
	snprintf(j->id, sizeof(j->id), "%s", id);
	if (*id == '\0')
		snprintf(j->id, sizeof(j->id), "%x-%d",
		    (unsigned)clock_wall_us(), (int)getpid());
	if (num_u64(time, strlen(time), &j->time_us) == -1)
		j->time_us = clock_wall_us();
	snprintf(j->sender, sizeof(j->sender), "%s", q->sender);
	snprintf(j->to, sizeof(j->to), "%s", recipient);
	j->at = (uint64_t)q->message.at;
	j->size = (uint64_t)(q->message.end - q->message.at);
	j->wire = q->message.wire;
}

static void
prepare(struct qmail *q)
{
	const char *recipient = env_str("RECIPIENT", "unknown"), *why;
	size_t rest, n;
	int r;

	q->home = env_str("HOME", NULL);
	q->sender = env_str("SENDER", "");
	q->text.max = q->name.max = FORWARD_TEXT + 1;
	if (chdir(q->home) == -1)
		die(EXIT_TEMP, "%s:", q->home);
	r = own_qmail(q->home, env_str("EXT", ""), &q->text, &q->name, &rest,
	    &why);
	if (r != 1)
		die(EXIT_TEMP, "%s: %s", q->home, r == 0 ? "no .qmail file" :
		    why);
	if (qmail_message_take(&q->message, q->sender, recipient) == -1)
		die(EXIT_TEMP, "a copy of the message:");
	n = strlen(q->name.s);
	if (qmail_environment(&q->message, n > 8 && strcmp(q->name.s + n - 8,
	    "-default") == 0, rest) == -1)
		die(EXIT_TEMP, "environment:");
	if (gethostname(q->host, sizeof(q->host) - 1) == -1)
		strcpy(q->host, "localhost");
	make_job(q, recipient);
}

int
main(int argc, char **argv)
{
	static struct qmail q;
	int code;

	(void)argv;
	progname = "deliver-qmail";
	if (argc != 1)
		die(EXIT_PERM, "usage: deliver-qmail <message (settings: HOME, "
		    "EXT, SENDER, RECIPIENT)");
	prepare(&q);
	code = do_lines(&q);
	return code == 0 ? send_forwards(&q) : code;
}
