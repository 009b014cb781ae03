/* tls - STARTTLS: the session begins again, over TLS. source: RFC 3207 */
#include "session.h"

#include "sys/log.h"

/* 4.2: nothing that the client said in the clear counts. */
static void
forget_client(struct session *s)
{
	reset(s);
	s->state = S_START;
	s->esmtp = 0;
	s->helo[0] = '\0';
	s->user[0] = '\0';
	s->wire.had_crlf = 0;
}

static void
turn(struct session *s)
{
	reply(s, 220, "2.0.0", "begin TLS now");
	if (starttls_turn(&s->starttls, &s->wire) == -1) {
		s->done = 1;
		return;
	}
	s->tls = 1;
	s->offers_tls = 0;
	forget_client(s);
}

void
do_starttls(struct session *s, char *arg)
{
	if (*arg != '\0')
		refuse(s, 501, "5.5.4", "STARTTLS stands alone");
	else if (s->tls)
		refuse(s, 503, "5.5.1", "TLS is on already");
	else if (!s->offers_tls)
		do_missing(s, arg);
	else if (s->wire.at < s->wire.n) {	/* somebody put it there? */
		refuse(s, 503, "5.5.1", "nothing may follow STARTTLS");
		say("client=%s sent away: octets behind STARTTLS", s->client);
		s->done = 1;
	} else if (starttls_ask(&s->starttls, &s->wire,
	    s->client) == -1) {
		say("client=%s TLS cannot be had:", s->client);
		reply(s, 454, "4.7.0", "TLS cannot be had now");
	} else
		turn(s);
}
