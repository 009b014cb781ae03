/* submit - a message from sendmail(1) into the queue, through the local socket. */
#include "sendmail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "mail/injector.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define ANSWER_MS	300000	/* qinject syncs disks */
#define DOWN_MS		5000	/* it may be started anew just now */
#define BUSY_MS		120000	/* other messages of this user are on their way */
#define FIRST_PAUSE_MS	20
#define LAST_PAUSE_MS	1000
#define NO_ANSWER	"4.3.0"	/* injector.h */

struct submission {
	struct sendmail	 *s;
	const struct buf *header;
	struct spool	 *body;
	struct injector	  injector;
	int		  not_read;	/* errno of the body's file, or 0 */
};

static void
pass(void *arg, const char *p, size_t n)
{
	struct submission *u = arg;

	injector_data(&u->injector, p, n);
}

/* One try. */
static void
try_once(struct submission *u, struct injected *out)
{
	size_t at, n;

	u->not_read = 0;
	injector_begin(&u->injector, u->s->facts.s, u->s->facts.len);
	for (at = 0; at < u->header->len; at += n) {
		n = u->header->len - at < INJECTOR_PIECE ?
		    u->header->len - at : INJECTOR_PIECE;
		injector_data(&u->injector, u->header->s + at, n);
	}
	injector_data(&u->injector, "\n", 1);
	if (spool_read(u->body, pass, u) == -1) {
		u->not_read = errno;
		injector_abort(&u->injector);
		return;
	}
	injector_end(&u->injector, out);
}

static int
is_busy(const struct injected *in)
{
	return in->answer.verdict == V_LATER &&
	    strcmp(in->answer.dsn, "4.3.2") == 0;
}

/* Try until there is an answer. A message that may be in the queue is never sent
 * again: it would come twice. */
static void
try_long(struct submission *u, struct injected *out)
{
	int64_t start = clock_mono_ms();
	int pause_ms = FIRST_PAUSE_MS;

	for (;;) {
		int64_t patience;

		try_once(u, out);
		if (u->not_read != 0 || (!is_busy(out) && !out->not_taken) ||
		    u->injector.failed == EACCES)
			return;
		/* Hung up on within the message: by one who is busy. */
		patience = is_busy(out) || u->injector.failed == EPIPE ||
		    u->injector.failed == ECONNRESET ? BUSY_MS : DOWN_MS;
		if (clock_mono_ms() - start >= patience)
			return;
		(void)poll(NULL, 0, pause_ms);
		pause_ms = pause_ms * 2 < LAST_PAUSE_MS ? pause_ms * 2 :
		    LAST_PAUSE_MS;
	}
}

static int
exit_code(const struct submission *u, const struct injected *in)
{
	if (u->not_read != 0) {
		errno = u->not_read;
		say("the message cannot be read back:");
		return SM_TEMP;
	}
	if (in->answer.verdict == V_DONE)
		return SM_OK;
	if (in->answer.verdict == V_NEVER) {
		say("the message is refused: %s (%s)", in->answer.why,
		    in->answer.dsn);
		return SM_DATA;
	}
	if (u->injector.failed == EACCES) {
		say("the queue's socket is not open to you");
		return SM_NOPERM;
	}
	if (in->not_taken || strcmp(in->answer.dsn, NO_ANSWER) != 0)
		say("nothing is queued, try again later: %s", in->answer.why);
	else
		say("it is not known whether the message is queued: %s",
		    in->answer.why);
	return SM_TEMP;
}

static void
do_nothing(int n)
{
	(void)n;
}

/* connect(2) waits where too many are in front of us; not for ever. */
static void
limit_waiting(void)
{
	struct sigaction a = { .sa_handler = do_nothing };	/* no SA_RESTART */

	sigaction(SIGALRM, &a, NULL);
	alarm(BUSY_MS / 1000);
}

int
submit(struct sendmail *s, const struct buf *header, struct spool *body,
    int is_8bit)
{
	static struct submission u;
	struct sockaddr_un at;
	struct injected in;
	const char *word = is_8bit ? "8bitmime" : "7bit";

	memset(&in, 0, sizeof(in));
	if (record_adds(&s->facts, "body", word) == -1) {
		say("the envelope:");
		return SM_DATA;
	}
	if (unix_addr(&at, env_str("LOCAL_SOCKET", NULL)) == -1) {
		say("LOCAL_SOCKET:");
		return SM_CONFIG;
	}
	u = (struct submission){ .s = s, .header = header, .body = body };
	u.injector.fd = -1;
	u.injector.at = &at;
	u.injector.timeout_ms = ANSWER_MS;
	limit_waiting();
	try_long(&u, &in);
	alarm(0);
	if (in.answer.verdict == V_DONE && s->o.verbose && u.not_read == 0)
		say("queued as %s", in.id);
	return exit_code(&u, &in);
}
