/* job - see job.h */
#include "mail/job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text/record.h"

static const char *const verdict_names[] = {
	[V_DONE] = "done", [V_LATER] = "later", [V_NEVER] = "never",
	[V_FORWARD] = "forward",
};

const char *
verdict_name(enum verdict v)
{
	return verdict_names[v];
}

/* Most jobs have none. */
static int
wishes_format(struct buf *b, const struct job *j)
{
	if ((j->ret[0] != '\0' && record_adds(b, "ret", j->ret) == -1) ||
	    (j->envid[0] != '\0' && record_adds(b, "envid", j->envid) == -1) ||
	    (j->notify[0] != '\0' &&
	    record_adds(b, "notify", j->notify) == -1) ||
	    (j->orcpt[0] != '\0' && record_adds(b, "orcpt", j->orcpt) == -1))
		return -1;
	return 0;
}

int
job_format(struct buf *b, const struct job *j)
{
	b->len = 0;
	if (record_add_u64(b, "job", j->number) == -1 ||
	    wishes_format(b, j) == -1 ||
	    record_add_u64(b, "replay", (uint64_t)j->replay) == -1 ||
	    record_adds(b, "id", j->id) == -1 ||
	    record_adds(b, "sender", j->sender) == -1 ||
	    record_adds(b, "to", j->to) == -1 ||
	    (j->own && record_adds(b, "own", "1") == -1) ||
	    (j->ext[0] != '\0' && record_adds(b, "ext", j->ext) == -1) ||
	    quota_add(b, &j->quota) == -1 ||
	    record_add_u64(b, "time", j->time_us) == -1 ||
	    record_add_u64(b, "at", j->at) == -1 ||
	    record_add_u64(b, "size", j->size) == -1 ||
	    record_add_u64(b, "wire", j->wire) == -1 ||
	    (j->direct && record_add_u64(b, "direct", 1) == -1))
		return -1;
	return 0;
}

/* 1 if the field was one of these, 0 if it is another, -1 if it is bad. */
static int
wish_field(struct job *j, const struct field *f)
{
	const char *ret;
	int bits;

	if (field_is(f, "ret")) {
		ret = ret_parse(f->value, f->n);
		if (ret == NULL)
			return -1;
		memcpy(j->ret, ret, sizeof(j->ret));
	} else if (field_is(f, "notify")) {
		bits = notify_parse(f->value, f->n);
		if (bits == -1)
			return -1;
		notify_text(j->notify, bits);
	} else if (field_is(f, "envid")) {
		if (!envid_is(f->value, f->n))
			return -1;
		return field_copy(f, j->envid, sizeof(j->envid)) == 0 ? 1 : -1;
	} else if (field_is(f, "orcpt")) {
		if (!orcpt_is(f->value, f->n))
			return -1;
		return field_copy(f, j->orcpt, sizeof(j->orcpt)) == 0 ? 1 : -1;
	} else
		return 0;
	return 1;
}

static int
field_bit(const struct field *f, int *bit)
{
	uint64_t n;

	if (field_u64(f, &n) == -1)
		return -1;
	*bit = n != 0;
	return 0;
}

static int
job_field(struct job *j, const struct field *f)
{
	if (field_is(f, "job"))
		return field_u64(f, &j->number);
	if (field_is(f, "replay"))
		return field_bit(f, &j->replay);
	if (field_is(f, "direct"))
		return field_bit(f, &j->direct);
	if (field_is(f, "id")) {
		if (field_copy(f, j->id, sizeof(j->id)) == -1)
			return -1;
		return queue_id_is(j->id) ? 0 : -1;
	}
	if (field_is(f, "sender"))
		return field_copy(f, j->sender, sizeof(j->sender));
	if (field_is(f, "to"))
		return field_copy(f, j->to, sizeof(j->to));
	if (field_is(f, "own"))
		return field_bit(f, &j->own);
	if (field_is(f, "ext")) {
		if (!ext_is(f->value, f->n))
			return -1;
		return field_copy(f, j->ext, sizeof(j->ext));
	}
	if (field_is(f, "quota"))
		return quota_parse(f->value, f->n, &j->quota);
	if (field_is(f, "time"))
		return field_u64(f, &j->time_us);
	if (field_is(f, "at"))
		return field_u64(f, &j->at);
	if (field_is(f, "size"))
		return field_u64(f, &j->size);
	if (field_is(f, "wire"))
		return field_u64(f, &j->wire);
	/* Other fields: a newer runner may say more. */
	return wish_field(j, f) == -1 ? -1 : 0;
}

int
job_parse(const char *s, size_t n, struct job *j)
{
	const char *p = s, *end = s + n;
	struct field f;
	int r;

	memset(j, 0, sizeof(*j));
	while ((r = record_next(&p, end, &f)) == 1)
		if (job_field(j, &f) == -1)
			return errno = EINVAL, -1;
	if (r == -1 || j->id[0] == '\0' || j->to[0] == '\0' ||
	    j->at > INT64_MAX / 2 || j->size > INT64_MAX / 2)
		return errno = EINVAL, -1;
	return 0;
}

int
answer_format(struct buf *b, const struct answer *a)
{
	b->len = 0;
	if (record_add_u64(b, "job", a->number) == -1 ||
	    (a->onward && record_adds(b, "onward", "1") == -1) ||
	    record_adds(b, "verdict", verdict_name(a->verdict)) == -1 ||
	    record_adds(b, "dsn", a->dsn) == -1 ||
	    (a->relay[0] != '\0' &&
	    record_adds(b, "relay", a->relay) == -1) ||
	    (a->down && record_adds(b, "down", "1") == -1) ||
	    record_adds(b, "why", a->why) == -1)
		return -1;
	return 0;
}

static int
answer_field(struct answer *a, const struct field *f, int *has_verdict)
{
	uint64_t n;
	unsigned v;

	if (field_is(f, "job"))
		return field_u64(f, &a->number);
	if (field_is(f, "onward")) {
		if (field_u64(f, &n) == -1)
			return -1;
		a->onward = n != 0;
		return 0;
	}
	if (field_is(f, "dsn"))
		return field_copy(f, a->dsn, sizeof(a->dsn));
	if (field_is(f, "relay"))
		return field_copy(f, a->relay, sizeof(a->relay));
	if (field_is(f, "down"))
		return field_u64(f, &a->down);
	if (field_is(f, "why"))
		return field_copy(f, a->why, sizeof(a->why));
	if (!field_is(f, "verdict"))
		return 0;
	for (v = V_DONE; v <= V_FORWARD; v++)
		if (f->n == strlen(verdict_names[v]) &&
		    memcmp(f->value, verdict_names[v], f->n) == 0)
			break;
	if (v > V_FORWARD)
		return -1;
	a->verdict = (enum verdict)v;
	*has_verdict = 1;
	return 0;
}

int
answer_parse(const char *s, size_t n, struct answer *a)
{
	const char *p = s, *end = s + n;
	int has_verdict = 0, r;
	struct field f;

	memset(a, 0, sizeof(*a));
	while ((r = record_next(&p, end, &f)) == 1)
		if (answer_field(a, &f, &has_verdict) == -1)
			return errno = EINVAL, -1;
	if (r == -1 || !has_verdict)
		return errno = EINVAL, -1;
	return 0;
}

void
answer_set(struct answer *a, enum verdict verdict, const char *dsn,
    const char *fmt, ...)
{
	va_list ap;
	char *p;

	a->verdict = verdict;
	snprintf(a->dsn, sizeof(a->dsn), "%s", dsn);
	va_start(ap, fmt);
	vsnprintf(a->why, sizeof(a->why), fmt, ap);
	va_end(ap);
	for (p = a->why; *p != '\0'; p++)
		if ((unsigned char)*p < 32 || *p == 127)
			*p = '?';
}
