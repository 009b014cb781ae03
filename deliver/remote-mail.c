/* remote-mail - one message to the host that is connected, and to the next
 * one if that is lost. */
#include "remote.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"

/* What keeps the message from this host, whatever it would say: 1 and a is the
 * verdict; or 0. */
static int
is_unfit(struct remote *r, struct answer *a)
{
	const struct ehlo *can = &r->far.can;
	unsigned long long wire = r->group[0]->job.wire;
	int eightbit = has_eightbit(r);

	if (eightbit == -1) {
		answer_set(a, V_LATER, "4.3.0", "the queue file cannot be "
		    "read: %s", strerror(errno));
		return 1;
	}
	if (can->size_max > 0 && wire > can->size_max) {
		answer_words(r, a, V_NEVER, "5.3.4", "takes messages of %llu "
		    "octets, and this one has %llu",
		    (unsigned long long)can->size_max, wire);
		return 1;
	}
	if (!eightbit || can->eightbit || r->eightbit_anyway)
		return 0;
	answer_words(r, a, V_NEVER, "5.6.3", "takes plain ASCII alone (no "
	    "8BITMIME), and this message has other octets");
	return 1;
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

/* A reply that nobody waits for would be taken for another command's; or the
 * host has closed the connection. */
static int
has_unasked(const struct remote *r)
{
	return r->wire.at < r->wire.n || io_wait(r->wire.in, POLLIN, 0) == 0;
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
	if (has_unasked(r)) {
		errno = EPROTO;
		lost_host(r, &e, "more than was asked");
		return;
	}
	if (exchange(r, &e) == -1) {
		lost_host(r, &e, verb_word(e.at));
		return;
	}
	r->far.used = 1;
	if (e.astray)		/* an end would be an empty message */
		hang_up(r);
	else if (e.go)
		send_message(r, &e);
}

/* No host takes the message. If none was even ready for mail, all that is in
 * hand would fare like this one. */
static void
give_up(struct remote *r)
{
	struct answer *a = &r->route.failure;

	a->down = !r->route.reached && a->verdict == V_LATER;
	if (r->route.reached)
		settle_group(r, a, 0);
	else
		settle_all(r, a);
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
		look_at_runner(r);
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
