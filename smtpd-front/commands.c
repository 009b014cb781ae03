/* commands - SMTP's verbs; smtpd-front's way from a line to a reply. */
#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/num.h"
#include "sys/log.h"

#define ERRORS_MAX	20	/* then the client is sent away */
#define REPLY_OCTETS	512	/* RFC 5321 4.5.3.1.5 */

static void __attribute__((format(printf, 5, 0)))
reply_list(struct session *s, int code, char dash, const char *enhanced,
    const char *fmt, va_list ap)
{
	char line[REPLY_OCTETS];
	size_t n;

	n = (size_t)snprintf(line, sizeof(line), "%d%c%s%s", code, dash,
	    enhanced != NULL ? enhanced : "", enhanced != NULL ? " " : "");
	vsnprintf(line + n, sizeof(line) - n - 2, fmt, ap);
	n += strlen(line + n);
	memcpy(line + n, "\r\n", 2);
	if (wire_put(&s->wire, line, n + 2) == -1)
		s->done = 1;
}

void
reply(struct session *s, int code, const char *enhanced, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply_list(s, code, ' ', enhanced, fmt, ap);
	va_end(ap);
}

/* One line of a reply that goes on. */
static void __attribute__((format(printf, 3, 4)))
reply_more(struct session *s, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply_list(s, code, '-', NULL, fmt, ap);
	va_end(ap);
}

void
refuse(struct session *s, int code, const char *enhanced, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply_list(s, code, ' ', enhanced, fmt, ap);
	va_end(ap);
	if (++s->errors < ERRORS_MAX)
		return;
	reply(s, 421, "4.7.0", "%s too many errors, good bye", s->name);
	say("client=%s sent away after %u errors", s->client, s->errors);
	s->done = 1;
}

void
reset(struct session *s)
{
	s->sender[0] = '\0';
	s->rcpts.len = 0;
	s->rcpt_n = 0;
	s->body_8bit = 0;
	s->ret = NULL;
	s->envid[0] = '\0';
	if (s->state != S_START)
		s->state = S_HELO;
}

/* A name of the client's choice: printable, not too long, else 501. */
static int
take_helo(struct session *s, const char *arg)
{
	size_t i, n = strlen(arg);

	for (i = 0; i < n && ascii_graph(arg[i]); i++)
		;
	if (n == 0 || i < n || n >= sizeof(s->helo)) {
		refuse(s, 501, "5.5.4", "a host name must follow");
		return -1;
	}
	memcpy(s->helo, arg, n + 1);
	reset(s);
	s->state = S_HELO;
	return 0;
}

static void
do_helo(struct session *s, char *arg)
{
	if (take_helo(s, arg) == -1)
		return;
	s->esmtp = 0;
	reply(s, 250, NULL, "%s", s->name);
}

static void
do_ehlo(struct session *s, char *arg)
{
	if (take_helo(s, arg) == -1)
		return;
	s->esmtp = 1;
	reply_more(s, 250, "%s", s->name);
	reply_more(s, 250, "PIPELINING");
	reply_more(s, 250, "SIZE %llu", (unsigned long long)s->size_max);
	reply_more(s, 250, "8BITMIME");
	reply_more(s, 250, "DSN");
	if (s->offers_tls)
		reply_more(s, 250, "STARTTLS");
	if (offers_auth(s))
		reply_more(s, 250, "AUTH PLAIN LOGIN");
	reply(s, 250, NULL, "ENHANCEDSTATUSCODES");
}

static int
size_param(struct session *s, const struct param *p)
{
	uint64_t size;
	int r = num_u64(p->value, p->n, &size);

	if (r == -1 && errno == EINVAL) {
		refuse(s, 501, "5.5.4", "SIZE is no number");
		return -1;
	}
	if (r == -1 || size > s->size_max) {
		refuse(s, 552, "5.3.4", "the message is too big");
		return -1;
	}
	return 0;
}

/* "SIZE=n", "BODY=...", "AUTH=..." and dsn.c's of MAIL FROM. 0, or -1 after a
 * reply. */
static int
mail_param(struct session *s, const struct param *p)
{
	int r = dsn_mail_param(s, p);

	if (r != 0)
		return r == 1 ? 0 : -1;
	if (ascii_is(p->key, p->key_n, "SIZE") && p->value != NULL)
		return size_param(s, p);
	if (ascii_is(p->key, p->key_n, "AUTH") && p->value != NULL &&
	    s->auth != AUTH_OFF) {	/* who sent it, another host says */
		if (esmtp_is_xtext(p->value, p->n))
			return 0;
		refuse(s, 501, "5.5.4", "AUTH is no xtext");
		return -1;
	}
	if (ascii_is(p->key, p->key_n, "BODY") && p->value != NULL) {
		s->body_8bit = ascii_is(p->value, p->n, "8BITMIME");
		if (s->body_8bit || ascii_is(p->value, p->n, "7BIT"))
			return 0;
		refuse(s, 501, "5.5.4", "BODY is 7BIT or 8BITMIME");
		return -1;
	}
	refuse(s, 555, "5.5.4", "unknown parameter %.*s", (int)p->key_n,
	    p->key);
	return -1;
}

/* Read "FROM:" or "TO:" and the address; where parameters begin, or NULL after
 * a reply. */
static const char *
take_path(struct session *s, char *arg, const char *word, const char *kind)
{
	size_t n = strlen(word);
	const char *p = arg + n;

	if (strncasecmp(arg, word, n) != 0) {
		refuse(s, 501, "5.5.4", "%s<address> must follow", word);
		return NULL;
	}
	while (*p == ' ')
		p++;
	return take_address(s, &p, p + strlen(p), kind) == -1 ? NULL : p;
}

static void
do_mail(struct session *s, char *arg)
{
	const char *p, *end;
	struct param param;
	int r;

	if (login_missing(s))
		return;
	p = take_path(s, arg, "FROM:", "7");
	if (p == NULL)
		return;
	end = p + strlen(p);
	reset(s);
	while ((r = esmtp_next(&p, end, &param)) == 1)
		if (mail_param(s, &param) == -1)
			return;
	if (r == -1) {
		refuse(s, 501, "5.5.4", "these parameters cannot be read");
		return;
	}
	if (sender_refused(s))
		return;
	memcpy(s->sender, s->path.s, s->path.len);
	s->sender[s->path.len] = '\0';
	s->state = S_MAIL;
	reply(s, 250, "2.1.0", "ok");
}

static void
do_rcpt(struct session *s, char *arg)
{
	const char *p = take_path(s, arg, "TO:", "3");

	if (p == NULL || dsn_rcpt_params(s, p) == -1)
		return;
	if (s->path.len == 0)
		refuse(s, 501, "5.1.3", "a recipient cannot be empty");
	else if (s->rcpt_n >= s->rcpt_max)
		reply(s, 452, "4.5.3", "too many recipients");
	else
		check_recipient(s);
}

static void
do_data(struct session *s, char *arg)
{
	if (*arg != '\0')
		refuse(s, 501, "5.5.4", "DATA stands alone");
	else if (s->rcpt_n == 0)
		refuse(s, 554, "5.5.1", "no valid recipients");
	else
		take_message(s);
}

static void
do_rset(struct session *s, char *arg)
{
	(void)arg;
	reset(s);
	reply(s, 250, "2.0.0", "ok");
}

static void
do_noop(struct session *s, char *arg)
{
	(void)arg;
	reply(s, 250, "2.0.0", "ok");
}

static void
do_vrfy(struct session *s, char *arg)
{
	if (*arg == '\0')
		refuse(s, 501, "5.5.4", "an address must follow");
	else
		reply(s, 252, "2.5.2", "send some mail, it will be tried");
}

static void
do_help(struct session *s, char *arg)
{
	(void)arg;
	reply(s, 214, "2.0.0", "HELO EHLO STARTTLS AUTH MAIL RCPT DATA RSET "
	    "NOOP VRFY HELP QUIT; see RFC 5321");
}

static void
do_quit(struct session *s, char *arg)
{
	(void)arg;
	reply(s, 221, "2.0.0", "%s good bye", s->name);
	s->done = 1;
}

void
do_missing(struct session *s, char *arg)
{
	(void)arg;
	refuse(s, 502, "5.5.1", "this command is not served");
}

static const struct verb {
	char	 name[9];
	unsigned when;
	void	 (*run)(struct session *s, char *arg);
} verbs[] = {
	{ "MAIL", S_HELO,		do_mail },
	{ "RCPT", S_MAIL | S_RCPT,	do_rcpt },
	{ "DATA", S_MAIL | S_RCPT,	do_data },
	{ "EHLO", S_ANY,		do_ehlo },
	{ "HELO", S_ANY,		do_helo },
	{ "QUIT", S_ANY,		do_quit },
	{ "AUTH", S_ANY,		do_auth },	/* it wipes its line */
	{ "STARTTLS", S_HELO | S_MAIL | S_RCPT, do_starttls },
	{ "RSET", S_ANY,		do_rset },
	{ "NOOP", S_ANY,		do_noop },
	{ "VRFY", S_ANY,		do_vrfy },
	{ "HELP", S_ANY,		do_help },
	{ "EXPN", S_ANY,		do_missing },
	{ "ETRN", S_ANY,		do_missing },
};

/* The verb of the line; *arg gets what stands behind it. */
static const struct verb *
find_verb(char *line, char **arg)
{
	size_t n = strcspn(line, " \t"), i;

	*arg = line + n;
	*arg += strspn(*arg, " \t");
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (ascii_is(line, n, verbs[i].name))
			return verbs + i;
	return NULL;
}

static void
not_now(struct session *s)
{
	if (s->state == S_START)
		refuse(s, 503, "5.5.1", "say EHLO first");
	else if (s->state == S_HELO)
		refuse(s, 503, "5.5.1", "say MAIL first");
	else
		refuse(s, 503, "5.5.1", "one sender a message; or say RSET");
}

static void
dispatch(struct session *s, char *line, size_t n)
{
	const struct verb *v;
	char *arg;

	if (strlen(line) != n) {
		refuse(s, 500, "5.5.2", "a command has no NUL");
		return;
	}
	v = find_verb(line, &arg);
	if (v == NULL)
		refuse(s, 500, "5.5.1", "unknown command");
	else if ((v->when & s->state) == 0)
		not_now(s);
	else
		v->run(s, arg);
}

ssize_t
read_line(struct session *s)
{
	ssize_t n = wire_line(&s->wire, s->line, sizeof(s->line));

	while (n > 0 && (s->line[n - 1] == ' ' || s->line[n - 1] == '\t'))
		s->line[--n] = '\0';
	if (n >= 0 || errno == EMSGSIZE)
		return n;
	if (errno == ETIMEDOUT) {
		reply(s, 421, "4.4.2", "%s waited too long", s->name);
		say("client=%s waited too long", s->client);
	}
	s->done = 1;
	return -1;
}

void
serve_command(struct session *s)
{
	ssize_t n = read_line(s);

	if (n >= 0)
		dispatch(s, s->line, (size_t)n);
	else if (!s->done && strncasecmp(s->line, "AUTH ", 5) == 0)
		refuse_long_auth(s);
	else if (!s->done)
		refuse(s, 500, "5.5.2", "the line is too long");
}
