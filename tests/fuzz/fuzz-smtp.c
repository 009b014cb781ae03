/*
 * fuzz-smtp - a whole SMTP dialog: smtpd-front's commands, data, addresses,
 * AUTH and STARTTLS, with who-is, qinject, auth and TLS played here. Every
 * reply must be a line that a client can read, a message that is taken must be
 * whole, and no secret may stay. The last octet of the input says which
 * settings there are; octets behind the first \001 come by TLS.
 */
/* Ours stand below. */
#define check_recipient		ask_who_is
#define expect_recipients	connect_who_is
#define ask_whois		converse_with_who_is
#include "../../smtpd-front/recipient.c"
#undef check_recipient
#undef expect_recipients
#undef ask_whois

#include "fuzz.h"

#include <ctype.h>
#include <stdarg.h>
#include <sys/mman.h>

#define REPLIES_MAX	(8u << 20)
#define BY_TLS		1	/* the octet */

const char *progname = "fuzz-smtp";

static struct {
	int	 open;		/* between injector_begin and its end */
	size_t	 octets;
	char	*room;		/* of just the octets that were asked for */
	size_t	 room_n;
	unsigned taken;
} queue;

static struct session one;
static int in_tls = -1;		/* a file of what the client sends by TLS */
static unsigned asked_auth, not_right;	/* times */
static int right;		/* since TLS, if that was */

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

void check_recipient(struct session *x);

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

enum existence ask_whois(struct session *x, const char *question, size_t n);

/* Whose a sender's address is: the first letter says it. */
enum existence
ask_whois(struct session *x, const char *question, size_t n)
{
	const char *p = question, *end = p + n;
	struct field as, who;

	MUST(n < 1024);		/* who-is takes no more */
	MUST(record_next(&p, end, &as) == 1 && field_is(&as, "sender"));
	MUST(record_next(&p, end, &who) == 1 && field_is(&who, "user"));
	MUST(p == end && as.n > 0 && as.n <= ADDRESS_OCTETS);
	MUST(x->user[0] != '\0' && strlen(x->user) == who.n);
	return *as.value == 'n' ? IS_NOBODY : *as.value == 'l' ? IS_UNSURE :
	    IS_HERE;
}

void expect_recipients(struct session *s);

void
expect_recipients(struct session *s)
{
	MUST(s->whois == -1);
}

/* What the client wants its sender to be told is good, whatever came in. */
static void
check_dsn(const struct field *f, unsigned rcpts)
{
	if (field_is(f, "ret"))
		MUST(ret_parse(f->value, f->n) != NULL);
	if (field_is(f, "envid"))
		MUST(envid_is(f->value, f->n));
	if (field_is(f, "notify"))
		MUST(rcpts > 0 && notify_parse(f->value, f->n) != -1);
	if (field_is(f, "orcpt"))
		MUST(rcpts > 0 && orcpt_is(f->value, f->n));
}

/* Qinject: the facts must be a record with a sender and the recipients. */
void
injector_begin(struct injector *i, const char *facts, size_t n)
{
	const char *p = facts, *end = facts + n;
	unsigned senders = 0, rcpts = 0, users = 0;
	struct field f;
	int r;

	(void)i;
	MUST(!queue.open);
	while ((r = record_next(&p, end, &f)) == 1) {
		senders += (unsigned)field_is(&f, "sender");
		rcpts += (unsigned)field_is(&f, "rcpt");
		users += (unsigned)field_is(&f, "user");
		check_dsn(&f, rcpts);
	}
	MUST(r == 0 && senders == 1 && rcpts > 0);
	MUST(users == (one.user[0] != '\0'));
	MUST(users == 1 || one.auth != AUTH_REQUIRED);
	MUST(users == 0 || !one.sender_check ||
	    strchr("nl", one.sender[0]) == NULL || one.sender[0] == '\0');
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

/* Auth: the first letter says what it is. */
enum judgement
ask_auth(struct session *x, const struct claim *c, uint64_t *wait_s)
{
	asked_auth++;
	MUST(x->auth != AUTH_OFF && (x->tls || x->auth_clear));
	MUST(x->user[0] == '\0' && x->state == S_HELO && c->user_n > 0);
	*wait_s = c->secret_n;
	not_right++;
	if (c->user[0] == 'l')
		return IS_UNCLEAR;
	if (c->user[0] != 'y' || c->secret_n == 0)
		return IS_WRONG;
	not_right--;
	right = 1;
	memcpy(x->user, "yes@example.org", 16);
	return IS_RIGHT;
}

/* TLS: it is there for who is not called "no...". */
int
starttls_ask(struct starttls *t, const struct wire *w, const char *client)
{
	(void)t, (void)client;
	MUST(w->at == w->n && !one.tls && one.offers_tls);
	if (strncmp(one.helo, "no", 2) == 0)
		return errno = ECONNREFUSED, -1;
	return 0;
}

int
starttls_turn(struct starttls *t, struct wire *w)
{
	(void)t;
	MUST(w->at == w->n && wire_flush(w) == 0);
	w->in = in_tls;
	right = 0;
	return 0;
}

static int
all_zero(const char *p, size_t n)
{
	while (n > 0 && p[n - 1] == '\0')
		n--;
	return n == 0;
}

/* What must hold between two commands. */
static void
check_session(unsigned asked_before)
{
	MUST(one.state != S_RCPT || one.rcpt_n > 0);
	MUST(one.state >= S_MAIL || one.rcpt_n == 0);
	MUST(one.rcpt_n <= one.rcpt_max);
	MUST(!queue.open);
	MUST(one.user[0] == '\0' || (one.auth != AUTH_OFF && (one.tls ||
	    one.auth_clear)));
	MUST(one.user[0] == '\0' || right);
	MUST(not_right < 5 || one.done);
	MUST(!one.tls || one.wire.in == in_tls);
	if (asked_auth == asked_before)
		return;
	MUST(all_zero(one.line, sizeof(one.line)));
	MUST(all_zero(one.wire.in_buf, one.wire.at));
	MUST(all_zero(one.wire.in_buf + one.wire.n, WIRE_IN - one.wire.n));
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
begin(unsigned settings)
{
	static char rcpts[10 * (ADDRESS_OCTETS + 6)];
	static char facts[sizeof(rcpts) + 2048];
	static char path[ADDRESS_OCTETS + DOMAIN_OCTETS];

	memset(&one, 0, sizeof(one));
	one.wire.timeout_ms = 1000;
	one.wire.end_ms = clock_mono_ms() + 10000;
	one.injector.fd = one.whois = -1;
	one.name = one.domain = "example.org";
	one.client = "127.0.0.1";
	one.size_max = 3000;
	one.rcpt_max = 9;
	one.data_ms = 1000;
	one.state = S_START;
	one.auth = (enum smtp_auth)(settings % 3);
	one.offers_tls = settings >> 2 & 1;
	one.auth_clear = settings >> 3 & 1;
	one.sender_check = settings >> 4 & 1;
	one.completes_all = settings >> 5 & 1;
	one.rcpts = (struct buf){ .s = rcpts, .cap = sizeof(rcpts),
	    .max = sizeof(rcpts) };
	one.facts = (struct buf){ .s = facts, .cap = sizeof(facts),
	    .max = sizeof(facts) };
	one.path = (struct buf){ .s = path, .cap = sizeof(path),
	    .max = sizeof(path) };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char replies[REPLIES_MAX];
	static int in = -1, out = -1;
	const uint8_t *mark = n == 0 ? NULL : memchr(data, BY_TLS, n);
	size_t clear_n = mark == NULL ? n : (size_t)(mark - data);
	unsigned go_ons;
	ssize_t r;

	if (in == -1) {
		in = memory_file("in");
		in_tls = memory_file("tls");
		out = memory_file("out");
	}
	set_file(in, data, clear_n);
	set_file(in_tls, data + clear_n + (mark != NULL), n - clear_n -
	    (mark != NULL));
	set_file(out, data, 0);
	begin(n == 0 ? 0 : data[n - 1]);
	one.wire.in = in;
	one.wire.out = out;
	free(queue.room);
	memset(&queue, 0, sizeof(queue));
	not_right = 0;
	right = 0;
	while (!one.done) {
		unsigned asked = asked_auth;

		serve_command(&one);
		check_session(asked);
	}
	(void)wire_flush(&one.wire);
	r = pread(out, replies, sizeof(replies), 0);
	MUST(r >= 0 && r < REPLIES_MAX);
	go_ons = check_replies(replies, (size_t)r);
	MUST(queue.taken <= go_ons);
	return 0;
}
