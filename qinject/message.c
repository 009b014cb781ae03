/* message - one message on its way into the queue. */
#include "qinject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "sys/env.h"
#include "sys/log.h"
#include "text/date.h"
#include "text/dsn.h"
#include "text/record.h"

#define HOPS_MAX	100	/* RFC 5321 6.3 asks for 100 and more */
#define RECEIVED_OCTETS	(DOMAIN_OCTETS + QUOTED_OCTETS + 1024)

/* The facts that Received shows; each "" where it is missing. */
struct shown {
	char	client[64];
	char	helo[256];
	char	proto[16];
	char	rcpt[ADDRESS_OCTETS + 1];
	char	uid[16];
	char	user[64];
	unsigned rcpts, senders;
	unsigned rets, envids;
	unsigned notifies, orcpts;	/* of the last rcpt */
};

static int
open_folder(int queue, const char *name, int exit_code)
{
	int fd = openat(queue, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		die(exit_code, "queue folder %s:", name);
	return fd;
}

void
message_init(struct message *m, int exit_queue)
{
	const char *queue = env_str("QUEUE", NULL);
	int fd = open(queue, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		die(exit_queue, "queue %s:", queue);
	m->host = env_str("NAME", NULL);
	m->msg = open_folder(fd, QUEUE_MSG, exit_queue);
	m->tmp = open_folder(fd, QUEUE_TMP, exit_queue);
	runner_init(&m->runner);
	close(fd);
}

/* What the sender wants to be told: each once, for the message or for the rcpt
 * before it. 1 if f is none of these, 0 if it is good, else -1. */
static int
check_dsn(struct shown *s, const struct field *f)
{
	int good;

	if (field_is(f, "ret"))
		good = ret_parse(f->value, f->n) != NULL && s->rets++ == 0;
	else if (field_is(f, "envid"))
		good = envid_is(f->value, f->n) && s->envids++ == 0;
	else if (field_is(f, "notify"))
		good = notify_parse(f->value, f->n) != -1 &&
		    s->notifies++ == 0 && s->rcpts > 0;
	else if (field_is(f, "orcpt"))
		good = orcpt_is(f->value, f->n) && s->orcpts++ == 0 &&
		    s->rcpts > 0;
	else
		return 1;
	return good ? 0 : -1;
}

static int
show_field(struct shown *s, const struct field *f)
{
	int r = check_dsn(s, f);

	if (r != 1)
		return r;
	if (field_is(f, "sender")) {
		s->senders++;
		return f->n > ADDRESS_OCTETS ? -1 : 0;
	}
	if (field_is(f, "rcpt")) {
		s->rcpts++;
		s->notifies = s->orcpts = 0;
		return f->n == 0 ? -1 : field_copy(f, s->rcpt,
		    sizeof(s->rcpt));
	}
	if (field_is(f, "client"))
		return field_copy(f, s->client, sizeof(s->client));
	if (field_is(f, "helo"))
		return field_copy(f, s->helo, sizeof(s->helo));
	if (field_is(f, "proto"))
		return field_copy(f, s->proto, sizeof(s->proto));
	if (field_is(f, "uid"))
		return field_copy(f, s->uid, sizeof(s->uid));
	if (field_is(f, "user"))
		return field_copy(f, s->user, sizeof(s->user));
	return field_is(f, "size") || field_is(f, "wire") ||
	    field_is(f, "time") ? -1 : 0;
}

static int
read_facts(const char *facts, size_t n, struct shown *s)
{
	const char *p = facts, *end = facts + n;
	struct field f;
	int r;

	memset(s, 0, sizeof(*s));
	while ((r = record_next(&p, end, &f)) == 1)
		if (show_field(s, &f) == -1)
			return errno = EINVAL, -1;
	if (r == -1 || s->senders != 1 || s->rcpts == 0)
		return errno = EINVAL, -1;
	return 0;
}

/* A client's words inside our header: nothing that means something there. */
static void
tame(char *s)
{
	for (; *s != '\0'; s++)
		if (!ascii_graph(*s) || strchr("()<>;\\\",", *s) != NULL)
			*s = '?';
}

/* Where the message comes from: a client's address, or a user of the machine. */
static void
show_origin(struct message *m, struct shown *s, char *out, size_t cap)
{
	tame(s->helo);
	tame(s->client);
	tame(s->proto);
	tame(s->uid);
	tame(s->user);
	if (s->client[0] != '\0')
		snprintf(out, cap, "from %s ([%s])\n\tby %s with %s", s->helo,
		    s->client, m->host, s->proto);
	else if (s->uid[0] == '\0')
		snprintf(out, cap, "by %s (from uid %u)", m->host,
		    (unsigned)getuid());
	else
		snprintf(out, cap, "by %s (from %s%suid %s)", m->host, s->user,
		    s->user[0] != '\0' ? ", " : "", s->uid);
}

/* source: RFC 5321 4.4 */
static int
add_received(struct message *m, struct shown *s)
{
	char line[RECEIVED_OCTETS], from[512], to[QUOTED_OCTETS + 16] = "";
	char rcpt[QUOTED_OCTETS + 1];
	char date[DATE_OCTETS];
	int n;

	show_origin(m, s, from, sizeof(from));
	date_mail(date, m->writer.time_us / 1000000);
	if (s->rcpts == 1) {
		address_quote(rcpt, s->rcpt);
		snprintf(to, sizeof(to), "\n\tfor <%s>", rcpt);
	}
	n = snprintf(line, sizeof(line), "Received: %s id %s%s;\n\t%s\n", from,
	    m->writer.id, to, date);
	return queue_add(&m->writer, line, (size_t)n);
}

static int
add_warning(struct message *m)
{
	char line[RECEIVED_OCTETS];
	size_t n = m->local == NULL ? 0 : local_warning(m->local, line,
	    sizeof(line));

	return n == 0 ? 0 : queue_add(&m->writer, line, n);
}

int
message_begin(struct message *m, const char *facts, size_t n)
{
	struct shown shown;

	message_abort(m);
	if (read_facts(facts, n, &shown) == -1 ||
	    queue_begin(&m->writer, m->msg, m->tmp, facts, n) == -1)
		return -1;
	m->open = 1;
	m->queued = 0;
	m->hops = 0;
	m->header.n = 0;
	m->header.done = 0;
	if (add_received(m, &shown) == 0 && add_warning(m) == 0)
		return 0;
	message_abort(m);
	return -1;
}

static void
count_hop(void *arg, const char *line, size_t n)
{
	unsigned *hops = arg;
	size_t value_n;

	*hops += header_value(line, n, "Received", &value_n) != NULL;
}

int
message_add(struct message *m, const void *p, size_t n)
{
	header_scan(&m->header, p, n, count_hop, &m->hops);
	if (queue_add(&m->writer, p, n) == 0)
		return 0;
	message_abort(m);
	return -1;
}

/* Into its mailboxes or, where that is not all done at once, into the queue. 0 and
 * a is set; or -1 with errno. */
static int
put_away(struct message *m, struct answer *a)
{
	if (queue_seal(&m->writer) == -1) {
		queue_abort(&m->writer);
		return -1;
	}
	if (runner_try(&m->runner, m->writer.id, m->writer.file.fd, a)) {
		queue_abort(&m->writer);
		return 0;
	}
	if (queue_publish(&m->writer) == -1)
		return -1;
	m->queued = 1;
	answer_set(a, V_DONE, "2.0.0", "queued");
	return 0;
}

void
message_end(struct message *m, struct injected *out)
{
	memset(out, 0, sizeof(*out));
	if (m->hops > HOPS_MAX) {
		answer_set(&out->answer, V_NEVER, "5.4.6",
		    "a mail loop: %u Received fields", m->hops);
		message_abort(m);
		return;
	}
	m->open = 0;
	if (put_away(m, &out->answer) == -1) {
		runner_give_up(&m->runner);
		answer_set(&out->answer, V_LATER, "4.3.1",
		    "the queue cannot be written: %s", strerror(errno));
		return;
	}
	memcpy(out->id, m->writer.id, sizeof(out->id));
}

void
message_abort(struct message *m)
{
	if (m->open)
		queue_abort(&m->writer);
	m->open = 0;
}
