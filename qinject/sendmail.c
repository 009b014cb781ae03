/* sendmail - take a message from a program of this machine and queue it. See
 * sendmail.8. It has no right that its caller has not. */
#include "sendmail.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ascii.h"
#include "mail/queuefile.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "text/addrlist.h"
#include "text/date.h"
#include "text/record.h"

int
one_address(const struct sendmail *s, const char *text,
    char out[ADDRESS_OCTETS + 1])
{
	const char *p = text, *stop = text + strlen(text);
	struct mailbox_text m, more;
	int n = 0;

	if (addrlist_next(&p, stop, &m) != 1 ||
	    addrlist_next(&p, stop, &more) != 0)
		n = -1;
	else
		n = snprintf(out, ADDRESS_OCTETS + 1, "%s%s%s", m.address,
		    m.qualified ? "" : "@", m.qualified ? "" : s->domain);
	if (n >= 0 && n <= ADDRESS_OCTETS)
		return 0;
	say("%s... this is no address", text);
	return -1;
}

static void
find_sender(struct sendmail *s)
{
	char room[sizeof(s->user) + 3];
	const char *sender = s->o.sender;

	if (sender == NULL) {
		snprintf(room, sizeof(room), "<%s>", s->user);
		sender = room;
	}
	if (sender[strspn(sender, " ")] == '\0')
		sender = "<>";
	if (one_address(s, sender, s->sender) == -1)
		die(SM_DATA, "the sender is no address");
}

int
add_recipient(void *sendmail, const char *address)
{
	struct sendmail *s = sendmail;
	char a[ADDRESS_OCTETS + 1], words[NOTIFY_OCTETS];
	size_t n = strlen(address), local = address_local(address, n);
	int r;

	memcpy(a, address, n + 1);
	ascii_lower_all(a + local, n - local);
	r = names_add(&s->people, a, n);
	if (r != 1)
		return r;
	s->rcpt_n++;
	if (record_add(&s->facts, "rcpt", a, n) == -1)
		return -1;
	notify_text(words, s->o.notify);
	return s->o.notify == 0 ? 0 : record_adds(&s->facts, "notify", words);
}

/* One argument may hold several addresses. */
static int
add_argument(struct sendmail *s, const char *text)
{
	const char *p = text, *stop = text + strlen(text);
	char address[ADDRESS_OCTETS + 1];
	struct mailbox_text m;
	int r, n;

	while ((r = addrlist_next(&p, stop, &m)) == 1) {
		n = snprintf(address, sizeof(address), "%s%s%s", m.address,
		    m.qualified ? "" : "@", m.qualified ? "" : s->domain);
		if (m.address[0] == '\0' || n > ADDRESS_OCTETS)
			return errno = EINVAL, -1;
		if (add_recipient(s, address) == -1)
			return -1;
	}
	return r;
}

static void
add_arguments(struct sendmail *s)
{
	int i;

	for (i = 0; i < s->o.rcpt_n; i++)
		if (add_argument(s, s->o.rcpt[i]) == -1)
			die(SM_DATA, errno == EMSGSIZE ? "too many recipients"
			    : "%s... this is no address", s->o.rcpt[i]);
}

/* Read the message: its header to head, the rest to body. */
struct incoming {
	struct input	 input;
	struct buf	 head;
	struct spool	 body;
	size_t		 at;		/* of the header, as far as it is known */
	int		 split;		/* its end is found */
};

static void
keep(struct incoming *m, const char *p, size_t n, int last)
{
	size_t at;

	if (m->split) {
		if (spool_add(&m->body, p, n) == -1)
			die(SM_TEMP, "nothing is queued: a temporary file:");
		return;
	}
	if (buf_add(&m->head, p, n) == -1)
		die(SM_DATA, "nothing is queued: the header is too long");
	m->split = header_split(m->head.s, m->head.len, &m->at, last);
	if (!m->split)
		return;
	/* The empty line between header and body is written anew. */
	at = m->at;
	if (at < m->head.len && m->head.s[at] == '\n')
		at++;
	if (at < m->head.len && spool_add(&m->body, m->head.s + at,
	    m->head.len - at) == -1)
		die(SM_TEMP, "nothing is queued: a temporary file:");
	m->head.len = m->at;
}

static void
read_message(struct incoming *m)
{
	char in[32768], out[sizeof(in) + 2];
	ssize_t r;

	while (!m->input.done) {
		r = read(0, in, sizeof(in));
		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			die(SM_IOERR, "nothing is queued: the message:");
		if (r == 0)
			break;
		keep(m, out, input_put(&m->input, in, (size_t)r, out), 0);
	}
	keep(m, out, input_end(&m->input, out), 1);
}

static void
compose(struct sendmail *s, const struct incoming *m, struct buf *header)
{
	char date[DATE_OCTETS], id[QUEUE_ID], message_id[QUEUE_ID + 256];
	char own[sizeof(s->user) + 256];
	struct composer c = { .domain = s->domain, .sender = s->sender,
	    .full_name = s->full_name, .date = date, .arg = s,
	    .message_id = message_id };

	if (s->sender[0] == '\0') {
		snprintf(own, sizeof(own), "%s@%s", s->user, s->domain);
		c.sender = own;
	}
	if (s->o.from_header)
		c.rcpt = add_recipient;
	queue_id_make(id);
	snprintf(message_id, sizeof(message_id), "%s@%.200s", id, s->host);
	date_mail(date, clock_wall_us() / 1000000);
	if (compose_header(&c, m->head.s, m->at, header) == 0)
		return;
	if (c.wrong[0] != '\0')
		die(SM_DATA, "nothing is queued: no address: %s", c.wrong);
	die(SM_DATA, "nothing is queued: header or recipients too long");
}

int
send_message(struct sendmail *s)
{
	static struct incoming m = { .head = BUF_MAX(HEAD_MAX), .body = SPOOL };
	struct buf header = BUF_MAX(2 * HEAD_MAX);
	int is_8bit, code;

	if (s->o.rcpt_n == 0 && !s->o.from_header)
		die(SM_USAGE, "recipient names must be specified");
	find_sender(s);
	if (record_adds(&s->facts, "sender", s->sender) == -1 ||
	    (s->o.ret != NULL && record_adds(&s->facts, "ret", s->o.ret) == -1)
	    || (s->o.envid[0] != '\0' &&
	    record_adds(&s->facts, "envid", s->o.envid) == -1))
		die(SM_DATA, "the sender:");
	add_arguments(s);
	m.input.dots_are_text = s->o.dots_are_text;
	read_message(&m);
	compose(s, &m, &header);
	if (s->rcpt_n == 0)
		die(SM_USAGE, "nothing is queued: no recipient in To, Cc, Bcc");
	is_8bit = m.input.is_8bit || (s->o.body != NULL &&
	    ascii_is(s->o.body, strlen(s->o.body), "8BITMIME"));
	code = submit(s, &header, &m.body, is_8bit);
	buf_free(&header);
	return code;
}

/* Compile ETC/aliases. */
static int
make_aliases(struct sendmail *s)
{
	char program[sizeof(s->settings.self) + 32];
	const char *etc = getenv("ETC");
	int status;
	pid_t pid;

	if (etc == NULL)
		die(SM_CONFIG, "ETC is missing");
	if (access(etc, W_OK) == -1)
		die(SM_NOPERM, "%s:", etc);
	snprintf(program, sizeof(program), "%s/compile-aliases", s->settings.self);
	pid = fork();
	if (pid == 0) {
		execl(program, "compile-aliases", etc, (char *)NULL);
		die(SM_OSERR, "%s:", program);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		die(SM_OSERR, "%s:", program);
	if (!WIFEXITED(status))
		return SM_TEMP;
	switch (WEXITSTATUS(status)) {
	case 0:
		return SM_OK;
	case 100:
		return SM_DATA;
	default:
		return WEXITSTATUS(status) == SM_OSERR ? SM_OSERR : SM_TEMP;
	}
}

static int
run(struct sendmail *s)
{
	switch (s->o.mode) {
	case MODE_SEND:
		return send_message(s);
	case MODE_SMTP:
		return serve_smtp(s);
	case MODE_MAILQ:
		return print_queue(s);
	case MODE_ALIASES:
		return make_aliases(s);
	case MODE_VERIFY:
		return verify_addresses(s);
	case MODE_FLUSH:
		return flush_queue(s);
	case MODE_DAEMON:
		say("the listeners are services of s6: see smtpd-front(8)");
		return SM_USAGE;
	default:
		say("this mode is not built");
		return SM_USAGE;
	}
}

int
main(int argc, char **argv)
{
	static struct sendmail s = { .facts = BUF_MAX(HEAD_MAX),
	    .people = NAMES(PEOPLE_MAX) };

	progname = "sendmail";
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(&s.o, argc, argv) == -1)
		die(SM_USAGE, "%s", s.o.wrong);
	read_settings(&s);
	find_user(&s);
	return run(&s);
}
