/* front-commands - POP3's verbs before the login. */
#include "front.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "sys/clock.h"
#include "sys/log.h"

#define ERRORS_MAX	20	/* then the client is sent away */
#define REPLY_OCTETS	512	/* RFC 2449 4 */

void
front_put(struct front *f, const char *text)
{
	if (wire_put(&f->wire, text, strlen(text)) == -1)
		f->done = 1;
}

static void __attribute__((format(printf, 3, 0)))
reply(struct front *f, const char *word, const char *fmt, va_list ap)
{
	char line[REPLY_OCTETS];
	size_t n = (size_t)snprintf(line, sizeof(line), "%s ", word);

	vsnprintf(line + n, sizeof(line) - n - 2, fmt, ap);
	n += strlen(line + n);
	memcpy(line + n, "\r\n", 3);
	front_put(f, line);
}

void
front_ok(struct front *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply(f, "+OK", fmt, ap);
	va_end(ap);
}

void
front_err(struct front *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	reply(f, "-ERR", fmt, ap);
	va_end(ap);
	if (++f->errors < ERRORS_MAX)
		return;
	say("client=%s sent away after %u errors", f->client, f->errors);
	f->done = 1;
}

ssize_t
front_read_line(struct front *f)
{
	int64_t deadline = clock_mono_ms() + f->wire.timeout_ms;
	ssize_t n = -1;

	/* Without mail-login there is nothing to wait for. */
	if (wire_wait(&f->wire, f->fd, deadline) == 0)
		n = wire_line(&f->wire, f->line, sizeof(f->line));
	if (n == -1 && errno == EMSGSIZE) {
		front_err(f, "the line is too long");
	} else if (n == -1) {
		if (errno == ETIMEDOUT)		/* RFC 1939 3: no reply */
			say("client=%s waited too long", f->client);
		f->done = 1;
	}
	return n;
}

static void
do_user(struct front *f, char *arg)
{
	size_t n = strlen(arg);

	if (!front_may_log_in(f))
		return;
	while (n > 0 && arg[n - 1] == ' ')
		arg[--n] = '\0';
	if (n == 0 || n >= sizeof(f->user)) {
		front_err(f, "a name must follow");
		return;
	}
	memcpy(f->user, arg, n + 1);
	front_ok(f, "say PASS");
}

static void
do_pass(struct front *f, char *arg)
{
	if (!front_may_log_in(f))
		return;
	if (f->user[0] == '\0')
		front_err(f, "say USER first");
	else
		front_pass(f, arg, strlen(arg));
}

/* Without an argument it lists the mechanisms: from before RFC 5034, but some
 * clients ask so. */
static void
do_auth(struct front *f, char *arg)
{
	size_t n = strcspn(arg, " ");

	if (n == 0) {
		front_ok(f, "mechanisms follow");
		if (f->tls || f->may_clear)
			front_put(f, "PLAIN\r\n");
		front_put(f, ".\r\n");
	} else if (!ascii_is(arg, n, "PLAIN")) {
		front_err(f, "PLAIN is the only mechanism");
	} else if (front_may_log_in(f)) {
		front_plain(f, arg[n] == ' ' ? arg + n + 1 : NULL);
	}
}

static void
do_capa(struct front *f, char *arg)
{
	(void)arg;
	front_ok(f, "capabilities follow");
	front_put(f, "TOP\r\nUIDL\r\n");
	if (f->tls || f->may_clear)
		front_put(f, "USER\r\nSASL PLAIN\r\n");
	if (f->can_tls && !f->tls)
		front_put(f, "STLS\r\n");
	front_put(f, "RESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n"
	    "IMPLEMENTATION Correo\r\n.\r\n");
}

/* What stands behind STLS came in the clear: it is no part of the session. */
static void
do_stls(struct front *f, char *arg)
{
	if (*arg != '\0') {
		front_err(f, "STLS stands alone");
	} else if (f->tls || !f->can_tls) {
		front_err(f, f->tls ? "TLS is on" : "TLS cannot be had here");
	} else if (f->wire.at != f->wire.n) {
		front_err(f, "nothing may follow STLS before TLS");
		say("client=%s STLS with octets behind it", f->client);
		f->done = 1;
	} else if (starttls_ask(&f->starttls, &f->wire, f->client) == -1) {
		say("client=%s no TLS:", f->client);
		front_err(f, "[SYS/TEMP] TLS cannot be had now");
	} else {
		front_ok(f, "begin TLS");
		f->tls = f->turned = 1;
		f->user[0] = '\0';	/* RFC 2595 4: all is forgotten */
		f->errors = 0;
		if (starttls_turn(&f->starttls, &f->wire) == -1)
			f->done = 1;
	}
}

static void
do_quit(struct front *f, char *arg)
{
	(void)arg;
	front_ok(f, "good bye");
	f->done = 1;
}

static void
do_later(struct front *f, char *arg)
{
	(void)arg;
	front_err(f, "log in first");
}

static const struct verb {
	char	 name[5];
	void	 (*run)(struct front *f, char *arg);
} verbs[] = {
	{ "USER", do_user },
	{ "PASS", do_pass },
	{ "AUTH", do_auth },
	{ "CAPA", do_capa },
	{ "STLS", do_stls },
	{ "QUIT", do_quit },
	{ "STAT", do_later },
	{ "LIST", do_later },
	{ "RETR", do_later },
	{ "DELE", do_later },
	{ "NOOP", do_later },
	{ "RSET", do_later },
	{ "TOP",  do_later },
	{ "UIDL", do_later },
};

/* The argument is all behind one blank: a secret may begin and end with more. */
static void
dispatch(struct front *f, char *line, size_t n)
{
	size_t verb_n = strcspn(line, " "), i;

	if (strlen(line) != n) {
		front_err(f, "a command has no NUL");
		return;
	}
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (ascii_is(line, verb_n, verbs[i].name)) {
			verbs[i].run(f, line + verb_n + (verb_n < n));
			return;
		}
	front_err(f, "unknown command");
}

void
front_serve(struct front *f)
{
	ssize_t n = front_read_line(f);

	if (n >= 0)
		dispatch(f, f->line, (size_t)n);
	explicit_bzero(f->line, sizeof(f->line));
}
