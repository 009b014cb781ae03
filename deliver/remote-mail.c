/* remote-mail - one message to the host that is connected, and to the next one if
 * that is lost. */
#include "remote.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/log.h"

enum verb { VERB_RSET, VERB_MAIL, VERB_RCPT, VERB_DATA };

static const char *const verb_words[] = { "RSET", "MAIL", "RCPT", "DATA" };

/* One transaction's commands and what came of them. */
struct envelope {
	int		 pipelined;
	int		 reused;	/* the connection was, before this */
	size_t		 first;		/* 0: RSET goes first, else 1 */
	size_t		 n;		/* recipients */
	size_t		 taken;		/* of them */
	int		 refused;	/* MAIL was */
	int		 go;		/* DATA was taken, for somebody */
	int		 astray;	/* DATA was taken, for nobody */
	enum verb	 at;		/* whose reply is awaited */
	int		 has_bad;
	struct reply	 bad;		/* it ends the session */
};

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
	char sender[QUOTED_OCTETS + 1], size[32] = "";

	address_quote(sender, j->sender);
	if (r->far.can.size)
		snprintf(size, sizeof(size), " SIZE=%llu",
		    (unsigned long long)j->wire);
	return put_command(r, "MAIL FROM:<%s>%s%s", sender, size,
	    r->far.can.eightbit && has_eightbit(r) == 1 ?
	    " BODY=8BITMIME" : "");
}

static int
put_step(struct remote *r, const struct envelope *e, size_t i)
{
	char to[QUOTED_OCTETS + 1];
	enum verb v = verb_of(e, i);

	if (v == VERB_MAIL)
		return put_mail(r);
	if (v != VERB_RCPT)
		return put_command(r, "%s", verb_words[v]);
	address_quote(to, r->group[i - 2]->job.to);
	return put_command(r, "RCPT TO:<%s>", to);
}

/* The host wants these recipients in another message. source: RFC 5321 4.5.3.1.10;
 * 4.2.2 and 5.2.2 are full mailboxes instead */
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
	answer_reply(r, &a, "MAIL", p);
	settle_group(r, &a, 0);
}

/* 1 if behind this reply the session is of no use: the host leaves, it answers
 * another question, or it has had enough messages over one connection. */
static int
ends_session(const struct envelope *e, const struct reply *p)
{
	if (p->code == 421)
		return 1;
	if (e->at == VERB_DATA)
		return p->code < 300;
	return (p->code >= 300 && p->code < 400) ||
	    (e->at == VERB_RSET && p->code >= 300) ||
	    (e->at == VERB_MAIL && p->code >= 400 && p->code < 500 &&
	    e->reused);
}

static int
take_step(struct remote *r, struct envelope *e, size_t i)
{
	struct reply p;

	e->at = verb_of(e, i);
	if (take_reply(r, &p, e->at == VERB_DATA ? WAIT_DATA : WAIT_REPLY)
	    == -1)
		return -1;
	if (ends_session(e, &p)) {
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

/* All commands at once and then all replies, or one after another. 0; -1: the
 * session is over. source: RFC 2920 */
static int
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

/* The session was lost before the final dot, so nobody has the message. A connection
 * that was used before may just have waited too long: all begins anew. A host that
 * does not cope with commands at once is asked again, one by one. */
static void
lost(struct remote *r, const struct envelope *e, const char *what)
{
	if (e->reused) {
		hang_up(r);
		r->route.live = 0;
	} else if (e->pipelined && !e->go && !e->has_bad) {
		hang_up(r);
		r->far.no_pipelining = r->far.again = 1;
	} else
		host_failed(r, what, e->has_bad ? &e->bad : NULL);
}

/* The host's last word on recipients that it took: 1; or 0: it is none. */
static int
take_verdict(struct remote *r, const struct reply *p, struct answer *a)
{
	answer_reply(r, a, "the message", p);
	if (p->code < 300)
		answer_words(r, a, V_DONE, reply_dsn(p), "said: %s", p->text);
	return p->code < 300 || p->code >= 400;
}

/* Nobody knows whether the host has the message. It goes again: better twice than
 * never. source: RFC 1047, RFC 5321 6.1 */
static void
leave_open(struct remote *r)
{
	struct answer a = { .number = 0 };

	answer_words(r, &a, V_LATER, "4.4.2", "%s behind the message: whether "
	    "it has it is not known", loss_words(errno));
	hang_up(r);
	settle_group(r, &a, 1);
}

/* One reply for all. */
static void
end_smtp(struct remote *r, struct envelope *e)
{
	struct answer a = { .number = 0 };
	struct reply p;

	if (take_reply(r, &p, WAIT_DOT) == -1) {
		leave_open(r);
		return;
	}
	if (p.code == 421) {			/* it does not have it */
		e->bad = p;
		e->has_bad = 1;
		lost(r, e, "the message");
		return;
	}
	if (!take_verdict(r, &p, &a)) {
		errno = EPROTO;
		leave_open(r);
		return;
	}
	settle_group(r, &a, 1);
}

/* A reply for each, in the order of the RCPTs. source: RFC 2033 4.2 */
static void
end_lmtp(struct remote *r, struct envelope *e)
{
	size_t i;

	for (i = 0; i < e->n; i++) {
		struct answer a = { .number = 0 };
		struct reply p;

		if (r->group[i]->state != SLOT_TAKEN)
			continue;
		if (take_reply(r, &p, WAIT_DOT) == -1) {
			leave_open(r);
			return;
		}
		if (!take_verdict(r, &p, &a)) {
			errno = EPROTO;
			leave_open(r);
			return;
		}
		settle(r, r->group[i], &a);
	}
}

/* A host may say no while the message is on its way, and close: then this is still
 * there to be read. */
static void
broken_body(struct remote *r, struct envelope *e)
{
	struct answer a = { .number = 0 };
	int why = errno;
	struct reply p;

	if (!r->nexthop.lmtp && why != ETIMEDOUT &&
	    take_reply(r, &p, WAIT_QUIT) == 0 && p.code >= 400 &&
	    p.code != 421) {
		answer_reply(r, &a, "the message", &p);
		hang_up(r);
		settle_group(r, &a, 1);
		return;
	}
	errno = why;
	lost(r, e, "the message");
}

static void
send_message(struct remote *r, struct envelope *e)
{
	struct answer a = { .number = 0 };

	switch (send_body(r)) {
	case SENT_UNREADABLE:
		hang_up(r);
		answer_set(&a, V_LATER, "4.3.0", "the queue file cannot be "
		    "read: %s", strerror(errno));
		settle_group(r, &a, 0);
		return;
	case SENT_LOST:
		broken_body(r, e);
		return;
	case SENT:
		break;
	}
	if (r->nexthop.lmtp)
		end_lmtp(r, e);
	else
		end_smtp(r, e);
	r->far.reset = 0;
}

/* What keeps the message from this host, whatever it would say: 1 and a is the
 * verdict; or 0. */
static int
is_unfit(struct remote *r, struct answer *a)
{
	const struct ehlo *can = &r->far.can;
	uint64_t wire = r->group[0]->job.wire;
	int eightbit = has_eightbit(r);

	if (eightbit == -1) {
		answer_set(a, V_LATER, "4.3.0", "the queue file cannot be "
		    "read: %s", strerror(errno));
		return 1;
	}
	if (can->size_max > 0 && wire > can->size_max) {
		answer_words(r, a, V_NEVER, "5.3.4", "takes messages of %llu "
		    "octets, and this one has %llu",
		    (unsigned long long)can->size_max,
		    (unsigned long long)wire);
		return 1;
	}
	if (eightbit && !can->eightbit) {
		answer_words(r, a, V_NEVER, "5.6.3", "takes plain ASCII alone "
		    "(no 8BITMIME), and this message has other octets");
		return 1;
	}
	return 0;
}

static int
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s > 126)
			return 0;
	return 1;
}

/* Addresses that SMTP has no form for but with SMTPUTF8. source: RFC 6531 */
static void
settle_foreign(struct remote *r)
{
	struct answer a = { .number = 0 };
	size_t i;

	answer_set(&a, V_NEVER, "5.6.7", "an address that is not all ASCII "
	    "(SMTPUTF8) cannot be sent to");
	for (i = 0; i < r->group_n; i++)
		if (!is_ascii(r->group[i]->job.to) ||
		    !is_ascii(r->group[i]->job.sender))
			settle(r, r->group[i], &a);
	if (group_left(r) > 0)
		choose_group(r);
}

static void
transact(struct remote *r)
{
	const struct ehlo *can = &r->far.can;
	struct envelope e = { .first = !r->far.reset, .n = r->group_n,
	    .pipelined = can->pipelining && !r->far.no_pipelining,
	    .reused = r->far.used };
	struct answer a = { .number = 0 };

	if (is_unfit(r, &a)) {
		settle_group(r, &a, 0);
		return;
	}
	if (can->rcpt_max > 0 && e.n > can->rcpt_max)
		e.n = can->rcpt_max;
	if (exchange(r, &e) == -1) {
		lost(r, &e, verb_words[e.at]);
		return;
	}
	r->far.used = 1;
	if (e.astray)		/* an end would be an empty message */
		hang_up(r);
	else if (e.go)
		send_message(r, &e);
}

/* No host takes the message. If none was even ready for mail, all that is in hand
 * would fare like this one. */
static void
give_up(struct remote *r)
{
	if (r->route.reached)
		settle_group(r, &r->route.failure, 0);
	else
		settle_all(r, &r->route.failure);
}

static void
say_outcome(const struct remote *r, const struct job *j, int64_t began_ms)
{
	const struct far *f = &r->far;

	say("id=%s from=<%s> to=%s host=%s ip=%s tls=%s done=%u later=%u "
	    "never=%u size=%llu ms=%lld", j->id, j->sender, r->nexthop_text,
	    f->host[0] != '\0' ? f->host : "none",
	    f->ip[0] != '\0' ? f->ip : "none",
	    f->tls.yes ? f->tls.protocol : "none", r->done, r->later,
	    r->never, (unsigned long long)j->size,
	    (long long)(clock_mono_ms() - began_ms));
}

void
deliver_message(struct remote *r)
{
	int64_t began_ms = clock_mono_ms();
	struct job j;

	r->end_ms = began_ms + r->try_ms;
	r->done = r->later = r->never = 0;
	r->route.live = r->route.live && r->far.connected;
	r->group_n = 0;
	choose_group(r);
	j = r->group[0]->job;
	while (group_left(r) > 0) {
		if (!r->far.connected && find_host(r) == -1) {
			give_up(r);
			break;
		}
		take_jobs(r, 0);	/* others of it may have come */
		choose_group(r);
		settle_foreign(r);
		if (group_left(r) > 0)
			transact(r);
	}
	say_outcome(r, &j, began_ms);
}
