/*
 * fuzz-smtp - a whole SMTP dialog: smtpd-front's commands, data and addresses,
 * with who-is and qinject played here. Every reply must be a line that a
 * client can read, and a message that is taken must be whole.
 */
/* Ours stand below. */
#define check_recipient		ask_who_is
#define expect_recipients	connect_who_is
#include "../../smtpd-front/recipient.c"
#undef check_recipient
#undef expect_recipients

#include "fuzz.h"

#include <ctype.h>
#include <stdarg.h>
#include <sys/mman.h>

#define REPLIES_MAX	(8u << 20)

const char *progname = "fuzz-smtp";

static struct {
	int	 open;		/* between injector_begin and its end */
	size_t	 octets;
	char	*room;		/* of just the octets that were asked for */
	size_t	 room_n;
	unsigned taken;
} queue;

void
say(const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
}

void
die(int code, const char *fmt, ...)
{
	(void)fmt;
	exit(code);
}

void check_recipient(struct session *s);

/* Who-is: the first letter says what it is. */
void
check_recipient(struct session *s)
{
	MUST(s->path.len > 0 && s->path.len <= ADDRESS_OCTETS);
	MUST(memchr(s->path.s, '@', s->path.len) != NULL);
	MUST(s->state == S_MAIL || s->state == S_RCPT);
	switch (s->path.s[0]) {
	case 'n':
		reply(s, 550, "5.1.1", "no such user here");
		count_refused(s);
		break;
	case 'l':
		reply(s, 451, "4.3.0", "cannot look this up now, try later");
		break;
	default:
		accept_recipient(s);
	}
	(void)ask_who_is;
	(void)connect_who_is;
}

void expect_recipients(struct session *s);

void
expect_recipients(struct session *s)
{
	MUST(s->whois == -1);
}

/* Qinject: the facts must be a record with a sender and the recipients. */
void
injector_begin(struct injector *i, const char *facts, size_t n)
{
	const char *p = facts, *end = facts + n;
	unsigned senders = 0, rcpts = 0;
	struct field f;
	int r;

	(void)i;
	MUST(!queue.open);
	while ((r = record_next(&p, end, &f)) == 1) {
		senders += (unsigned)field_is(&f, "sender");
		rcpts += (unsigned)field_is(&f, "rcpt");
	}
	MUST(r == 0 && senders == 1 && rcpts > 0);
	queue.open = 1;
	queue.octets = 0;
}

void
injector_connect(struct injector *i)
{
	(void)i;
}

char *
injector_room(struct injector *i, size_t n)
{
	(void)i;
	free(queue.room);
	queue.room = malloc(n);
	queue.room_n = n;
	MUST(n > 0 && n <= INJECTOR_PIECE && queue.room != NULL);
	return queue.room;
}

void
injector_filled(struct injector *i, size_t n)
{
	(void)i;
	MUST(queue.open && n <= queue.room_n);
	queue.octets += n;
}

void
injector_end(struct injector *i, struct injected *out)
{
	(void)i;
	MUST(queue.open);
	queue.open = 0;
	queue.taken++;
	memset(out, 0, sizeof(*out));
	answer_set(&out->answer, (enum verdict)(queue.octets % 3), "2.0.0",
	    "as the size wants it");
}

void
injector_abort(struct injector *i)
{
	(void)i;
	queue.open = 0;
}

/* Whole lines "250 text" or "250-text", printable but for what is repeated to
 * the client, at most 512 octets. The number of 354s. */
static unsigned
check_replies(const char *p, size_t n)
{
	const char *end = p + n;
	unsigned go_ons = 0;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		MUST(lf != NULL && lf - p >= 5 && lf[-1] == '\r');
		MUST(lf - p < 512);
		MUST(p[0] >= '2' && p[0] <= '5' && isdigit(p[1]) &&
		    isdigit(p[2]) && (p[3] == ' ' || p[3] == '-'));
		MUST(memchr(p, '\0', (size_t)(lf - p)) == NULL);
		go_ons += memcmp(p, "354", 3) == 0;
		p = lf + 1;
	}
	return go_ons;
}

static int
memory_file(const char *name)
{
	int fd = memfd_create(name, 0);

	MUST(fd != -1);
	return fd;
}

static void
set_file(int fd, const uint8_t *data, size_t n)
{
	MUST(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	MUST(pwrite(fd, data, n, 0) == (ssize_t)n);
}

/* A session as smtpd-front's main() begins it. */
static void
begin(struct session *s)
{
	static char rcpts[10 * (ADDRESS_OCTETS + 6)];
	static char facts[sizeof(rcpts) + 2048];
	static char path[ADDRESS_OCTETS + DOMAIN_OCTETS];

	memset(s, 0, sizeof(*s));
	s->wire.timeout_ms = 1000;
	s->wire.end_ms = clock_mono_ms() + 10000;
	s->injector.fd = s->whois = -1;
	s->name = s->domain = "example.org";
	s->client = "127.0.0.1";
	s->size_max = 3000;
	s->rcpt_max = 9;
	s->data_ms = 1000;
	s->state = S_START;
	s->rcpts = (struct buf){ .s = rcpts, .cap = sizeof(rcpts),
	    .max = sizeof(rcpts) };
	s->facts = (struct buf){ .s = facts, .cap = sizeof(facts),
	    .max = sizeof(facts) };
	s->path = (struct buf){ .s = path, .cap = sizeof(path),
	    .max = sizeof(path) };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char replies[REPLIES_MAX];
	static struct session s;
	static int in = -1, out = -1;
	unsigned go_ons;
	ssize_t r;

	if (in == -1) {
		in = memory_file("in");
		out = memory_file("out");
	}
	set_file(in, data, n);
	set_file(out, data, 0);
	begin(&s);
	s.wire.in = in;
	s.wire.out = out;
	free(queue.room);
	memset(&queue, 0, sizeof(queue));
	while (!s.done) {
		serve_command(&s);
		MUST(s.state != S_RCPT || s.rcpt_n > 0);
		MUST(s.state >= S_MAIL || s.rcpt_n == 0);
		MUST(s.rcpt_n <= s.rcpt_max);
		MUST(!queue.open);
	}
	(void)wire_flush(&s.wire);
	r = pread(out, replies, sizeof(replies), 0);
	MUST(r >= 0 && r < REPLIES_MAX);
	go_ons = check_replies(replies, (size_t)r);
	MUST(queue.taken <= go_ons);
	return 0;
}
