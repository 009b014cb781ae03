/* index-uids - see index-uids.h */
#include "mail/index-uids.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "mail/index-state.h"
#include "sys/io.h"

#define UIDS		"correo-uids"
#define BOOT_ID		"/proc/sys/kernel/random/boot_id"
#define BOOT_DIGITS	36	/* with its four '-' */

void
index_boot_read(struct index_boot *b)
{
	char text[BOOT_DIGITS], digits[BOOT_DIGITS];
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	size_t i, n = 0;
	uint32_t v;

	memset(b, 0, sizeof(*b));
	if (fd == -1)
		return;
	if (io_pread_full(fd, text, sizeof(text), 0) == (ssize_t)sizeof(text))
		for (i = 0; i < sizeof(text); i++)
			if (text[i] != '-')
				digits[n++] = text[i];
	close(fd);
	for (i = 0; i + 2 <= n && i / 2 < sizeof(b->id); i += 2)
		if (num_hex32(digits + i, 2, &v) == 0)
			b->id[i / 2] = (unsigned char)v;
}

static uint32_t
sum_of(const struct index_uids *u)
{
	return index_head_crc(u, sizeof(*u), offsetof(struct index_uids, crc));
}

int
index_uids_read(int dir, struct index_uids *u)
{
	int fd = openat(dir, UIDS, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = io_pread_full(fd, u, sizeof(*u), 0);
	close(fd);
	if (n == -1)
		return -1;
	if ((size_t)n < sizeof(*u) || u->order != INDEX_ORDER ||
	    memcmp(u->magic, INDEX_UIDS_MAGIC, sizeof(u->magic)) != 0 ||
	    u->crc != sum_of(u) || u->validity == 0 || u->reserved == 0)
		return errno = EINVAL, -1;
	return 0;
}

static int
write_synced(int fd, const void *p, size_t n)
{
	int r = io_write_file(fd, p, n), e;

	if (r == 0)
		r = fsync(fd);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
index_replace(int dir, const char *name, const void *p, size_t n)
{
	char new[64];
	int fd;

	snprintf(new, sizeof(new), "%s.new", name);
	fd = openat(dir, new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1 || write_synced(fd, p, n) == -1 ||
	    renameat(dir, new, dir, name) == -1)
		return -1;
	return fsync(dir);
}

int
index_uids_write(int dir, struct index_uids *u)
{
	memcpy(u->magic, INDEX_UIDS_MAGIC, sizeof(u->magic));
	u->order = INDEX_ORDER;
	u->crc = sum_of(u);
	return index_replace(dir, UIDS, u, sizeof(*u));
}

/* 1 if it is known to be the same run of the kernel. */
static int
same_boot(const struct index_boot *a, const struct index_boot *b)
{
	static const struct index_boot unknown;

	return memcmp(a, b, sizeof(*a)) == 0 &&
	    memcmp(a, &unknown, sizeof(*a)) != 0;
}

int
index_uids_take(int dir, const struct index_head *head,
    const struct index_boot *boot, uint32_t n, uint32_t *first)
{
	struct index_uids u = { .reserved = 0 };
	uint32_t at = head->next;
	int same;

	if (index_uids_read(dir, &u) == -1) {
		if (errno != ENOENT && errno != EINVAL)
			return -1;
		memset(&u, 0, sizeof(u));
	}
	same = same_boot(&u.boot, boot);
	if (!same && u.reserved > at)
		at = u.reserved;
	if (n > UINT32_MAX - INDEX_UIDS_AHEAD - 1 ||
	    at > UINT32_MAX - INDEX_UIDS_AHEAD - 1 - n)
		return errno = EOVERFLOW, -1;
	*first = at;
	if (same && u.validity == head->validity && at + n <= u.reserved)
		return 0;
	u.validity = head->validity;
	u.reserved = at + n + INDEX_UIDS_AHEAD;
	u.boot = *boot;
	return index_uids_write(dir, &u);
}
