/* index-log - see index-log.h */
#include "mail/index-log.h"

#include <errno.h>
#include <string.h>

#include "base/crc32c.h"

static uint32_t
sum_of(const struct index_entry *e, uint64_t id, uint64_t at)
{
	const uint64_t where[3] = { id, at, (uint64_t)e->n << 32 | e->type };

	return crc32c(crc32c(0, where, sizeof(where)), e + 1, e->n);
}

int
index_log_put(struct index_batch *b, uint32_t type, const void *p, size_t n)
{
	const struct index_entry e = { .n = (uint32_t)n, .type = type };

	if (buf_room(&b->b, sizeof(e) + n) == -1)
		return -1;
	b->last = b->b.len;
	(void)buf_add(&b->b, &e, sizeof(e));
	return buf_add(&b->b, p, n);
}

/* 1 if n more octets of that type go into the last entry. */
static int
goes_in(const struct index_batch *b, uint32_t type, size_t n)
{
	const struct index_entry *e = (const void *)(b->b.s + b->last);

	return b->b.len > 0 && e->type == type && e->n + n <= INDEX_ENTRY_MAX;
}

int
index_log_item(struct index_batch *b, uint32_t type, const void *p, size_t n,
    const char *name, size_t name_n)
{
	static const char zeros[8];
	size_t pad = -name_n & 7, all = n + name_n + pad;

	if (!goes_in(b, type, all) && index_log_put(b, type, p, 0) == -1)
		return -1;
	if (buf_room(&b->b, all) == -1)
		return -1;
	((struct index_entry *)(void *)(b->b.s + b->last))->n += (uint32_t)all;
	(void)buf_add(&b->b, p, n);
	(void)buf_add(&b->b, name, name_n);
	return buf_add(&b->b, zeros, pad);
}

void
index_log_seal(struct index_batch *b, uint64_t id, uint64_t at)
{
	size_t i = 0;

	while (i < b->b.len) {
		struct index_entry *e = (void *)(b->b.s + i);

		e->crc = sum_of(e, id, at + i);
		i += sizeof(*e) + e->n;
	}
}

ssize_t
index_log_apply(struct index_state *s, const char *p, size_t n, uint64_t id,
    uint64_t at)
{
	size_t done = 0;

	while (n - done >= sizeof(struct index_entry)) {
		const struct index_entry *e = (const void *)(p + done);

		if (e->n % 8 != 0 || e->pad != 0 ||
		    e->n > n - done - sizeof(*e) ||
		    e->crc != sum_of(e, id, at + done))
			break;
		if (index_state_apply(s, e->type, e + 1, e->n) == -1) {
			if (errno == ENOMEM)
				return -1;
			break;
		}
		done += sizeof(*e) + e->n;
	}
	return (ssize_t)done;
}

void
index_log_head(struct index_log_head *h, uint64_t id, uint64_t after_id,
    uint64_t after_at)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->magic, INDEX_LOG_MAGIC, sizeof(h->magic));
	h->order = INDEX_ORDER;
	h->id = id;
	h->after_id = after_id;
	h->after_at = after_at;
	h->crc = index_head_crc(h, sizeof(*h),
	    offsetof(struct index_log_head, crc));
}

int
index_log_is_head(const struct index_log_head *h)
{
	return memcmp(h->magic, INDEX_LOG_MAGIC, sizeof(h->magic)) == 0 &&
	    h->order == INDEX_ORDER && h->crc == index_head_crc(h, sizeof(*h),
		offsetof(struct index_log_head, crc));
}
