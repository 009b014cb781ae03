/* glance - see glance.h */
#include "mail/glance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/num.h"
#include "sys/folder.h"
#include "text/record.h"

static size_t
bucket_of(const char *address, size_t n)
{
	size_t h = n, i;

	for (i = 0; i < n; i++)
		h = h * 31 + (unsigned char)ascii_lower(address[i]);
	return h % GLANCE_BUCKETS;
}

static struct outcome *
find_outcome(const struct glance *g, const char *address, size_t n)
{
	struct outcome *o = g->bucket[bucket_of(address, n)];

	while (o != NULL && (o->n != n ||
	    strncasecmp(o->address, address, n) != 0))
		o = o->next_alike;
	return o;
}

const struct outcome *
glance_outcome(const struct glance *g, const char *address, size_t n)
{
	return find_outcome(g, address, n);
}

static struct outcome *
add_outcome(struct glance *g, const char *address, size_t n)
{
	struct outcome *o = find_outcome(g, address, n);
	size_t b = bucket_of(address, n);

	if (o != NULL)
		return o;
	o = calloc(1, sizeof(*o) + n + 1);
	if (o == NULL)
		return NULL;
	memcpy(o->address, address, n);
	o->n = n;
	o->next_alike = g->bucket[b];
	g->bucket[b] = o;
	*g->last = o;
	g->last = &o->next;
	return o;
}

static void
take_result(struct glance *g, struct outcome *o, const struct journal_entry *e)
{
	o->kind = e->kind;
	o->time_us = e->time_us;
	if (e->kind == J_START)
		return;
	memcpy(o->dsn, e->dsn, sizeof(o->dsn));
	free(o->why);
	o->why = NULL;
	if (e->kind == J_DONE)
		return;
	g->latest = o;
	g->reason_of = o;
}

static void
note_entry(void *arg, const struct journal_entry *e)
{
	struct glance *g = arg;
	struct outcome *o;

	if (e->kind == J_WHY && g->reason_of != NULL) {
		free(g->reason_of->why);
		g->reason_of->why = strndup(e->address, e->address_n);
	}
	g->reason_of = NULL;
	if (e->kind == J_NEXT) {
		g->next_us = e->time_us;
		(void)num_u64(e->address, e->address_n, &g->attempts);
	}
	if (e->kind == J_HELD || e->kind == J_RELEASED)
		g->held = e->kind == J_HELD;
	g->removed |= e->kind == J_REMOVED;
	if (!journal_has_address(e->kind))
		return;
	o = add_outcome(g, e->address, e->address_n);
	if (o == NULL)
		return;
	if (e->kind == J_TOLD)
		o->told = 1;
	else
		take_result(g, o, e);
}

/* Count them, and mark what became of each as that of a recipient. */
static void
take_recipients(struct glance *g)
{
	const char *p = g->head.text.s, *end = p + g->head.text.len;
	struct outcome *o;
	struct field f;

	while (record_next(&p, end, &f) == 1) {
		if (!field_is(&f, "rcpt"))
			continue;
		g->rcpt_n++;
		o = find_outcome(g, f.value, f.n);
		if (o != NULL)
			o->named = 1;
	}
}

int
queue_open(int msg, const char *id)
{
	struct stat st;
	int fd;

	if (!queue_id_is(id))
		return errno = ENOENT, -1;
	fd = openat(msg, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return errno == ELOOP ? (errno = EINVAL, -1) : -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return errno = EINVAL, -1;
}

/* Empty it; room that it has for a head stays. */
static void
forget(struct glance *g)
{
	struct buf text = g->head.text;

	while (g->first != NULL) {
		struct outcome *o = g->first;

		g->first = o->next;
		free(o->why);
		free(o);
	}
	memset(g, 0, sizeof(*g));
	g->last = &g->first;
	g->head.text = text;
	g->head.text.max = QUEUE_HEAD_MAX;
}

int
glance_read(struct glance *g, int msg, const char *id)
{
	int fd = queue_open(msg, id), done, e;

	forget(g);
	if (fd == -1)
		return -1;
	strncpy(g->id, id, sizeof(g->id) - 1);
	done = queue_read_head(fd, &g->head, 0);
	if (done == 0)
		done = queue_fact(&g->head, "sender", g->sender,
		    sizeof(g->sender));
	if (done == -1 && errno != EIO && errno != ENOMEM)
		errno = EINVAL;
	if (done == 0)
		done = queue_read_journal(fd, &g->head, note_entry, g);
	if (done != -1)
		take_recipients(g);
	e = errno;
	close(fd);
	return errno = e, done == -1 ? -1 : 0;
}

void
glance_free(struct glance *g)
{
	forget(g);
	buf_free(&g->head.text);
}

static int
is_final(const struct outcome *o)
{
	return o != NULL && (o->kind == J_DONE || o->kind == J_NEVER);
}

int
glance_left(const struct glance *g, int (*each)(void *arg,
    const char *address, size_t n, const struct outcome *o), void *arg)
{
	const char *p = g->head.text.s, *end = p + g->head.text.len;
	const struct outcome *o;
	struct field f;
	int r = 0;

	while (r == 0 && record_next(&p, end, &f) == 1) {
		if (!field_is(&f, "rcpt"))
			continue;
		o = glance_outcome(g, f.value, f.n);
		if (!is_final(o))
			r = each(arg, f.value, f.n, o);
	}
	for (o = g->first; o != NULL && r == 0; o = o->next)
		if (!is_final(o) && !o->named)
			r = each(arg, o->address, o->n, o);
	return r;
}

static int
add_id(void *arg, const char *name, size_t n, unsigned char type)
{
	struct queue_ids *ids = arg;

	(void)type;
	if (!queue_id_is(name))
		return 0;
	if (ids->n == ids->cap) {
		size_t cap = ids->cap > 0 ? 2 * ids->cap : 256;
		void *p = realloc(ids->id, cap * sizeof(*ids->id));

		if (p == NULL)
			return -1;
		ids->id = p;
		ids->cap = cap;
	}
	memcpy(ids->id[ids->n++], name, n + 1);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

int
queue_ids_read(struct queue_ids *ids, int msg)
{
	ids->n = 0;
	if (folder_read(msg, add_id, ids) != 0)
		return -1;
	if (ids->n > 0)
		qsort(ids->id, ids->n, sizeof(*ids->id), by_name);
	return 0;
}
