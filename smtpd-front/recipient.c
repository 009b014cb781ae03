/* recipient - addresses from the client, and who-is's word on them. */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define WHOIS_MS	30000
#define REFUSED_MAX	200	/* recipients, then the client is sent away */

/* An address without the angle brackets that RFC 5321 asks for. */
static ssize_t
parse_bare(struct session *s, const char *p, const char *end)
{
	char room[ADDRESS_OCTETS + 3];
	size_t n = 0;

	while (p + n < end && p[n] != ' ' && n < ADDRESS_OCTETS)
		n++;
	if (n == 0)
		return errno = EINVAL, -1;
	room[0] = '<';
	memcpy(room + 1, p, n);
	room[n + 1] = '>';
	return path_parse(room, n + 2, &s->path) == (ssize_t)n + 2 ?
	    (ssize_t)n : -1;
}

int
take_address(struct session *s, const char **p, const char *end,
    const char *kind)
{
	char code[8];
	ssize_t n;

	s->path.len = 0;
	snprintf(code, sizeof(code), "5.1.%s", kind);
	if (*p < end && **p == '<')
		n = path_parse(*p, (size_t)(end - *p), &s->path);
	else
		n = parse_bare(s, *p, end);
	if (n == -1) {
		refuse(s, 501, code, errno == EMSGSIZE ?
		    "the address is too long" : "this is no address");
		return -1;
	}
	*p += n;
	if (*p < end && **p != ' ') {
		refuse(s, 501, code, "this is no address");
		return -1;
	}
	if (s->path.len > 0 &&
	    address_local(s->path.s, s->path.len) == s->path.len &&
	    (buf_add(&s->path, "@", 1) == -1 ||
	    buf_adds(&s->path, s->domain) == -1 ||
	    s->path.len > ADDRESS_OCTETS)) {
		refuse(s, 501, code, "the address is too long");
		return -1;
	}
	return 0;
}

static int
connect_whois(struct session *s)
{
	s->whois = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (s->whois == -1)
		return -1;
	return connect(s->whois, (const struct sockaddr *)&s->peers->whois,
	    sizeof(s->peers->whois));
}

static void
drop_whois(struct session *s)
{
	if (s->whois != -1)
		close(s->whois);
	s->whois = -1;
}

void
expect_recipients(struct session *s)
{
	if (connect_whois(s) == -1)
		drop_whois(s);		/* tried again at RCPT */
}

/* Send the question and read the answer's last line. 0, or -1 with errno. */
static int
converse(struct session *s, const char *question, size_t n,
    enum existence *out)
{
	char record[512];
	const char *p = record;
	struct field f;
	ssize_t r;

	if (s->whois == -1 && connect_whois(s) == -1)
		return -1;
	if (unix_send(s->whois, question, n, -1, 0) == -1 ||
	    io_wait(s->whois, POLLIN, clock_mono_ms() + WHOIS_MS) == -1)
		return -1;
	r = unix_recv(s->whois, record, sizeof(record), NULL, 0);
	if (r <= 0 || record_next(&p, record + r, &f) != 1 ||
	    !field_is(&f, "end"))
		return r < 0 ? -1 : (errno = EPROTO, -1);
	return existence_parse(f.value, f.n, out);
}

/* who-is may have been started anew since the last question. */
enum existence
ask_whois(struct session *s, const char *question, size_t n)
{
	enum existence who;

	if (converse(s, question, n, &who) == 0)
		return who;
	drop_whois(s);
	if (converse(s, question, n, &who) == 0)
		return who;
	say("client=%s who-is does not answer:", s->client);
	drop_whois(s);
	return IS_UNSURE;
}

static enum existence
ask(struct session *s, const char *verb, const char *what, size_t what_n)
{
	char question[ADDRESS_OCTETS + 16];
	int n = snprintf(question, sizeof(question), "%s %.*s\n", verb,
	    (int)what_n, what);

	return ask_whois(s, question, (size_t)n);
}

static void
note(const struct session *s, const char *code)
{
	say("client=%s helo=%s%s%s from=<%s> to=<%.*s> refused=%s", s->client,
	    s->helo, s->user[0] != '\0' ? " user=" : "", s->user, s->sender,
	    (int)s->path.len, s->path.s, code);
}

/* Many a list has a few dead addresses; who tries hundreds is guessing. */
static void
count_refused(struct session *s)
{
	if (++s->refused < REFUSED_MAX)
		return;
	reply(s, 421, "4.7.0", "%s too many unknown recipients", s->name);
	say("client=%s sent away after %u refused recipients", s->client,
	    s->refused);
	s->done = 1;
}

static void
accept_recipient(struct session *s)
{
	size_t was = s->rcpts.len;

	if (record_add(&s->rcpts, "rcpt", s->path.s, s->path.len) == -1 ||
	    dsn_rcpt_facts(s, &s->rcpts) == -1) {
		s->rcpts.len = was;
		reply(s, 452, "4.5.3", "too many recipients");
		return;
	}
	s->rcpt_n++;
	s->state = S_RCPT;
	reply(s, 250, "2.1.5", "ok");
}

/* Another host's: for those who are ours, where there is a way to it. */
static void
check_relay(struct session *s, enum existence who)
{
	int ours;

	if (!s->may_relay && s->user[0] == '\0' && who == IS_ELSEWHERE)
		s->may_relay = ask(s, "relays", s->client, strlen(s->client)) ==
		    IS_HERE;	/* relay-domains has its address */
	ours = s->may_relay || s->user[0] != '\0';
	if (ours && who == IS_ELSEWHERE) {
		accept_recipient(s);
		return;
	}
	note(s, "5.7.1");
	reply(s, 550, "5.7.1", ours ? "no mail is sent from here to that host" :
	    "relaying is not allowed");
	count_refused(s);
}

void
check_recipient(struct session *s)
{
	enum existence who = ask(s, "ask", s->path.s, s->path.len);

	switch (who) {
	case IS_HERE:
		accept_recipient(s);
		break;
	case IS_NOBODY:
		note(s, "5.1.1");
		reply(s, 550, "5.1.1", "no such user here");
		count_refused(s);
		break;
	case IS_ELSEWHERE:
	case IS_BARRED:
		check_relay(s, who);
		break;
	case IS_UNSURE:
		note(s, "4.3.0");
		reply(s, 451, "4.3.0", "cannot look this up now, try later");
		break;
	}
}
