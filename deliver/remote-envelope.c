/* remote-envelope - MAIL, the RCPTs and DATA, and what a host says to each. */
#include "remote.h"

#include <stdio.h>
#include <string.h>

const char *
verb_word(enum verb v)
{
	static const char *const words[] = { "RSET", "MAIL", "RCPT", "DATA" };

	return words[v];
}

/* Commands are counted from 0: RSET, MAIL, a RCPT each, DATA. */
static enum verb
verb_of(const struct envelope *e, size_t i)
{
	if (i <= 1)
		return i == 0 ? VERB_RSET : VERB_MAIL;
	return i < 2 + e->n ? VERB_RCPT : VERB_DATA;
}

static int
put_mail(struct remote *r)
{
	const struct job *j = &r->group[0]->job;
	char sender[QUOTED_OCTETS + 1], size[32] = "", wishes[WISHES_OCTETS];

	address_quote(sender, hides_sender(r, j) ? "" : j->sender);
	mail_wishes(r, j, wishes);
	if (r->far.can.size)
		snprintf(size, sizeof(size), " SIZE=%llu",
		    (unsigned long long)j->wire);
	return put_command(r, "MAIL FROM:<%s>%s%s%s", sender, size,
	    r->far.can.eightbit && has_eightbit(r) == 1 ?
	    " BODY=8BITMIME" : "", wishes);
}

static int
put_rcpt(struct remote *r, const struct job *j)
{
	char to[QUOTED_OCTETS + 1], wishes[WISHES_OCTETS];

	address_quote(to, j->to);
	rcpt_wishes(r, j, wishes);
	return put_command(r, "RCPT TO:<%s>%s", to, wishes);
}

static int
put_step(struct remote *r, const struct envelope *e, size_t i)
{
	enum verb v = verb_of(e, i);

	if (v == VERB_MAIL)
		return put_mail(r);
	if (v == VERB_RCPT)
		return put_rcpt(r, &r->group[i - 2]->job);
	return put_command(r, "%s", verb_word(v));
}

/* The host wants these recipients in another message. source: RFC 5321
 * 4.5.3.1.10; 4.2.2 and 5.2.2 are full mailboxes instead */
static int
is_too_many(const struct envelope *e, const struct reply *p)
{
	const char *code = p->enhanced;

	if (e->taken == 0 || (p->code != 452 && p->code != 552))
		return 0;
	return *code != '\0' ? strcmp(code + 1, ".5.3") == 0 : p->code == 452;
}

static void
take_rcpt(struct remote *r, struct envelope *e, struct slot *s,
    const struct reply *p)
{
	struct answer a = { .number = 0 };

	if (p->code < 300) {
		s->state = SLOT_TAKEN;
		e->taken++;
	} else if (!is_too_many(e, p)) {
		answer_reply(r, &a, "RCPT", p);
		settle(r, s, &a);
	}
}

static void
take_data(struct remote *r, struct envelope *e, const struct reply *p)
{
	struct answer a = { .number = 0 };

	if (p->code < 400) {
		e->go = e->taken > 0;
		e->astray = !e->go;
	} else if (e->taken > 0) {
		answer_reply(r, &a, "DATA", p);
		settle_group(r, &a, 1);
	}
}

static void
take_mail(struct remote *r, struct envelope *e, const struct reply *p)
{
	struct answer a = { .number = 0 };

	if (p->code < 300) {
		r->far.reset = 1;
		return;
	}
	e->refused = 1;
	if (p->code >= 500 && hides_sender(r, &r->group[0]->job)) {
		r->far.wants_sender = 1;	/* so it is tried again with */
		return;
	}
	answer_reply(r, &a, "MAIL", p);
	settle_group(r, &a, 0);
}

/* 1 if behind this reply the session is of no use: the host leaves, it answers
 * another question, or it has had enough messages over one connection. */
static int
ends_session(const struct remote *r, const struct envelope *e,
    const struct reply *p)
{
	if (p->code == 421)
		return 1;
	if (e->at == VERB_DATA)
		return p->code < 300;
	return (p->code >= 300 && p->code < 400) ||
	    (e->at == VERB_RSET && p->code >= 300) ||
	    (e->at == VERB_MAIL && p->code >= 400 && p->code < 500 &&
	    r->far.messages > 0);
}

static int
take_step(struct remote *r, struct envelope *e, size_t i)
{
	struct reply p;

	e->at = verb_of(e, i);
	if (take_reply(r, &p, e->at == VERB_DATA ? WAIT_DATA : WAIT_REPLY)
	    == -1)
		return -1;
	if (ends_session(r, e, &p)) {
		e->bad = p;
		e->has_bad = 1;
		return -1;
	}
	if (e->at == VERB_MAIL)
		take_mail(r, e, &p);
	else if (e->at == VERB_RCPT && !e->refused)
		take_rcpt(r, e, r->group[i - 2], &p);
	else if (e->at == VERB_DATA)
		take_data(r, e, &p);
	return 0;
}

/* source: RFC 2920 */
int
exchange(struct remote *r, struct envelope *e)
{
	size_t i, put = e->first, end = e->n + 3;

	for (i = e->first; i < end; i++) {
		if (!e->pipelined && (e->refused ||
		    (i == end - 1 && e->taken == 0)))
			break;
		for (; put < end && (put <= i || e->pipelined); put++)
			if (put_step(r, e, put) == -1)
				return -1;
		if (take_step(r, e, i) == -1)
			return -1;
	}
	return 0;
}
