/* front-login - a name and a secret on their way to mail-login, and what it
 * says. */
#include "front.h"

#include <string.h>
#include <sys/types.h>

#include "sys/log.h"
#include "text/base64.h"
#include "text/sasl.h"

#define FAILURES_MAX	4	/* then the client is sent away */
#define ANSWER_MS	10000	/* behind the end of our time: mail-login ends
				 * us before */
#define DECODED		(FRONT_LINE / 4 * 3)

int
front_may_log_in(struct front *f)
{
	if (f->tls || f->may_clear)
		return 1;
	front_refuse(f, "NO", f->can_tls ?
	    "[PRIVACYREQUIRED] say STARTTLS first" :
	    "[PRIVACYREQUIRED] no login without TLS");
	return 0;
}

/* Count a refusal, behind its reply. */
static void
failed(struct front *f)
{
	wire_forget(&f->wire);
	if (++f->failures < FAILURES_MAX || f->done)
		return;
	say("client=%s sent away after %u failures", f->client, f->failures);
	front_bye(f, "too many failures");
}

/* source: RFC 5530 3 */
static void
refuse(struct front *f, const struct login_answer *a)
{
	if (a->verdict == LOGIN_NO)
		front_refuse(f, "NO", "[AUTHENTICATIONFAILED] the name or the "
		    "secret is wrong");
	else if (a->wait_s > 0)
		front_refuse(f, "NO", "[UNAVAILABLE] too many failures, wait "
		    "%llu seconds", (unsigned long long)a->wait_s);
	else
		front_refuse(f, "NO", "[UNAVAILABLE] cannot say now, try "
		    "later");
	failed(f);
}

/* The session answers the command from here on, by its tag. */
static void
hand_over(struct front *f, int session)
{
	struct wire *w = &f->wire;

	if (login_hand_over(session, f->tag, w->in_buf + w->at,
	    w->n - w->at) == 0) {
		f->done = 1;
		return;
	}
	say("client=%s the session has left:", f->client);
	front_bye(f, "[UNAVAILABLE] the session could not begin");
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
		front_bye(f, "[UNAVAILABLE] cannot say now, try later");
	} else if (a.verdict == LOGIN_YES) {
		hand_over(f, a.session);
	} else {
		refuse(f, &a);
	}
}

void
front_login(struct front *f, struct imap_in *in)
{
	struct imap_text user, secret;

	if (!front_may_log_in(f))
		return;
	if (imap_char(in, ' ') == -1 || imap_astring(in, &user) == -1 ||
	    imap_char(in, ' ') == -1 || imap_astring(in, &secret) == -1 ||
	    imap_end(in) == -1) {
		front_refuse(f, "BAD", "LOGIN takes a name and a secret");
		return;
	}
	log_in(f, &(struct login_question){ .user = user.s, .user_n = user.n,
	    .secret = secret.s, .secret_n = secret.n, .turned = f->turned });
}

/* Decode the letters into out, cap octets: how many, or -1 after a reply. */
static ssize_t
decode(struct front *f, char *out, size_t cap, const char *letters, size_t n)
{
	ssize_t r = base64_decode(out, cap, letters, n);

	if (r == -1)
		front_refuse(f, "BAD", "this is no base64, or too long");
	return r;
}

/* What the client says to a challenge, decoded. The line is then free again. */
static ssize_t
take_answer(struct front *f, const char *challenge, char *out, size_t cap)
{
	front_put(f, challenge);
	if (front_read_line(f) == -1)
		return -1;
	if (f->n == 1 && f->line[0] == '*') {
		front_refuse(f, "BAD", "given up");
		return -1;
	}
	return decode(f, out, cap, f->line, f->n);
}

/* What stands behind the mechanism (RFC 4959), "=" if it is empty; else the answer
 * to a challenge. */
static ssize_t
take_first(struct front *f, struct imap_in *in, const char *challenge,
    char *out, size_t cap)
{
	size_t n;

	if (imap_end(in) == 0)
		return take_answer(f, challenge, out, cap);
	n = (size_t)(in->end - ++in->p);
	if (n == 1 && *in->p == '=')
		return 0;
	return decode(f, out, cap, in->p, n);
}

/* RFC 4616 */
static void
do_plain(struct front *f, struct imap_in *in)
{
	struct login_question q = { .turned = f->turned };
	char message[DECODED];
	ssize_t n = take_first(f, in, "+ \r\n", message, sizeof(message));
	struct plain p;

	if (n != -1 && plain_parse(&p, message, (size_t)n) == -1) {
		front_refuse(f, "BAD", "this is no PLAIN");
		failed(f);
	} else if (n != -1 && !plain_same_account(&p, f->domain)) {
		front_refuse(f, "NO", "[AUTHORIZATIONFAILED] only the own mail "
		    "can be read");
		failed(f);
	} else if (n != -1) {
		q.user = p.user;
		q.user_n = p.user_n;
		q.secret = p.secret;
		q.secret_n = p.secret_n;
		log_in(f, &q);
	}
	explicit_bzero(message, sizeof(message));
}

/* What clients do that know no other: the name, then the secret. */
static void
do_login(struct front *f, struct imap_in *in)
{
	struct login_question q = { .turned = f->turned };
	char user[LOGIN_NAME], secret[LOGIN_NAME];
	ssize_t n = take_first(f, in, "+ VXNlcm5hbWU6\r\n", user, sizeof(user));

	if (n != -1) {
		q.user = user;
		q.user_n = (size_t)n;
		n = take_answer(f, "+ UGFzc3dvcmQ6\r\n", secret,
		    sizeof(secret));
	}
	if (n != -1) {
		q.secret = secret;
		q.secret_n = (size_t)n;
		log_in(f, &q);
	}
	explicit_bzero(secret, sizeof(secret));
}

/* RFC 9051 6.2.2 */
void
front_authenticate(struct front *f, struct imap_in *in)
{
	struct imap_text mechanism;

	if (!front_may_log_in(f))
		return;
	if (imap_char(in, ' ') == -1 || imap_atom(in, &mechanism) == -1 ||
	    (in->p < in->end && *in->p != ' '))
		front_refuse(f, "BAD", "a mechanism must follow");
	else if (imap_is(&mechanism, "PLAIN"))
		do_plain(f, in);
	else if (imap_is(&mechanism, "LOGIN"))
		do_login(f, in);
	else
		front_refuse(f, "NO", "PLAIN and LOGIN are served");
}
