/* pop3d - POP3 after the login, as the user, with his Maildir. See pop3d.8. */
#include "pop3d.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/exits.h"
#include "net/handover.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"

#define LINE_OCTETS	512	/* with CRLF; RFC 2449 4 wants 255 */
#define PATH_OCTETS	4096
#define HANDOVER_MS	10000

/* MAILDIR, or HOME/Maildir. */
static const char *
mailbox_path(char path[PATH_OCTETS])
{
	const char *mailbox = env_str("MAILDIR", "");
	int n;

	if (*mailbox != '\0')
		return mailbox;
	n = snprintf(path, PATH_OCTETS, "%s/Maildir", env_str("HOME", NULL));
	if (n < 0 || n >= PATH_OCTETS)
		die(EXIT_PERM, "setting HOME is too long");
	return path;
}

static void
read_settings(struct session *s, char path[PATH_OCTETS])
{
	s->mailbox = mailbox_path(path);
	s->user = env_str("USER", "unknown");
	s->client = env_str("TCPREMOTEIP", "unknown");
	s->handover = (int)env_u64("HANDOVER_FD", 0, 3, 1000);
	s->w.timeout_ms = (int)env_u64("POP3_IDLE_S", 600, 1, 86400) * 1000;
	s->w.end_ms = clock_mono_ms() +
	    (int64_t)env_u64("POP3_SESSION_S", 21600, 1, 864000) * 1000;
}

/* The connection is ours now: what the client has sent beyond the login command
 * comes first. */
static void
take_connection(struct session *s)
{
	char tag[1];		/* POP3 has none: the empty one fits */

	if (handover_take(s->handover, &s->w, tag, sizeof(tag),
	    clock_mono_ms() + HANDOVER_MS) == -1)
		die(EXIT_TEMP, "user=%s client=%s no handover:", s->user,
		    s->client);
	close(s->handover);
}

/* Read the mailbox while the front hands over, then answer the login command. */
static void
begin(struct session *s)
{
	int opened = maildrop_open_index(&s->drop, s->mailbox, &s->boot);
	int e = errno;

	s->marks = calloc(s->drop.n + 1, 1);
	if (s->marks == NULL)
		die(EXIT_TEMP, "no memory:");
	if (s->handover > 0)
		take_connection(s);
	if (opened == -1) {
		reply(s, "-ERR [SYS/TEMP] your mailbox cannot be opened");
		(void)wire_flush(&s->w);
		errno = e;
		die(EXIT_TEMP, "user=%s client=%s cannot open %s:", s->user,
		    s->client, s->mailbox);
	}
	if (opened == 0)
		say("user=%s client=%s there is no %s", s->user, s->client,
		    s->mailbox);
	reply(s, "+OK %zu messages", s->drop.n);
}

static const char *
why_no_line(const struct session *s)
{
	if (errno != ETIMEDOUT)
		return "lost";
	return clock_left_ms(s->w.end_ms) == 0 ? "session" : "idle";
}

static void
serve(struct session *s)
{
	char line[LINE_OCTETS];

	while (s->end == NULL) {
		ssize_t n = wire_line(&s->w, line, sizeof(line));

		if (n >= 0)
			answer_line(s, line, (size_t)n);
		else if (errno == EMSGSIZE)
			reply(s, "-ERR the line is too long");
		else
			end_session(s, why_no_line(s));
	}
	(void)wire_flush(&s->w);
	maildrop_learn(&s->drop);
}

static void
log_end(const struct session *s)
{
	size_t i, left = 0;

	for (i = 0; i < s->drop.n; i++)
		left += !s->drop.m[i].gone;
	say("user=%s client=%s got=%" PRIu64 "/%" PRIu64 " deleted=%" PRIu64
	    " left=%zu seen=%" PRIu64 " end=%s", s->user, s->client, s->got,
	    s->got_octets, s->deleted, left, s->seen, s->end);
}

int
main(int argc, char **argv)
{
	struct session s = { .w = { .in = 0, .out = 1 } };
	char path[PATH_OCTETS];

	(void)argv;
	progname = "pop3d";
	if (argc != 1)
		die(EXIT_PERM, "usage: pop3d");
	read_settings(&s, path);
	if (s.handover > 0 && handover_ready(s.handover) == -1)
		die(EXIT_TEMP, "HANDOVER_FD:");
	signal(SIGPIPE, SIG_IGN);
	wire_begin(&s.w);
	index_boot_read(&s.boot);	/* the sandbox hides /proc */
	confine(&s);
	begin(&s);
	serve(&s);
	log_end(&s);
	return s.code;
}
