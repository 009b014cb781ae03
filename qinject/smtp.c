/* smtp - sendmail -bs: SMTP on descriptors 0 and 1, spoken by a smtpd-front that
 * uses the local sockets. */
#include "sendmail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/io.h"
#include "sys/log.h"

#define PIECE	16384

/* Lines of a person at a terminal end in LF, and SMTP's in CRLF. The first line
 * decides: a program that ends it with CRLF has its octets passed as they are,
 * for a lone LF in them is no line end. */
struct lines {
	enum { FIRST, AS_THEY_ARE, TO_CRLF } how;
	int	last_cr;
};

/* n octets to out, which has room for 2 n. How many it wrote. */
static size_t
convert(struct lines *l, const char *in, size_t n, char *out)
{
	size_t i, w = 0;

	for (i = 0; i < n; i++) {
		if (l->how == FIRST && in[i] == '\n')
			l->how = l->last_cr ? AS_THEY_ARE : TO_CRLF;
		if (l->how == TO_CRLF && in[i] == '\n' && !l->last_cr)
			out[w++] = '\r';
		out[w++] = in[i];
		l->last_cr = in[i] == '\r';
	}
	return w;
}

/* Client to server. 0 at the end, -1 when the server is gone. */
static int
pass_in(struct lines *l, int server)
{
	char in[PIECE], out[2 * PIECE];
	ssize_t r = read(0, in, sizeof(in));

	if (r == -1 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (r <= 0) {
		(void)shutdown(server, SHUT_WR);
		return 0;
	}
	return io_write(server, out, convert(l, in, (size_t)r, out), -1) == -1
	    ? -1 : 1;
}

static int
pass_out(int server)
{
	char piece[PIECE];
	ssize_t r = read(server, piece, sizeof(piece));

	if (r == -1 && errno == EINTR)
		return 1;
	if (r <= 0)
		return 0;
	return io_write(1, piece, (size_t)r, -1) == -1 ? -1 : 1;
}

/* The server's own limits end a session that hangs; then we leave too. */
static void
pass(int server)
{
	struct lines lines = { .how = FIRST };
	struct pollfd p[2] = {
		{ .fd = server, .events = POLLIN },
		{ .fd = 0, .events = POLLIN },
	};

	for (;;) {
		if (poll(p, 2, -1) == -1 && errno != EINTR)
			return;
		if (p[0].revents != 0 && pass_out(server) != 1)
			return;
		if (p[1].revents != 0 && pass_in(&lines, server) != 1)
			p[1].fd = -1;
	}
}

static void
set(const char *name, const char *value)
{
	if (value == NULL || setenv(name, value, 1) == -1)
		die(SM_CONFIG, "setting %s:", name);
}

/* For root with -Am: the listener's own SMTP, as its user, with login and TLS. */
static void
become_listener(void)
{
	const char *uid = getenv("NET_UID"), *gid = getenv("NET_GID");
	gid_t g;

	set("LISTEN_TLS", "starttls");
	set("SMTP_AUTH", "optional");
	set("AUTH_CLEAR", "1");		/* no line but our own descriptors */
	set("TLS_SOCKET", getenv("TLS_SERVICE"));
	if (uid == NULL || gid == NULL)
		return;
	g = (gid_t)strtoul(gid, NULL, 10);
	if (setgroups(1, &g) == -1 || setgid(g) == -1 ||
	    setuid((uid_t)strtoul(uid, NULL, 10)) == -1)
		die(SM_OSERR, "cannot become uid %s:", uid);
}

static void
run_server(const struct sendmail *s, int end)
{
	char program[sizeof(s->settings.self) + 16];
	int null = open("/dev/null", O_WRONLY);

	snprintf(program, sizeof(program), "%s/smtpd-front", s->settings.self);
	set("TCPREMOTEIP", "127.0.0.1");
	set("RELAYCLIENT", "");
	if (s->o.as_daemon && getuid() == 0)
		become_listener();
	else {
		set("QINJECT_SOCKET", getenv("LOCAL_SOCKET"));
		set("WHOIS_SOCKET", getenv("LOCAL_WHOIS_SOCKET"));
		set("LISTEN_TLS", "none");
		set("SMTP_AUTH", "off");
		set("SMTP_COMPLETE", "all");	/* as -t does */
	}
	unsetenv("SMTP_GREETED");	/* this one greets itself */
	/* qinject logs each message; the session's own lines are for a log that
	 * is not the user's terminal. */
	if (dup2(end, 0) == -1 || dup2(end, 1) == -1 ||
	    (!s->o.verbose && null != -1 && dup2(null, 2) == -1))
		die(SM_OSERR, "descriptors:");
	execl(program, "smtpd-front", (char *)NULL);
	die(SM_OSERR, "%s:", program);
}

int
serve_smtp(struct sendmail *s)
{
	int pair[2], status = 0;
	pid_t pid;

	/* Who writes both means to hand in a message: it would be lost here. */
	if (s->o.from_header)
		die(SM_USAGE, "-t and -bs do not go together");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		die(SM_OSERR, "socket:");
	pid = fork();
	if (pid == -1)
		die(SM_OSERR, "fork:");
	if (pid == 0)
		run_server(s, pair[1]);
	close(pair[1]);
	pass(pair[0]);
	close(pair[0]);
	if (waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return SM_TEMP;
	if (WEXITSTATUS(status) == 0)
		return SM_OK;
	say("smtpd-front left with %d", WEXITSTATUS(status));
	return WEXITSTATUS(status) == 100 ? SM_CONFIG : SM_TEMP;
}
