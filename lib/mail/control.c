/* control - see control.h */
#include "mail/control.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/clock.h"
#include "sys/io.h"
#include "text/record.h"

#define ANSWER_MS	60000	/* the runner may look through its folder first */

static const char *const verbs[] = {
	[CONTROL_LIST] = "list", [CONTROL_SITES] = "sites",
	[CONTROL_STATUS] = "status", [CONTROL_FLUSH] = "flush",
	[CONTROL_HOLD] = "hold", [CONTROL_RELEASE] = "release",
	[CONTROL_REMOVE] = "remove", [CONTROL_REQUEUE] = "requeue", NULL
};

static const char *const ends[] = {
	[CONTROL_DONE] = "done", [CONTROL_MORE] = "more",
	[CONTROL_ACTIVE] = "active", [CONTROL_BARRED] = "held",
	[CONTROL_UNKNOWN] = "unknown", [CONTROL_FAILED] = "failed", NULL
};

static const char *const states[] = {
	[CONTROL_WAITS] = "waits", [CONTROL_TRIED] = "tried",
	[CONTROL_PARKED] = "parked", [CONTROL_HELD] = "held", NULL
};

/* Which of the words the n octets are. 0, or -1 with errno EINVAL. */
static int
find_word(const char *const *words, const char *s, size_t n, unsigned *out)
{
	unsigned i;

	for (i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0) {
			*out = i;
			return 0;
		}
	return errno = EINVAL, -1;
}

const char *
control_verb_name(enum control_verb verb)
{
	return verbs[verb];
}

const char *
control_state_name(enum control_state s)
{
	return states[s];
}

int
control_question_format(struct buf *b, enum control_verb verb,
    const char *value)
{
	b->len = 0;
	return record_adds(b, verbs[verb], value);
}

static int
suits(const struct control_question *q)
{
	switch (q->verb) {
	case CONTROL_LIST:
		return q->value[0] == '\0' || queue_id_is(q->value);
	case CONTROL_SITES:
		return 1;
	case CONTROL_STATUS:
		return q->value[0] == '\0';
	case CONTROL_FLUSH:
		return q->value[0] != '\0';
	default:
		return queue_id_is(q->value);
	}
}

int
control_question_parse(struct control_question *q, const char *in, size_t n)
{
	const char *p = in, *end = in + n;
	struct field f;
	unsigned verb;

	if (n == 0 || record_next(&p, end, &f) != 1 || p != end ||
	    find_word(verbs, f.key, f.key_n, &verb) == -1 ||
	    field_copy(&f, q->value, sizeof(q->value)) == -1)
		return errno = EINVAL, -1;
	q->verb = (enum control_verb)verb;
	return suits(q) ? 0 : (errno = EINVAL, -1);
}

int
control_message_format(struct buf *b, const struct control_message *m)
{
	size_t was = b->len;

	if (record_adds(b, "id", m->id) == 0 &&
	    record_adds(b, "state", states[m->state]) == 0 &&
	    record_add_u64(b, "due", m->due_us) == 0 &&
	    record_add_u64(b, "attempts", m->attempts) == 0 &&
	    (m->site[0] == '\0' || record_adds(b, "site", m->site) == 0))
		return 0;
	b->len = was;
	return -1;
}

int
control_site_format(struct buf *b, const struct control_site *s)
{
	size_t was = b->len;

	if (record_adds(b, "site", s->nexthop) == 0 &&
	    record_add_u64(b, "lanes", s->lanes) == 0 &&
	    record_add_u64(b, "limit", s->limit) == 0 &&
	    record_add_u64(b, "messages", s->messages) == 0 &&
	    (s->failures == 0 ||
	    (record_add_u64(b, "failures", s->failures) == 0 &&
	    record_add_u64(b, "dead", s->dead_us) == 0 &&
	    record_add_u64(b, "probe", s->probe_us) == 0 &&
	    record_adds(b, "dsn", s->dsn) == 0 &&
	    record_adds(b, "why", s->why) == 0)))
		return 0;
	b->len = was;
	return -1;
}

int
control_end_format(struct buf *b, enum control_end e)
{
	return record_adds(b, "end", ends[e]);
}

static int
message_field(struct control_message *m, const struct field *f)
{
	unsigned state;

	if (field_is(f, "due"))
		return field_u64(f, &m->due_us);
	if (field_is(f, "attempts"))
		return field_u64(f, &m->attempts);
	if (field_is(f, "site"))
		return field_copy(f, m->site, sizeof(m->site));
	if (!field_is(f, "state"))
		return 0;
	if (find_word(states, f->value, f->n, &state) == -1)
		return -1;
	m->state = (enum control_state)state;
	return 0;
}

static int
site_field(struct control_site *s, const struct field *f)
{
	static const struct {
		const char *key;
		size_t at;
	} numbers[] = {
		{ "lanes", offsetof(struct control_site, lanes) },
		{ "limit", offsetof(struct control_site, limit) },
		{ "messages", offsetof(struct control_site, messages) },
		{ "failures", offsetof(struct control_site, failures) },
		{ "dead", offsetof(struct control_site, dead_us) },
		{ "probe", offsetof(struct control_site, probe_us) },
	};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (field_is(f, numbers[i].key))
			return field_u64(f, (uint64_t *)(void *)((char *)s +
			    numbers[i].at));
	if (field_is(f, "dsn"))
		return field_copy(f, s->dsn, sizeof(s->dsn));
	if (field_is(f, "why"))
		return field_copy(f, s->why, sizeof(s->why));
	return 0;
}

/* The first line of a group has this key: take it. 1; 0 at "end"; or -1. */
static int
begin_group(const char **p, const char *end, const char *key, struct field *f)
{
	const char *at = *p;

	if (record_next(&at, end, f) != 1)
		return errno = EINVAL, -1;
	if (field_is(f, "end"))
		return 0;
	*p = at;
	return field_is(f, key) ? 1 : (errno = EINVAL, -1);
}

/* The next line, if it is of this group still. 1, 0, or -1. */
static int
group_line(const char **p, const char *end, const char *key, struct field *f)
{
	const char *at = *p;

	if (record_next(&at, end, f) != 1)
		return errno = EINVAL, -1;
	if (field_is(f, key) || field_is(f, "end"))
		return 0;
	*p = at;
	return 1;
}

int
control_message_next(const char **p, const char *end,
    struct control_message *m)
{
	struct field f;
	int r = begin_group(p, end, "id", &f);

	if (r != 1)
		return r;
	memset(m, 0, sizeof(*m));
	if (field_copy(&f, m->id, sizeof(m->id)) == -1 || !queue_id_is(m->id))
		return errno = EINVAL, -1;
	while ((r = group_line(p, end, "id", &f)) == 1)
		if (message_field(m, &f) == -1)
			return errno = EINVAL, -1;
	return r == -1 ? -1 : 1;
}

int
control_site_next(const char **p, const char *end, struct control_site *s)
{
	struct field f;
	int r = begin_group(p, end, "site", &f);

	if (r != 1)
		return r;
	memset(s, 0, sizeof(*s));
	if (field_copy(&f, s->nexthop, sizeof(s->nexthop)) == -1)
		return errno = EINVAL, -1;
	while ((r = group_line(p, end, "site", &f)) == 1)
		if (site_field(s, &f) == -1)
			return errno = EINVAL, -1;
	return r == -1 ? -1 : 1;
}

int
control_end_parse(const char *in, size_t n, enum control_end *e)
{
	const char *p = n < 2 ? NULL : memrchr(in, '\n', n - 1);
	struct field f;
	unsigned word;

	p = p == NULL ? in : p + 1;
	if (record_next(&p, in + n, &f) != 1 || !field_is(&f, "end") ||
	    find_word(ends, f.value, f.n, &word) == -1)
		return errno = EINVAL, -1;
	*e = (enum control_end)word;
	return 0;
}

int
control_open_at(struct control *c, const char *path)
{
	c->fd = unix_connect(path, SOCK_SEQPACKET);
	return c->fd == -1 ? -1 : 0;
}

int
control_ask(struct control *c, enum control_verb verb, const char *value)
{
	struct buf b = BUF_MAX(CONTROL_QUESTION);
	int done = control_question_format(&b, verb, value);
	ssize_t r = 0;

	if (done == 0)
		done = unix_send(c->fd, b.s, b.len, -1, 0);
	buf_free(&b);
	if (done == -1 ||
	    io_wait(c->fd, POLLIN, clock_mono_ms() + ANSWER_MS) == -1)
		return -1;
	r = unix_recv(c->fd, c->answer, sizeof(c->answer), NULL, 0);
	if (r <= 0)
		return r == 0 ? (errno = EPIPE, -1) : -1;
	c->n = (size_t)r;
	if (control_end_parse(c->answer, c->n, &c->end) == -1)
		return errno = EPROTO, -1;
	return 0;
}
