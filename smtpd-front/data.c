/* data - DATA: the message streams through to qinject while it comes. */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "text/date.h"
#include "text/dot.h"
#include "text/record.h"

/* What one message's octets came to. */
struct incoming {
	struct dot	 dot;
	uint64_t	 size;		/* octets with LF line ends */
	int		 refused;	/* swallow the rest */
	struct complete	*complete;	/* NULL: octet by octet as it came */
};

/* source: RFC 3848 */
static const char *
protocol(const struct session *s)
{
	static const char *const names[] = {
		"ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA"
	};

	if (!s->esmtp)
		return "SMTP";
	return names[(s->tls ? 2 : 0) + (s->user[0] != '\0')];
}

static int
make_facts(struct session *s)
{
	struct buf *f = &s->facts;

	f->len = 0;
	if (record_adds(f, "sender", s->sender) == -1 ||
	    dsn_mail_facts(s, f) == -1 ||
	    record_adds(f, "client", s->client) == -1 ||
	    record_adds(f, "helo", s->helo) == -1 ||
	    record_adds(f, "proto", protocol(s)) == -1 ||
	    record_adds(f, "body", s->body_8bit ? "8bitmime" : "7bit") == -1 ||
	    (s->user[0] != '\0' && record_adds(f, "user", s->user) == -1))
		return -1;
	return buf_add(f, s->rcpts.s, s->rcpts.len);
}

/* Our own users' mail gets what their programs left out. */
static struct complete *
begin_complete(struct session *s)
{
	struct complete *c = &s->complete;
	char date[DATE_OCTETS], sender[QUOTED_OCTETS + 1];

	date_mail(date, clock_wall_us() / 1000000);
	snprintf(s->date_line, sizeof(s->date_line), "Date: %s\n", date);
	snprintf(s->id_line, sizeof(s->id_line), "Message-ID: <%s.%u@%.*s>\n",
	    s->random, ++s->completed, DOMAIN_OCTETS, s->name);
	address_quote(sender, s->sender);
	snprintf(s->from_line, sizeof(s->from_line), "From: %s\n", sender);
	memset(c, 0, sizeof(*c));
	c->date = s->date_line;
	c->message_id = s->id_line;
	if (s->sender[0] != '\0')
		c->from = s->from_line;
	return c;
}

/* Decode n octets into out; octets read, octets of out in *out_n. */
static size_t
decode(struct incoming *m, const char *in, size_t n, char *out, size_t *out_n)
{
	char plain[WIRE_IN + 2];
	size_t read, plain_n;

	if (m->complete == NULL || m->complete->done) {
		read = dot_decode(&m->dot, in, n, out, out_n);
		m->size += *out_n;
		return read;
	}
	read = dot_decode(&m->dot, in, n, plain, &plain_n);
	m->size += plain_n;
	*out_n = complete_add(m->complete, plain, plain_n, out);
	if (m->dot.done)
		*out_n += complete_end(m->complete, out + *out_n);
	return read;
}

/* Pass on what is read, decoded. 0 at the final dot, -1 when the client is lost. */
static int
stream_message(struct session *s, struct incoming *m)
{
	struct wire *w = &s->wire;

	while (!m->dot.done) {
		ssize_t r = wire_fill(w);
		char *piece;
		size_t n;

		if (r <= 0)
			return r == 0 ? (errno = ECONNRESET, -1) : -1;
		piece = injector_room(&s->injector, (size_t)r + 2 +
		    (m->complete != NULL ? COMPLETE_ROOM : 0));
		w->at += decode(m, w->in_buf + w->at, (size_t)r, piece, &n);
		if (!m->refused && (m->size > s->size_max ||
		    m->dot.wrong_end)) {
			m->refused = 1;
			injector_abort(&s->injector);
		}
		if (!m->refused)
			injector_filled(&s->injector, n);
	}
	return 0;
}

static void
answer_refused(struct session *s, const struct incoming *m)
{
	const char *user = s->user[0] != '\0' ? " user=" : "";

	if (m->dot.wrong_end) {
		say("client=%s helo=%s%s%s from=<%s> refused=5.5.2 %s",
		    s->client, s->helo, user, s->user, s->sender,
		    m->dot.by_lf ? "CRLF after LF" : "bare LF");
		refuse(s, 550, "5.5.2", m->dot.by_lf ? "a CRLF: lines ended "
		    "with LF before" : "a bare LF: lines must end with CRLF");
		return;
	}
	say("client=%s helo=%s%s%s from=<%s> refused=5.3.4 size=%llu",
	    s->client, s->helo, user, s->user, s->sender,
	    (unsigned long long)m->size);
	refuse(s, 552, "5.3.4", "the message is too big");
}

/* source: RFC 5321 4.2.3 */
static int
never_code(const char *dsn)
{
	if (strcmp(dsn, "5.2.2") == 0 || strcmp(dsn, "5.3.4") == 0)
		return 552;
	return strncmp(dsn, "5.1.", 4) == 0 || strncmp(dsn, "5.2.", 4) == 0 ?
	    550 : 554;
}

static void
answer_queued(struct session *s, const struct incoming *m)
{
	struct injected in;

	injector_end(&s->injector, &in);
	if (in.answer.verdict == V_DONE)
		reply(s, 250, "2.0.0", "ok, %s as %s", in.answer.why, in.id);
	else if (in.answer.verdict == V_NEVER)
		reply(s, never_code(in.answer.dsn), in.answer.dsn, "%s", in.answer.why);
	else	/* 452: the disk is full, RFC 5321 4.2.3 */
		reply(s, strcmp(in.answer.dsn, "4.3.1") == 0 ? 452 : 451,
		    in.answer.dsn, "the message cannot be taken now, "
		    "try later");
	if (wire_hand_over(&s->wire) == -1)
		s->done = 1;	/* the client waits, the log does not */
	say("id=%s from=<%s> size=%llu nrcpt=%u client=%s helo=%s%s%s "
	    "verdict=%s dsn=%s%s%s", in.id[0] != '\0' ? in.id : "none",
	    s->sender, (unsigned long long)m->size, s->rcpt_n, s->client,
	    s->helo, s->user[0] != '\0' ? " user=" : "", s->user,
	    verdict_name(in.answer.verdict), in.answer.dsn,
	    in.answer.verdict == V_DONE ? "" : " why=",
	    in.answer.verdict == V_DONE ? "" : in.answer.why);
}

void
take_message(struct session *s)
{
	struct incoming m = { .size = 0 };
	int64_t end = s->wire.end_ms, data_end = clock_mono_ms() + s->data_ms;
	int r;

	if (make_facts(s) == -1) {
		reply(s, 452, "4.5.3", "too many recipients");
		return;
	}
	if (s->user[0] != '\0' || s->completes_all)
		m.complete = begin_complete(s);
	if (s->user[0] != '\0')
		m.dot.by_lf = !s->wire.had_crlf;	/* typed by hand */
	reply(s, 354, NULL, "go on, end with %s", m.dot.by_lf ? "LF.LF" :
	    "CRLF.CRLF");
	if (wire_hand_over(&s->wire) == 0)
		injector_connect(&s->injector);	/* while the client sends */
	injector_begin(&s->injector, s->facts.s, s->facts.len);
	if (data_end < end)
		s->wire.end_ms = data_end;
	r = stream_message(s, &m);
	s->wire.end_ms = end;
	if (r == -1) {
		injector_abort(&s->injector);
		say("client=%s from=<%s> lost within the message:", s->client,
		    s->sender);
		if (errno == ETIMEDOUT)
			reply(s, 421, "4.4.2", "%s waited too long", s->name);
		s->done = 1;
		return;
	}
	if (m.refused)
		answer_refused(s, &m);
	else
		answer_queued(s, &m);
	reset(s);
}
