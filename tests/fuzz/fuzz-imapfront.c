/*
 * fuzz-imapfront - IMAP before the login: imap-front's commands, with mail-login and
 * TLS played here. The first octet says what the listener allows; what stands
 * behind the octet 254 comes after STARTTLS. No secret may be asked for in the clear,
 * nothing said in the clear may count in TLS, and replies are whole lines.
 */
#include "fuzz.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../imapd/front.h"
#include "sys/clock.h"
#include "sys/log.h"

#define REPLIES_MAX	(8u << 20)
#define TURN		254

const char *progname = "fuzz-imapfront";

static struct {
	struct front	front;
	const uint8_t	*behind;	/* STARTTLS */
	size_t		 behind_n;
	int		 taken;		/* a session has the connection */
	unsigned	 asked;
} now;

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

/* Mail-login: the first octet of the secret says what it answers. What is no name
 * or no secret is not asked. */
int
login_ask(int fd, const struct login_question *q, struct login_answer *a,
    int64_t deadline_ms)
{
	static const char words[] = "ynle";
	char first = q->secret_n > 0 ? q->secret[0] : 'n';

	(void)fd, (void)deadline_ms;
	MUST(now.front.tls || now.front.may_clear);
	MUST(!now.taken && ++now.asked <= 4);
	MUST(q->user_n <= FRONT_LINE && q->secret_n <= FRONT_LINE);
	MUST(now.front.wire.out_n == 0 && q->turned == now.front.turned);
	*a = (struct login_answer){ .session = -1, .verdict = LOGIN_NO,
	    .wait_s = q->user_n };
	if (first == words[3])
		return errno = ECONNRESET, -1;
	if (first == words[2])
		a->verdict = LOGIN_LATER;
	if (first == words[0]) {
		a->verdict = LOGIN_YES;
		a->session = 1000;
	}
	return 0;
}

int
login_hand_over(int session, const char *tag, const char *rest, size_t n)
{
	const struct wire *w = &now.front.wire;

	MUST(session == 1000 && rest == w->in_buf + w->at);
	MUST(strlen(tag) > 0 && strlen(tag) <= HANDOVER_TAG && *tag != '*');
	MUST(n == w->n - w->at && n <= HANDOVER_REST);
	now.taken = 1;
	return n % 7 == 6 ? -1 : 0;
}

static void
set_file(int fd, const uint8_t *data, size_t n)
{
	MUST(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	MUST(pwrite(fd, data, n, 0) == (ssize_t)n);
}

int
starttls_ask(struct starttls *t, const struct wire *w, const char *client)
{
	(void)t, (void)client;
	MUST(w->at == w->n && !now.front.tls && now.front.can_tls);
	return now.behind_n % 5 == 4 ? (errno = ENOTCONN, -1) : 0;
}

int
starttls_turn(struct starttls *t, struct wire *w)
{
	(void)t;
	MUST(w->at == w->n);
	set_file(w->in, now.behind, now.behind_n);
	return wire_flush(w);
}

/* Whole lines of printable octets, each with a tag of the client's at most as long
 * as one that can be handed over. */
static void
check_replies(const char *p, size_t n)
{
	const char *end = p + n, *c;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *blank = memchr(p, ' ', (size_t)(end - p));

		MUST(lf != NULL && lf - p >= 2 && lf[-1] == '\r');
		MUST(lf - p < 512);
		MUST(blank != NULL && blank < lf && blank - p <= HANDOVER_TAG);
		for (c = p; c < lf - 1; c++)
			MUST(*c >= 32 && *c < 127);
		p = lf + 1;
	}
}

static void
begin(unsigned allowed, int in, int out)
{
	struct front *f = &now.front;

	memset(&now, 0, sizeof(now));
	f->wire.in = in;
	f->wire.out = out;
	f->wire.timeout_ms = 1000;
	f->wire.end_ms = clock_mono_ms() + 10000;
	f->name = f->domain = "example.org";
	f->client = "127.0.0.1";
	f->fd = -1;
	f->may_clear = allowed & 1;
	f->can_tls = allowed >> 1 & 1;
	f->tls = (allowed & 7) == 4;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char replies[REPLIES_MAX];
	static int in = -1, out = -1;
	const uint8_t *turn;
	ssize_t r;

	if (in == -1) {
		in = memfd_create("in", 0);
		out = memfd_create("out", 0);
		MUST(in != -1 && out != -1);
	}
	if (n == 0)
		return 0;
	begin(*data++, in, out);
	n--;
	turn = memchr(data, TURN, n);
	if (turn != NULL) {
		now.behind = turn + 1;
		now.behind_n = (size_t)(data + n - now.behind);
		n = (size_t)(turn - data);
	} else
		now.behind = data;
	set_file(in, data, n);
	set_file(out, data, 0);
	while (!now.front.done) {
		front_serve(&now.front);
		MUST(now.front.tls || now.front.may_clear || !now.asked);
		MUST(!now.taken || now.front.done);
		MUST(now.front.n <= FRONT_LINE);
	}
	(void)wire_flush(&now.front.wire);
	r = pread(out, replies, sizeof(replies), 0);
	MUST(r >= 0 && r < REPLIES_MAX);
	check_replies(replies, (size_t)r);
	return 0;
}
