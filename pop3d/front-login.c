/* front-login - a name and a secret on their way to mail-login, and what it
 * says. */
#include "front.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "sys/log.h"
#include "text/base64.h"
#include "text/sasl.h"

#define FAILURES_MAX	4	/* then the client is sent away */
#define ANSWER_MS	10000	/* behind the end of our time: mail-login ends
				 * us before */
#define PLAIN_OCTETS	(FRONT_LINE / 4 * 3)

int
front_may_log_in(struct front *f)
{
	if (f->tls || f->may_clear)
		return 1;
	front_err(f, f->can_tls ? "[SYS/PERM] say STLS first" :
	    "[SYS/PERM] no login without TLS");
	return 0;
}

/* Count a refusal, behind its reply. */
static void
failed(struct front *f)
{
	f->user[0] = '\0';
	if (++f->failures < FAILURES_MAX)
		return;
	say("client=%s sent away after %u failures", f->client, f->failures);
	f->done = 1;
}

static void
refuse(struct front *f, const struct login_answer *a)
{
	if (a->verdict == LOGIN_NO)
		front_err(f, "[AUTH] the name or the secret is wrong");
	else if (a->wait_s > 0)
		front_err(f, "[SYS/TEMP] too many failures, wait %llu seconds",
		    (unsigned long long)a->wait_s);
	else
		front_err(f, "[SYS/TEMP] cannot say now, try later");
	failed(f);
}

/* The session answers the command from here on. */
static void
hand_over(struct front *f, int session)
{
	struct wire *w = &f->wire;

	f->done = 1;
	if (login_hand_over(session, "", w->in_buf + w->at, w->n - w->at) == 0)
		return;
	say("client=%s the session has left:", f->client);
	front_err(f, "[SYS/TEMP] the session could not begin");
}

static void
log_in(struct front *f, const struct login_question *q)
{
	struct login_answer a;

	/* The session may write before us. */
	if (wire_flush(&f->wire) == -1) {
		f->done = 1;
	} else if (login_ask(f->fd, q, &a, f->wire.end_ms + ANSWER_MS) == -1) {
		say("client=%s mail-login does not answer:", f->client);
		front_err(f, "[SYS/TEMP] cannot say now, try later");
		f->done = 1;
	} else if (a.verdict == LOGIN_YES) {
		hand_over(f, a.session);
	} else {
		refuse(f, &a);
	}
}

void
front_pass(struct front *f, const char *secret, size_t n)
{
	const struct login_question q = { .user = f->user,
	    .user_n = strlen(f->user), .secret = secret, .secret_n = n,
	    .turned = f->turned };

	log_in(f, &q);
}

static void
plain(struct front *f, const char *message, size_t n)
{
	struct login_question q = { .turned = f->turned };
	struct plain p;

	if (plain_parse(&p, message, n) == -1) {
		front_err(f, "this is no PLAIN");
		failed(f);
		return;
	}
	if (!plain_same_account(&p, f->domain)) {
		front_err(f, "[AUTH] only the own mail can be read");
		failed(f);
		return;
	}
	q.user = p.user;
	q.user_n = p.user_n;
	q.secret = p.secret;
	q.secret_n = p.secret_n;
	log_in(f, &q);
}

/* RFC 5034 4: "=" is an empty response, "*" gives up. */
void
front_plain(struct front *f, const char *initial)
{
	char message[PLAIN_OCTETS];
	const char *letters = initial;
	ssize_t n, letters_n;

	if (initial == NULL) {
		front_put(f, "+ \r\n");
		letters = f->line;
		letters_n = front_read_line(f);
		if (letters_n == -1)
			return;
	} else {
		letters_n = strcmp(initial, "=") == 0 ? 0 :
		    (ssize_t)strlen(initial);
	}
	n = base64_decode(message, sizeof(message), letters, (size_t)letters_n);
	if (strcmp(letters, "*") == 0)
		front_err(f, "given up");
	else if (n == -1)
		front_err(f, "this is no base64");
	else
		plain(f, message, (size_t)n);
	explicit_bzero(message, sizeof(message));
}
