/* remote-body - the message's octets, from the queue file to the wire. */
#include "remote.h"

#include <errno.h>
#include <string.h>

#include "sys/io.h"
#include "text/stuff.h"

/* Any of the group's jobs has the message's file. */
static const struct slot *
any_slot(const struct remote *r)
{
	size_t i = 0;

	while (i + 1 < r->group_n && r->group[i]->state == SLOT_FREE)
		i++;
	return r->group[i];
}

/* Have the message's octets from at on in r->block: a block, or what there
 * is. A block never ends between CR and LF. 0; or -1 with errno. */
static int
read_block(struct remote *r, uint64_t at)
{
	const struct slot *s = any_slot(r);
	uint64_t left = s->job.size - at;
	size_t want = left < BLOCK ? (size_t)left : BLOCK;
	ssize_t n;

	if (r->block_n > 0 && r->block_at == at)
		return 0;
	r->block_n = 0;
	n = io_pread_full(s->queue, r->block, want, (off_t)(s->job.at + at));
	if (n == -1)
		return -1;
	if ((size_t)n != want)
		return errno = EIO, -1;	/* shorter than the job says */
	r->block_at = at;
	r->block_n = want;
	if (want < left && r->block[want - 1] == '\r')
		r->block_n--;
	return 0;
}

#define HIGH_BITS	0x8080808080808080u

/* 1 if one of the octets is over 127. */
static int
is_eightbit(const char *p, size_t n)
{
	uint64_t all = 0, v;

	for (; n >= sizeof(v); p += sizeof(v), n -= sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		all |= v;
	}
	for (; n > 0; p++, n--)
		all |= (unsigned char)*p;
	return (all & HIGH_BITS) != 0;
}

int
has_eightbit(struct remote *r)
{
	uint64_t at = 0, size = any_slot(r)->job.size;

	if (r->eightbit != -1)
		return r->eightbit;
	while (at < size) {
		if (read_block(r, at) == -1)
			return -1;
		if (is_eightbit(r->block, r->block_n))
			return r->eightbit = 1;
		at += r->block_n;
	}
	return r->eightbit = 0;
}

enum sent
send_body(struct remote *r)
{
	uint64_t at = 0, size = any_slot(r)->job.size;
	struct stuff s = { .state = 0 };
	size_t n;

	do {
		if (size > 0 && read_block(r, at) == -1)
			return SENT_UNREADABLE;
		at += r->block_n;
		stuff_mend_cr(r->block, r->block_n);
		n = stuff_put(&s, r->block, r->block_n, r->out);
		if (at == size)
			n += stuff_end(&s, r->out + n);
		look_at_runner(r);
		r->at_end = at == size;
		if (io_write_for(r->wire.out, r->out, n, alive(r),
		    wait_end(r, WAIT_BLOCK)) == -1) {
			leave_if_alone(r);
			return SENT_LOST;
		}
	} while (at < size);
	return SENT;
}
