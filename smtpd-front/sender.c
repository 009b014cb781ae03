/* sender - whether who logged in may send as the address that MAIL names. */
#include "session.h"

#include <stdio.h>

#include "sys/log.h"

static enum existence
ask(struct session *s)
{
	char question[ADDRESS_OCTETS + USER_OCTETS + 16];
	int n = snprintf(question, sizeof(question), "sender %.*s\nuser %s\n",
	    (int)s->path.len, s->path.s, s->user);

	return ask_whois(s, question, (size_t)n);
}

int
sender_refused(struct session *s)
{
	enum existence e;

	if (!s->sender_check || s->user[0] == '\0' || s->path.len == 0)
		return 0;
	e = ask(s);
	if (e == IS_HERE)
		return 0;
	say("client=%s helo=%s user=%s from=<%.*s> refused=%s", s->client,
	    s->helo, s->user, (int)s->path.len, s->path.s,
	    e == IS_NOBODY ? "5.7.1" : "4.3.0");
	if (e == IS_NOBODY)
		refuse(s, 553, "5.7.1", "this sender's address is not yours");
	else
		reply(s, 451, "4.3.0", "cannot look this up now, try later");
	return 1;
}
