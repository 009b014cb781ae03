/* index-change - flags, keywords, and what was learnt of messages; see
 * index.h. */
#include "mail/index-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "mail/index-name.h"
#include "sys/io.h"

#define RANGES		4096	/* of UIDs in one log entry */
#define KEYWORDS_FILE	"correo-keywords"
#define KEYWORDS_OCTETS	(INDEX_KEYWORDS * (INDEX_KEYWORD + NUM_DIGITS + 2))

/* Add the ranges to the batch, behind head, in as many entries as they need. */
static int
put_ranges(struct index *ix, uint32_t type, const void *head, size_t head_n,
    const struct index_range *r, size_t n)
{
	while (n > 0) {
		size_t part = n < RANGES ? n : RANGES, i;

		if (index_log_put(&ix->batch, type, head, head_n) == -1)
			return -1;
		for (i = 0; i < part; i++)
			if (index_log_item(&ix->batch, type, r + i,
			    sizeof(*r), NULL, 0) == -1)
				return -1;
		r += part;
		n -= part;
	}
	return 0;
}

/* The ranges without the messages that changed after since. */
struct unchanged {
	struct buf	ranges;
	void		(*each)(void *arg, uint32_t uid);
	void		*arg;
};

static int
add_uid(struct buf *b, uint32_t uid)
{
	struct index_range r = { uid, uid };
	struct index_range *last = b->len == 0 ? NULL :
	    (void *)(b->s + b->len - sizeof(r));

	if (last != NULL && last->last + 1 == uid) {
		last->last = uid;
		return 0;
	}
	return buf_add(b, &r, sizeof(r));
}

static int
sort_out(struct index *ix, const struct index_range *r, size_t n,
    uint64_t since, struct unchanged *u)
{
	size_t all = index_state_n(&ix->state), i, k;

	for (k = 0; k < n; k++)
		for (i = index_state_find(&ix->state, r[k].first); i < all;
		    i++) {
			const struct index_record *m =
			    index_state_at(&ix->state, i);

			if (m->uid > r[k].last)
				break;
			if (m->flags & INDEX_EXPUNGED)
				continue;
			if (m->modseq > since) {
				if (u->each != NULL)
					u->each(u->arg, m->uid);
			} else if (add_uid(&u->ranges, m->uid) == -1)
				return -1;
		}
	return 0;
}

static int
store(struct index *ix, const struct index_range *ranges, size_t n,
    const struct index_store *o, uint64_t since, struct unchanged *u)
{
	if (since != UINT64_MAX) {
		if (sort_out(ix, ranges, n, since, u) == -1)
			return -1;
		ranges = (const void *)u->ranges.s;
		n = u->ranges.len / sizeof(*ranges);
	}
	if (put_ranges(ix, INDEX_STORE, o, sizeof(*o), ranges, n) == -1)
		return -1;
	return index_commit(ix);
}

int
index_store(struct index *ix, const struct index_range *ranges, size_t n,
    enum index_op op, uint32_t flags, uint64_t keywords, uint64_t since,
    void (*each)(void *arg, uint32_t uid), void *arg)
{
	struct unchanged u = { .ranges = BUF_MAX(UINT32_MAX), .each = each,
	    .arg = arg };
	struct index_store o = { .keywords = keywords, .flags = flags,
	    .op = op };
	int r;

	if (index_begin(ix) == -1)
		return -1;
	o.modseq = index_modseq(ix);
	r = store(ix, ranges, n, &o, since, &u);
	buf_free(&u.ranges);
	return index_end(ix, r);
}

/* Write all keywords, a line "NUMBER NAME" each, so that they outlive the
 * index: as Dovecot's dovecot-keywords. */
static int
write_keywords(struct index *ix)
{
	struct buf b = BUF_MAX(KEYWORDS_OCTETS);
	unsigned k;
	int r = 0;

	for (k = 0; k < ix->state.head.keywords_n && r == 0; k++)
		r = buf_addf(&b, "%u %s\n", k, ix->state.keyword[k]);
	if (r == 0)
		r = index_replace(ix->dir, KEYWORDS_FILE, b.s, b.len);
	buf_free(&b);
	return r;
}

static int
define(struct index *ix, const char *name, size_t n)
{
	struct { uint64_t number; char name[INDEX_KEYWORD]; } k = {
		.number = ix->state.head.keywords_n };

	if (k.number == INDEX_KEYWORDS)
		return errno = ENOSPC, -1;
	memcpy(k.name, name, n);
	if (index_log_put(&ix->batch, INDEX_KEYWORD_IS, &k, sizeof(k)) == -1 ||
	    index_commit(ix) == -1 || write_keywords(ix) == -1)
		return -1;
	return (int)k.number;
}

int
index_keyword(struct index *ix, const char *name, size_t n, int make)
{
	int k = index_state_keyword(&ix->state, name, n);

	if (n == 0 || n >= INDEX_KEYWORD || memchr(name, '\n', n) != NULL ||
	    memchr(name, '\0', n) != NULL)
		return errno = EINVAL, -1;
	if (k != -1)
		return k;
	if (!make)
		return errno = ENOENT, -1;
	if (index_begin(ix) == -1)
		return -1;
	k = index_state_keyword(&ix->state, name, n);
	return index_end(ix, k != -1 ? k : define(ix, name, n));
}

/* One line "NUMBER NAME" of n octets. Numbers without a name get one, so that
 * the letters stay. */
static void
take_keyword(struct index_state *s, const char *line, size_t n)
{
	const char *blank = memchr(line, ' ', n);
	uint64_t number;
	size_t name_n;

	if (blank == NULL || num_u64(line, (size_t)(blank - line),
	    &number) == -1 || number >= INDEX_KEYWORDS)
		return;
	name_n = n - (size_t)(blank - line) - 1;
	if (name_n == 0 || name_n >= INDEX_KEYWORD)
		return;
	while (s->head.keywords_n <= number) {
		char *k = s->keyword[s->head.keywords_n];

		memset(k, 0, INDEX_KEYWORD);
		memcpy(k, "unnamed-", 8);
		num_put(k + 8, s->head.keywords_n++);
	}
	memset(s->keyword[number], 0, INDEX_KEYWORD);
	memcpy(s->keyword[number], blank + 1, name_n);
}

static int
open_keywords(int dir)
{
	static const char *const names[] = { KEYWORDS_FILE,
	    "dovecot-keywords" };
	int fd = -1;
	size_t i;

	for (i = 0; i < 2 && fd == -1; i++)
		fd = openat(dir, names[i], O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
		    O_CLOEXEC);
	return fd;
}

void
index_keywords_load(struct index *ix)
{
	char text[KEYWORDS_OCTETS], *line = text, *end;
	int fd = open_keywords(ix->dir);
	ssize_t n;

	if (fd == -1)
		return;
	n = io_pread_full(fd, text, sizeof(text), 0);
	close(fd);
	while (n > 0 && (end = memchr(line, '\n', (size_t)n)) != NULL) {
		take_keyword(&ix->state, line, (size_t)(end - line));
		n -= end + 1 - line;
		line = end + 1;
	}
}

int
index_take_recent(struct index *ix, uint32_t *uid)
{
	uint64_t next;
	int r = 0;

	if (index_begin(ix) == -1)
		return -1;
	*uid = ix->state.head.recent;
	next = ix->state.head.next;
	if (next != *uid)
		r = index_log_put(&ix->batch, INDEX_RECENT, &next,
		    sizeof(next));
	if (r == 0)
		r = index_commit(ix);
	return index_end(ix, r);
}

int
index_note(struct index *ix, const struct index_fact *facts, size_t n)
{
	size_t i;
	int r = 0;

	if (index_begin(ix) == -1)
		return -1;
	for (i = 0; i < n && r == 0; i++)
		r = index_log_item(&ix->batch, INDEX_FACTS, facts + i,
		    sizeof(*facts), NULL, 0);
	if (r == 0)
		r = index_commit(ix);
	return index_end(ix, r);
}
