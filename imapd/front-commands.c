/* front-commands - IMAP's verbs before the login. source: RFC 9051 6.1, 6.2; RFC
 * 3501 for clients of IMAP4rev1 */
#include "front.h"

#include <string.h>

#include "sys/log.h"
#include "text/imapid.h"

/* What the session can do it says itself, behind the login. */
void
front_capabilities(struct front *f)
{
	front_put(f, "CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID");
	if (f->can_tls && !f->tls)
		front_put(f, " STARTTLS");
	front_put(f, f->tls || f->may_clear ? " AUTH=PLAIN AUTH=LOGIN" :
	    " LOGINDISABLED");
}

/* 1 if nothing follows the verb, else 0 after a reply. */
static int
is_alone(struct front *f, const struct imap_in *in)
{
	if (imap_end(in) == 0)
		return 1;
	front_refuse(f, "BAD", "nothing may follow this command");
	return 0;
}

static void
do_capability(struct front *f, struct imap_in *in)
{
	if (!is_alone(f, in))
		return;
	front_put(f, "* ");
	front_capabilities(f);
	front_put(f, "\r\n");
	front_ok(f, "these are they");
}

static void
do_noop(struct front *f, struct imap_in *in)
{
	if (is_alone(f, in))
		front_ok(f, "nothing done");
}

static void
do_logout(struct front *f, struct imap_in *in)
{
	if (!is_alone(f, in))
		return;
	front_bye(f, "good bye");
	front_ok(f, "it is over");
}

static void
do_id(struct front *f, struct imap_in *in)
{
	if (imap_char(in, ' ') == -1 || imap_id(in) == -1 ||
	    imap_end(in) == -1) {
		front_refuse(f, "BAD", "ID takes NIL or up to %d pairs in "
		    "parentheses", IMAP_ID_PAIRS);
		return;
	}
	front_put(f, "* ID (\"name\" \"Correo\")\r\n");
	front_ok(f, "nice to meet you");
}

static void
turn(struct front *f)
{
	front_ok(f, "begin TLS");
	f->tls = f->turned = 1;
	f->errors = 0;
	if (starttls_turn(&f->starttls, &f->wire) == -1)
		f->done = 1;
}

/* What stands behind STARTTLS came in the clear: it is no part of the session. */
static void
do_starttls(struct front *f, struct imap_in *in)
{
	if (!is_alone(f, in))
		return;
	if (f->tls || !f->can_tls) {
		front_refuse(f, "BAD", f->tls ? "TLS is on" :
		    "TLS cannot be had here");
	} else if (f->wire.at != f->wire.n) {
		say("client=%s STARTTLS with octets behind it", f->client);
		front_refuse(f, "BAD", "nothing may follow STARTTLS before "
		    "TLS");
		if (!f->done)
			front_bye(f, "this is not safe");
	} else if (starttls_ask(&f->starttls, &f->wire, f->client) == -1) {
		say("client=%s no TLS:", f->client);
		front_refuse(f, "NO", "[UNAVAILABLE] TLS cannot be had now");
	} else {
		turn(f);
	}
}

static const struct verb {
	char	 name[13];
	char	 literal;	/* may stand in it */
	void	 (*run)(struct front *f, struct imap_in *in);
} verbs[] = {
	{ "CAPABILITY",	  0, do_capability },
	{ "NOOP",	  0, do_noop },
	{ "LOGOUT",	  0, do_logout },
	{ "ID",		  1, do_id },
	{ "STARTTLS",	  0, do_starttls },
	{ "LOGIN",	  1, front_login },
	{ "AUTHENTICATE", 0, front_authenticate },
};

static const struct verb *
find_verb(const struct imap_text *name)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (imap_is(name, verbs[i].name))
			return verbs + i;
	return NULL;
}

/* Begin with the command in line. Its verb, or NULL after a reply. A browser that
 * somebody made speak to us gets one answer, none that he could read as HTTP. */
static const struct verb *
begin(struct front *f, struct imap_in *in)
{
	struct imap_text name;
	const struct verb *v = NULL;

	if (front_begin(f, in, &name) == 0)
		v = find_verb(&name);
	if (v != NULL)
		return v;
	if (memmem(f->line, f->n, " HTTP/", 6) != NULL) {
		say("client=%s sent away: it speaks HTTP", f->client);
		front_bye(f, "this is IMAP");
	} else {
		front_refuse(f, "BAD", "no such command before the login");
	}
	return NULL;
}

int
front_wants_literal(struct front *f)
{
	struct imap_in in;
	const struct verb *v = begin(f, &in);

	if (v == NULL)
		return 0;
	if (!v->literal)
		front_refuse(f, "BAD", "this command takes no literal");
	else if (v->run != front_login || front_may_log_in(f))
		return 1;	/* a secret is refused before it is said */
	return 0;
}

void
front_serve(struct front *f)
{
	const struct verb *v;
	struct imap_in in;

	strcpy(f->tag, "*");
	if (front_read_command(f) == 0) {
		v = begin(f, &in);
		if (v != NULL)
			v->run(f, &in);
	}
	explicit_bzero(f->line, sizeof(f->line));
}
