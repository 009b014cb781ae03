/* dropfile - one message of a maildrop, by its name of the moment. */
#include "mail/maildrop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text/stuff.h"

#define PIECE_OCTETS	65536
#define LOOKS		4	/* for a message that others rename */

/* Do something to message i by its name. If there is no file of that name, look
 * where it is now, and do it again. What the deed returned, or -1 with
 * errno. */
static int
do_by_name(struct maildrop *d, size_t i, int (*deed)(const struct maildrop *d,
    const struct drop_message *m, const char *name))
{
	struct drop_message *m = d->m + i;
	int looks, r;
	size_t n;

	for (looks = 0; !m->gone; looks++) {
		r = deed(d, m, maildrop_name(d, i, &n));
		if (r != -1 || errno != ENOENT || looks == LOOKS)
			return r;
		if (maildrop_look_again(d) == -1)
			return -1;
	}
	return errno = ENOENT, -1;
}

static int
folder_of(const struct maildrop *d, const struct drop_message *m)
{
	return m->in_new ? d->new : d->cur;
}

static int
open_deed(const struct maildrop *d, const struct drop_message *m,
    const char *name)
{
	return openat(folder_of(d, m), name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

int
maildrop_read(struct maildrop *d, size_t i)
{
	return do_by_name(d, i, open_deed);
}

/* Count the octets of the file. 0, or -1 with errno. */
static int
count_octets(int fd, uint64_t *out)
{
	char piece[PIECE_OCTETS];
	struct stuff s = { .state = 0 };
	uint64_t octets = 0;
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		octets += stuff_count(&s, piece, (size_t)n);
	if (n == -1)
		return -1;
	*out = octets + stuff_count_end(&s);
	return 0;
}

/* Keep for the index what was counted. */
static void
note_octets(struct maildrop *d, const struct drop_message *m)
{
	const struct index_fact f = { .uid = m->uid,
	    .wire = (uint32_t)m->octets };

	if (d->indexed && m->uid != 0 && m->octets < INDEX_UNKNOWN)
		(void)buf_add(&d->facts, &f, sizeof(f));
}

/* Keep for the index what was done to it; in list is d's gone or seen. */
static void
note_change(struct maildrop *d, const struct drop_message *m, struct buf *list,
    unsigned events)
{
	const struct index_range r = { m->uid, m->uid };

	if (!d->changing || m->uid == 0)
		return;
	index_watch_own(&d->now, events);
	(void)buf_add(list, &r, sizeof(r));
}

int
maildrop_octets(struct maildrop *d, size_t i, uint64_t *out)
{
	struct drop_message *m = d->m + i;
	int fd, r = -1, e;

	if (m->octets == DROP_UNKNOWN) {
		*out = 0;
		fd = maildrop_read(d, i);
		if (fd != -1) {
			r = count_octets(fd, &m->octets);
			e = errno;
			close(fd);
			errno = e;
		}
		if (r == 0)
			note_octets(d, m);
		if (r == -1 && errno != ENOENT)
			return -1;
		if (r == -1)
			m->octets = 0;
	}
	*out = m->octets;
	return 0;
}

int
maildrop_can_remove(const struct maildrop *d)
{
	if (d->new != -1 && faccessat(d->new, ".", W_OK | X_OK, 0) == -1)
		return -1;
	if (d->cur != -1 && faccessat(d->cur, ".", W_OK | X_OK, 0) == -1)
		return -1;
	return 0;
}

static int
remove_deed(const struct maildrop *d, const struct drop_message *m,
    const char *name)
{
	return unlinkat(folder_of(d, m), name, 0);
}

int
maildrop_remove(struct maildrop *d, size_t i)
{
	int r = do_by_name(d, i, remove_deed);

	if (r == -1 && errno != ENOENT)
		return -1;
	d->m[i].gone = 1;
	note_change(d, d->m + i, &d->gone, r == 0);
	return 0;
}

/* The name with S among the flags, which stand in order. 1; 0 if there is
 * nothing to do; -1 with errno ENAMETOOLONG. */
static int
seen_name(const struct drop_message *m, const char *name,
    char out[NAME_MAX + 1])
{
	const char *flags = name + m->base_n, *behind;
	int n, has;

	if (*flags == '\0')
		flags = ":2,";
	else if (strncmp(flags, ":2,", 3) != 0)
		return 0;		/* another notation: not ours to change */
	behind = flags + 3;
	has = strchr(behind, 'S') != NULL;
	if (has && !m->in_new)
		return 0;
	behind += strspn(behind, "DFPR");
	n = snprintf(out, NAME_MAX + 1, "%.*s%.*s%s%s", m->base_n, name,
	    (int)(behind - flags), flags, has ? "" : "S", behind);
	if (n > NAME_MAX)
		return errno = ENAMETOOLONG, -1;
	return 1;
}

static int
see_deed(const struct maildrop *d, const struct drop_message *m,
    const char *name)
{
	char seen[NAME_MAX + 1];
	int r = seen_name(m, name, seen);

	if (r != 1)
		return r;
	if (d->cur == -1)
		return errno = ENOTDIR, -1;
	return renameat(folder_of(d, m), name, d->cur, seen) == -1 ? -1 : 1;
}

int
maildrop_see(struct maildrop *d, size_t i)
{
	int r = do_by_name(d, i, see_deed);

	if (r == 1)
		note_change(d, d->m + i, &d->seen, 2);
	return r;
}
