/* correo-autoreply - answer a message that came for a user who is away. See
 * correo-autoreply.8. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "text/autoreply.h"
#include "text/date.h"
#include "text/fields.h"
#include "text/path.h"

#define HEADER_OCTETS	65536	/* of the message that are looked at */
#define TEXT_OCTETS	65536	/* of the answer's text */
#define VALUE_OCTETS	800	/* of a field of the message that is repeated */
#define DAYS		7
#define WAIT_S		120	/* for all of it */

struct autoreply {
	const char	*file;		/* the answer's text */
	const char	*const *own;	/* the user's addresses */
	const char	*sender;	/* who wrote */
	const char	*sendmail;	/* full path */
	struct buf	 header, text, reply;
	char		 quoted[QUOTED_OCTETS + 1];	/* sender as a header has it */
};

/* All of a descriptor; what does not fit in is read and dropped. */
static void
take(int fd, struct buf *b, const char *what)
{
	char rest[4096];
	ssize_t n;

	if (buf_room(b, b->max) == -1)
		die(EXIT_TEMP, "no memory");
	while ((n = read(fd, b->len < b->max ? b->s + b->len : rest,
	    b->len < b->max ? b->max - b->len : sizeof(rest))) != 0) {
		if (n == -1 && errno != EINTR)
			die(EXIT_TEMP, "%s:", what);
		if (n > 0 && b->len < b->max)
			b->len += (size_t)n;
	}
}

static void
take_file(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1 && errno != ENOENT)
		die(EXIT_TEMP, "%s:", path);
	if (fd == -1)
		return;
	take(fd, b, path);
	close(fd);
}

static void
path_of(const struct autoreply *a, const char *end, char out[1024])
{
	int n = snprintf(out, 1024, "%s%s", a->file, end);

	if (n < 0 || n >= 1024)
		die(EXIT_PERM, "the file's name is too long");
}

/* Two messages at the same time are not both a sender's first. */
static void
lock(const struct autoreply *a)
{
	int fd = open(a->file, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || flock(fd, LOCK_EX) == -1)
		die(EXIT_TEMP, "%s:", a->file);
}

static void
replace(const char *path, const char *tmp, const struct buf *b)
{
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0600);

	if (fd == -1 || io_write_file(fd, b->s, b->len) == -1 ||
	    close(fd) == -1 || rename(tmp, path) == -1)
		die(EXIT_TEMP, "%s:", path);
}

/* 1 if the sender has had no answer of late; now he has one. What fails behind this
 * costs an answer, and never sends two. */
static int
is_first(const struct autoreply *a)
{
	struct buf before = BUF_MAX(AUTOREPLY_MEMORY), after = before;
	char path[1024], tmp[1024];
	int r;

	path_of(a, ".seen", path);
	path_of(a, ".seen.new", tmp);
	lock(a);
	take_file(path, &before);
	r = autoreply_remember(before.s, before.len, a->sender,
	    clock_wall_us() / 1000000, DAYS * 86400, &after);
	if (r == -1)
		die(EXIT_TEMP, "%s:", path);
	if (r == 1)
		replace(path, tmp, &after);
	return r;
}

/* The field's value in one line, "" where there is none or it is too long. */
static void
copy_value(const struct autoreply *a, const char *name,
    char out[VALUE_OCTETS])
{
	const char *p = a->header.s, *end = p + a->header.len;
	struct header_field f = { .name = "" };
	size_t i, n = 0;

	out[0] = '\0';
	while (fields_next(&p, end, &f))
		if (ascii_is(f.name, f.name_n, name))
			break;
	if (!ascii_is(f.name, f.name_n, name) || f.n >= VALUE_OCTETS)
		return;
	for (i = 0; i < f.n; i++) {
		char c = f.value[i];

		if (c == '\n' || c == '\r' || (n == 0 && c == ' '))
			continue;
		out[n++] = (unsigned char)c < ' ' || c == 127 ? ' ' : c;
	}
	out[n] = '\0';
}

static void
add(struct buf *b, const char *name, const char *before, const char *value)
{
	if (buf_adds(b, name) == -1 || buf_adds(b, ": ") == -1 ||
	    buf_adds(b, before) == -1 || buf_adds(b, value) == -1 ||
	    buf_adds(b, "\n") == -1)
		die(EXIT_TEMP, "no memory");
}

/* source: RFC 3834, 3.1 */
static void
make_reply(struct autoreply *a)
{
	struct buf *b = &a->reply;
	char subject[VALUE_OCTETS], id[VALUE_OCTETS], date[DATE_OCTETS];

	copy_value(a, "subject", subject);
	copy_value(a, "message-id", id);
	date_mail(date, clock_wall_us() / 1000000);
	add(b, "From", "", a->own[0]);
	add(b, "To", "", a->quoted);
	add(b, "Date", "", date);
	add(b, "Subject", "Auto: ", subject[0] != '\0' ? subject :
	    "your message");
	if (id[0] != '\0') {
		add(b, "In-Reply-To", "", id);
		add(b, "References", "", id);
	}
	add(b, "Auto-Submitted", "auto-replied", "");
	add(b, "MIME-Version", "1.0", "");
	add(b, "Content-Type", "text/plain; charset=utf-8", "");
	add(b, "Content-Transfer-Encoding", "8bit\n", "");
	if (buf_add(b, a->text.s, a->text.len) == -1)
		die(EXIT_TEMP, "no memory");
}

static void __attribute__((noreturn))
run_sendmail(const struct autoreply *a, const int pair[2])
{
	if (dup2(pair[0], 0) == -1)
		die(EXIT_TEMP, "descriptors:");
	close(pair[0]);
	close(pair[1]);
	execl(a->sendmail, "sendmail", "-i", "-f", "<>", "--", a->sender,
	    (char *)NULL);
	die(EXIT_TEMP, "%s:", a->sendmail);
}

/* 0, or -1. */
static int
send_reply(const struct autoreply *a)
{
	int pair[2], status = -1, r;
	pid_t pid;

	if (pipe(pair) == -1)
		return -1;
	pid = fork();
	if (pid == 0)
		run_sendmail(a, pair);
	close(pair[0]);
	r = pid == -1 ? -1 : io_write(pair[1], a->reply.s, a->reply.len,
	    clock_mono_ms() + WAIT_S * 1000);
	close(pair[1]);
	while (pid != -1 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return r == 0 && status == 0 ? 0 : -1;
}

/* Our own folder's, or the system's. */
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
	return access(path, X_OK) == 0 ? path : "/usr/sbin/sendmail";
}

static void
take_settings(struct autoreply *a, int argc, char **argv)
{
	size_t n;

	if (argc < 3 || argv[1][0] == '-')
		die(EXIT_PERM, "usage: correo-autoreply file address ... "
		    "<message (settings: SENDER)");
	a->file = argv[1];
	a->own = (const char *const *)argv + 2;
	a->sender = env_str("SENDER", "");
	a->sendmail = env_str("SENDMAIL", sendmail_path());
	n = strlen(a->sender);
	if (n > ADDRESS_OCTETS || strpbrk(a->sender, "\r\n") != NULL)
		die(EXIT_PERM, "SENDER is no address");
	address_quote(a->quoted, a->sender);
}

int
main(int argc, char **argv)
{
	static struct autoreply a = { .header = BUF_MAX(HEADER_OCTETS),
	    .text = BUF_MAX(TEXT_OCTETS),
	    .reply = BUF_MAX(TEXT_OCTETS + 8192) };
	const char *why;

	progname = "correo-autoreply";
	take_settings(&a, argc, argv);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(WAIT_S);		/* a lock or a sendmail that hangs */
	take(0, &a.header, "the message");
	why = autoreply_why_not(a.header.s, a.header.len, a.sender, a.own);
	take_file(a.file, &a.text);
	if (why == NULL && a.text.len == 0)
		why = "there is no text";
	if (why == NULL && !is_first(&a))
		why = "its sender had one";
	if (why != NULL) {
		say("from=<%s> no reply: %s", a.sender, why);
		return EXIT_DONE;
	}
	make_reply(&a);
	if (send_reply(&a) == -1)
		say("from=<%s> the reply could not be sent", a.sender);
	return EXIT_DONE;
}
