/* login - AUTH: who sends. source: RFC 4954; PLAIN is RFC 4616, LOGIN what
 * clients that know no other do. */
#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/ascii.h"
#include "sys/log.h"
#include "text/base64.h"
#include "text/sasl.h"

#define FAILURES_MAX	5	/* then the client is sent away */

/* What the client says, decoded. */
struct exchange {
	const char *initial;	/* what stands behind the mechanism, or NULL */
	char	user[LINE_OCTETS], secret[LINE_OCTETS];
};

int
offers_auth(const struct session *s)
{
	return s->auth != AUTH_OFF && s->user[0] == '\0' &&
	    (s->tls || s->auth_clear);
}

int
login_missing(struct session *s)
{
	if (s->auth != AUTH_REQUIRED || s->user[0] != '\0')
		return 0;
	refuse(s, 530, "5.7.0", !s->tls && s->offers_tls && !s->auth_clear ?
	    "say STARTTLS first, then AUTH" : "say AUTH first");
	return 1;
}

static void
forget_line(struct session *s)
{
	explicit_bzero(s->line, sizeof(s->line));
	wire_forget(&s->wire);
}

void
refuse_long_auth(struct session *s)
{
	forget_line(s);
	refuse(s, 500, "5.5.6", "the line is too long");
}

/* The client's answer to prompt (base64), or what it said at once; into out of
 * LINE_OCTETS. Octets, or -1 after a reply or the session's end. */
static ssize_t
take_answer(struct session *s, const char *prompt, const char *initial,
    char *out)
{
	const char *text = initial != NULL ? initial : s->line;
	ssize_t n;

	if (initial == NULL) {
		reply(s, 334, NULL, "%s", prompt);
		n = read_line(s);
		if (n == -1 && !s->done)
			refuse(s, 500, "5.5.6", "the line is too long");
		if (n == -1)
			return -1;
	} else
		n = (ssize_t)strlen(initial);
	if (initial == NULL && strcmp(text, "*") == 0) {
		refuse(s, 501, "5.7.0", "as you like, no login");
		return -1;
	}
	if (initial != NULL && strcmp(text, "=") == 0)
		n = 0;		/* an empty one, RFC 4954 4 */
	n = base64_decode(out, LINE_OCTETS, text, (size_t)n);
	if (n == -1)
		refuse(s, 501, "5.5.2", "this is no base64");
	return n;
}

static void
count_failure(struct session *s)
{
	if (++s->auth_failed < FAILURES_MAX)
		return;
	reply(s, 421, "4.7.0", "%s too many failures, good bye", s->name);
	say("client=%s sent away after %u failed logins", s->client,
	    s->auth_failed);
	s->done = 1;
}

/* auth has a line in the log for each. */
static void
judge(struct session *s, const struct claim *c)
{
	uint64_t wait_s = 0;

	switch (ask_auth(s, c, &wait_s)) {
	case IS_RIGHT:
		reply(s, 235, "2.7.0", "you are logged in");
		return;
	case IS_WRONG:
		reply(s, 535, "5.7.8", "user or password is wrong");
		break;
	case IS_UNCLEAR:
		if (wait_s > 0)
			reply(s, 454, "4.7.0", "too many failures, wait %"
			    PRIu64 " seconds", wait_s);
		else
			reply(s, 454, "4.7.0", "this cannot be checked now, "
			    "try later");
		break;
	}
	count_failure(s);
}

static void
do_plain(struct session *s, struct exchange *x)
{
	ssize_t n = take_answer(s, "", x->initial, x->secret);
	struct plain p;

	if (n == -1)
		return;
	if (plain_parse(&p, x->secret, (size_t)n) == -1) {
		refuse(s, 501, "5.5.2", "PLAIN is: [account] NUL user NUL "
		    "password");
		return;
	}
	if (!plain_same_account(&p, s->domain)) {
		reply(s, 535, "5.7.8", "nobody can send as another");
		count_failure(s);
		return;
	}
	judge(s, &(struct claim){ .user = p.user, .user_n = p.user_n,
	    .secret = p.secret, .secret_n = p.secret_n });
}

static void
do_login(struct session *s, struct exchange *x)
{
	struct claim c = { .user = x->user, .secret = x->secret };
	ssize_t n;

	n = take_answer(s, "VXNlcm5hbWU6", x->initial, x->user);
	if (n == 0)
		refuse(s, 501, "5.5.2", "a user's name must be there");
	if (n <= 0)
		return;
	c.user_n = (size_t)n;
	n = take_answer(s, "UGFzc3dvcmQ6", NULL, x->secret);
	if (n == -1)
		return;
	c.secret_n = (size_t)n;
	judge(s, &c);
}

static void
refuse_clear(struct session *s)
{
	if (s->auth == AUTH_REQUIRED && s->offers_tls)
		refuse(s, 530, "5.7.0", "say STARTTLS first");
	else
		refuse(s, 538, "5.7.11", "not without TLS");
}

/* 1, or 0 after a reply. */
static int
may_log_in(struct session *s)
{
	if (s->auth == AUTH_OFF)
		do_missing(s, NULL);
	else if (s->state == S_START || !s->esmtp)
		refuse(s, 503, "5.5.1", "say EHLO first");
	else if (s->user[0] != '\0')
		refuse(s, 503, "5.5.1", "you are logged in");
	else if (s->state != S_HELO)
		refuse(s, 503, "5.5.1", "not within a message; say RSET");
	else if (!offers_auth(s))
		refuse_clear(s);
	else
		return 1;
	return 0;
}

static void
begin_exchange(struct session *s, const char *mechanism, size_t n,
    struct exchange *x)
{
	if (n == 0)
		refuse(s, 501, "5.5.4", "a mechanism must follow");
	else if (ascii_is(mechanism, n, "PLAIN"))
		do_plain(s, x);
	else if (ascii_is(mechanism, n, "LOGIN"))
		do_login(s, x);
	else
		refuse(s, 504, "5.5.4", "PLAIN and LOGIN are served");
}

/* Whatever became of it, the secret is not kept. */
void
do_auth(struct session *s, char *arg)
{
	size_t n = strcspn(arg, " \t");

	if (may_log_in(s)) {
		struct exchange x = { .initial = NULL };

		if (arg[n] != '\0')
			x.initial = arg + n + strspn(arg + n, " \t");
		begin_exchange(s, arg, n, &x);
		explicit_bzero(&x, sizeof(x));
	}
	forget_line(s);
}
