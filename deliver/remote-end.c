/* remote-end - the message goes, and the host says what became of it; or the
 * session is lost on the way. */
#include "remote.h"

#include <errno.h>
#include <string.h>

#include "sys/clock.h"

/* A connection that was used before may just have waited too long: all
 * begins anew. A host that does not cope with commands at once is asked
 * again, one by one. */
void
lost_host(struct remote *r, const struct envelope *e, const char *what)
{
	if (e->reused) {
		hang_up(r);
		r->route.live = 0;
	} else if (e->pipelined && !e->go && !e->has_bad) {
		hang_up(r);
		r->far.no_pipelining = r->far.again = 1;
	} else
		host_failed(r, what, e->has_bad ? &e->bad : NULL);
	/* 421 is about the host, not about this message. */
	if (e->has_bad && e->bad.code == 421)
		r->route.reached = 0;
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

/* Nobody knows whether the host has the message. It goes again: better twice
 * than never. source: RFC 1047, RFC 5321 6.1 */
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
		lost_host(r, e, "the message");
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

/* All of the wait, however long the try has been: to leave now would mean to
 * send it once more. */
static void
take_end(struct remote *r, struct envelope *e)
{
	int64_t end_ms = r->end_ms;

	r->end_ms = clock_mono_ms() + wait_ms(r, WAIT_DOT);
	if (r->nexthop.lmtp)
		end_lmtp(r, e);
	else
		end_smtp(r, e);
	r->end_ms = end_ms;
}

/* A host may say no while the message is on its way, and close: then this is
 * still there to be read. */
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
	lost_host(r, e, "the message");
}

void
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
		r->at_end = 0;
		return;
	case SENT:
		break;
	}
	take_end(r, e);
	r->at_end = 0;
	r->far.reset = 0;
	r->far.messages++;
}

