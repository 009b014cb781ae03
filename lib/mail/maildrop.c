/* maildrop - see maildrop.h */
#include "mail/maildrop.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/index-name.h"
#include "sys/folder.h"

#define READINGS	4	/* of a folder that others change meanwhile */

/* The name of m, its length in *n. The index has it until somebody changes it. */
static const char *
name_of(struct maildrop *d, const struct drop_message *m, size_t *n)
{
	*n = m->name_n;
	if (m->name_n > 0)
		return d->names.s + m->name;
	*n = index_state_name(&d->ix.state, index_at(&d->ix, m->name),
	    d->room_of_name);
	return d->room_of_name;
}

const char *
maildrop_name(struct maildrop *d, size_t i, size_t *n)
{
	return name_of(d, d->m + i, n);
}

/* Room for one message more. 0, or -1 with errno ENOMEM. */
static int
make_room(struct maildrop *d)
{
	size_t room = d->room > 0 ? d->room * 2 : 64;
	struct drop_message *m;

	if (d->n < d->room)
		return 0;
	m = realloc(d->m, room * sizeof(*m));
	if (m == NULL)
		return -1;
	d->m = m;
	d->room = room;
	return 0;
}

/* Keep the name for m. 0, or -1 with errno. */
static int
keep_name(struct maildrop *d, struct drop_message *m, const char *name,
    size_t n)
{
	size_t at = d->names.len;

	if (buf_add(&d->names, name, n + 1) == -1)
		return -1;
	m->name = (uint32_t)at;
	m->name_n = (uint8_t)n;
	return 0;
}

static int
add_message(struct maildrop *d, const char *name, size_t n, int in_new)
{
	const char *colon = memchr(name, ':', n);
	size_t base_n = colon != NULL ? (size_t)(colon - name) : n;
	struct drop_message *m;
	uint32_t wire;

	if (make_room(d) == -1)
		return -1;
	m = d->m + d->n;
	if (keep_name(d, m, name, n) == -1)
		return -1;
	m->base_n = (uint8_t)base_n;
	m->seconds = index_name_seconds(name, base_n);
	wire = index_name_wire(name, base_n);
	m->octets = wire != INDEX_UNKNOWN ? wire : DROP_UNKNOWN;
	m->in_new = (uint8_t)in_new;
	m->uid = 0;
	m->gone = 0;
	d->n++;
	return 0;
}

struct reading {
	struct maildrop	*d;
	int		 fd;
	int		 in_new;
};

static int
each_name(void *arg, const char *name, size_t n, unsigned char type)
{
	const struct reading *r = arg;

	if (name[0] == '.' || n > UINT8_MAX ||
	    !folder_has_file(r->fd, name, type))
		return 0;
	return add_message(r->d, name, n, r->in_new);
}

static int
same_time(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Read a folder. While others rename in it a name can be passed over: then read
 * it again and have both. new/ needs it not, for nobody renames within it. */
static int
read_folder(struct maildrop *d, int fd, int in_new)
{
	struct reading r = { .d = d, .fd = fd, .in_new = in_new };
	struct stat before, after;
	int tries = 0;

	do {
		if (fstat(fd, &before) == -1 ||
		    folder_read(fd, each_name, &r) != 0 ||
		    fstat(fd, &after) == -1)
			return -1;
	} while (!in_new && !same_time(&before, &after) &&
	    ++tries < READINGS);
	return 0;
}

/* memcmp(3), which goes octet by octet in musl: names begin alike. */
static int
compare_octets(const char *a, const char *b, size_t n)
{
	uint64_t x, y;

	for (; n >= sizeof(x); a += sizeof(x), b += sizeof(x), n -= sizeof(x)) {
		memcpy(&x, a, sizeof(x));
		memcpy(&y, b, sizeof(y));
		if (x != y)
			return be64toh(x) < be64toh(y) ? -1 : 1;
	}
	return memcmp(a, b, n);
}

/* The order of two messages: under 0, 0 for the same base name, over 0. At most
 * one of the two maildrops has its names in an index. */
static int
compare(struct maildrop *da, const struct drop_message *a,
    struct maildrop *db, const struct drop_message *b)
{
	size_t n = a->base_n < b->base_n ? a->base_n : b->base_n, all;
	int c;

	if (a->seconds != b->seconds)
		return a->seconds < b->seconds ? -1 : 1;
	c = compare_octets(name_of(da, a, &all), name_of(db, b, &all), n);
	return c != 0 ? c : a->base_n - b->base_n;
}

/* Merge two sorted neighbours, of which equal ones keep their order. */
static void
merge(struct maildrop *d, const struct drop_message *a, size_t a_n,
    const struct drop_message *b, size_t b_n, struct drop_message *out)
{
	while (a_n > 0 && b_n > 0) {
		if (compare(d, a, d, b) <= 0) {
			*out++ = *a++;
			a_n--;
		} else {
			*out++ = *b++;
			b_n--;
		}
	}
	memcpy(out, a, a_n * sizeof(*a));
	memcpy(out + a_n, b, b_n * sizeof(*b));
}

/* qsort(3) of musl takes four times as long, and is not stable. 0, or -1. */
static int
sort(struct maildrop *d)
{
	struct drop_message *from = d->m, *to, *other;
	size_t width, i;

	if (d->n < 2)
		return 0;
	to = malloc(d->room * sizeof(*to));
	if (to == NULL)
		return -1;
	for (width = 1; width < d->n; width *= 2) {
		for (i = 0; i < d->n; i += 2 * width) {
			size_t left = d->n - i;
			size_t a = left < width ? left : width;
			size_t b = left - a < width ? left - a : width;

			merge(d, from + i, a, from + i + a, b, to + i);
		}
		other = from;
		from = to;
		to = other;
	}
	d->m = from;
	free(to);
	return 0;
}

/* Of messages with the same base name keep the one that was read last: it has
 * moved from new/ to cur/ in between, or has other flags. */
static void
drop_doubles(struct maildrop *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++) {
		if (n > 0 && compare(d, d->m + n - 1, d, d->m + i) == 0)
			n--;
		d->m[n++] = d->m[i];
	}
	d->n = n;
}

/* Read new/ first: what moves to cur/ meanwhile is seen twice, not never. */
static int
read_all(struct maildrop *d)
{
	if (d->new != -1 && read_folder(d, d->new, 1) == -1)
		return -1;
	if (d->cur != -1 && read_folder(d, d->cur, 0) == -1)
		return -1;
	if (sort(d) == -1)
		return -1;
	drop_doubles(d);
	return 0;
}

/* Open a part of the Maildir; -1 in *fd where it is missing. 0, or -1. */
static int
open_part(int dir, const char *name, int *fd)
{
	*fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd == -1 && errno != ENOENT ? -1 : 0;
}

static void
forget(struct maildrop *d)
{
	free(d->m);
	d->m = NULL;
	d->n = d->room = 0;
	buf_free(&d->names);
}

void
maildrop_close(struct maildrop *d)
{
	int e = errno;

	if (d->new != -1)
		close(d->new);
	if (d->cur != -1)
		close(d->cur);
	d->new = d->cur = -1;
	forget(d);
	if (d->indexed)
		index_close(&d->ix);
	d->indexed = 0;
	if (d->changing)
		index_close(&d->now);
	d->changing = 0;
	buf_free(&d->facts);
	buf_free(&d->gone);
	buf_free(&d->seen);
	errno = e;
}

int
maildrop_open(struct maildrop *d, const char *path)
{
	const struct maildrop empty = MAILDROP_EMPTY;
	int dir, r;

	*d = empty;
	dir = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return errno == ENOENT ? 0 : -1;
	r = open_part(dir, "new", &d->new);
	if (r == 0)
		r = open_part(dir, "cur", &d->cur);
	if (r == 0)
		r = read_all(d);
	if (r == -1)
		maildrop_close(d);
	close(dir);
	return r == -1 ? -1 : 1;
}

/* Take over the name of the same message as it is now. */
static int
take_name(struct maildrop *d, struct drop_message *m,
    struct maildrop *now, const struct drop_message *found)
{
	size_t n, found_n;
	const char *name = name_of(d, m, &n);
	const char *new = name_of(now, found, &found_n);

	m->in_new = found->in_new;
	if (n == found_n && memcmp(name, new, n) == 0)
		return 0;
	return keep_name(d, m, new, found_n);
}

/* The place of the message in now, which is sorted; now->n if it is not there. */
static size_t
find(struct maildrop *now, struct maildrop *d, const struct drop_message *m)
{
	size_t low = 0, high = now->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(now, now->m + mid, d, m) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < now->n && compare(now, now->m + low, d, m) == 0 ? low :
	    now->n;
}

int
maildrop_look_again(struct maildrop *d)
{
	struct maildrop now = MAILDROP_EMPTY;
	size_t i, k;
	int r;

	now.new = d->new;
	now.cur = d->cur;
	r = read_all(&now);
	for (i = 0; i < d->n && r == 0; i++) {
		d->m[i].seconds = index_name_seconds(name_of(d, d->m + i, &k),
		    d->m[i].base_n);
		k = find(&now, d, d->m + i);
		if (k == now.n)
			d->m[i].gone = 1;
		else
			r = take_name(d, d->m + i, &now, now.m + k);
	}
	forget(&now);
	return r;
}
