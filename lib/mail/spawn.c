/* spawn - see spawn.h */
#include "mail/spawn.h"

#include <errno.h>
#include <string.h>

#include "text/record.h"

int
destination_field(struct destination *d, const struct field *f)
{
	if (field_is(f, "uid"))
		return field_u64(f, &d->uid);
	if (field_is(f, "gid"))
		return field_u64(f, &d->gid);
	if (field_is(f, "make"))
		return field_u64(f, &d->make);
	if (field_is(f, "user"))
		return field_copy(f, d->user, sizeof(d->user));
	if (field_is(f, "home"))
		return field_copy(f, d->home, sizeof(d->home));
	if (field_is(f, "mailbox"))
		return field_copy(f, d->mailbox, sizeof(d->mailbox));
	if (field_is(f, "mbox"))
		return field_copy(f, d->mbox, sizeof(d->mbox));
	if (field_is(f, "program"))
		return field_copy(f, d->program, sizeof(d->program));
	if (field_is(f, "nexthop"))
		return field_copy(f, d->nexthop, sizeof(d->nexthop));
	return 0;
}

const char *
destination_name(const struct destination *d)
{
	return d->mailbox[0] != '\0' ? d->mailbox :
	    d->mbox[0] != '\0' ? d->mbox :
	    d->program[0] != '\0' ? d->program : d->nexthop;
}

int
destination_is(const struct destination *d)
{
	return destination_name(d)[0] != '\0';
}

/* Where a user's mail goes. */
static int
way_format(struct buf *b, const struct destination *d)
{
	if (d->program[0] != '\0')
		return record_adds(b, "program", d->program);
	if (d->mbox[0] != '\0')
		return record_adds(b, "mbox", d->mbox);
	return record_adds(b, "mailbox", d->mailbox);
}

int
spawn_request_format(struct buf *b, const struct spawn_request *q)
{
	const struct destination *d = &q->to;

	b->len = 0;
	if (q->kill != 0)
		return record_add_u64(b, "kill", q->kill);
	if (record_add_u64(b, "start", q->start) == -1)
		return -1;
	if (d->nexthop[0] != '\0')
		return record_adds(b, "nexthop", d->nexthop);
	if (record_add_u64(b, "uid", d->uid) == -1 ||
	    record_add_u64(b, "gid", d->gid) == -1 ||
	    record_add_u64(b, "make", d->make) == -1 ||
	    record_adds(b, "user", d->user) == -1 ||
	    record_adds(b, "home", d->home) == -1 ||
	    way_format(b, d) == -1)
		return -1;
	return 0;
}

/* Another host's has nothing else, a user's one way. */
static int
is_ambiguous(const struct destination *d)
{
	int ways = (d->mailbox[0] != '\0') + (d->mbox[0] != '\0') +
	    (d->program[0] != '\0');

	if (d->nexthop[0] == '\0')
		return ways > 1;
	return ways > 0 || d->uid != 0 || d->gid != 0 || d->make != 0 ||
	    d->user[0] != '\0' || d->home[0] != '\0';
}

int
spawn_request_parse(const char *s, size_t n, struct spawn_request *q)
{
	const char *p = s, *end = s + n;
	struct field f;
	int r;

	memset(q, 0, sizeof(*q));
	while ((r = record_next(&p, end, &f)) == 1) {
		if (field_is(&f, "start"))
			r = field_u64(&f, &q->start);
		else if (field_is(&f, "kill"))
			r = field_u64(&f, &q->kill);
		else
			r = destination_field(&q->to, &f);
		if (r == -1)
			return -1;
	}
	if (r == 0 && is_ambiguous(&q->to))
		return errno = EINVAL, -1;
	return r;
}

int
spawn_answer_format(struct buf *b, const struct spawn_answer *a)
{
	b->len = 0;
	if (record_add_u64(b, "start", a->start) == -1 ||
	    record_add_u64(b, "pid", a->pid) == -1 ||
	    record_adds(b, "why", a->why) == -1)
		return -1;
	return 0;
}

int
spawn_answer_parse(const char *s, size_t n, struct spawn_answer *a)
{
	const char *p = s, *end = s + n;
	struct field f;
	int r;

	memset(a, 0, sizeof(*a));
	while ((r = record_next(&p, end, &f)) == 1) {
		if (field_is(&f, "start"))
			r = field_u64(&f, &a->start);
		else if (field_is(&f, "pid"))
			r = field_u64(&f, &a->pid);
		else if (field_is(&f, "why"))
			r = field_copy(&f, a->why, sizeof(a->why));
		if (r == -1)
			return -1;
	}
	return r;
}
