/* index-state - see index-state.h. What the entries do is in index-apply.c. */
#include "mail/index-state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crc32c.h"
#include "mail/index-name.h"

uint32_t
index_head_crc(const void *head, size_t n, size_t sum)
{
	static const unsigned char zero[4];
	const unsigned char *p = head;
	uint32_t crc = crc32c(0, p, sum);

	crc = crc32c(crc, zero, sizeof(zero));
	return crc32c(crc, p + sum + 4, n - sum - 4);
}

void
index_state_empty(struct index_state *s)
{
	memset(s, 0, sizeof(*s));
	s->more_names.max = UINT32_MAX;
	memcpy(s->head.magic, INDEX_MAGIC, sizeof(s->head.magic));
	s->head.order = INDEX_ORDER;
	s->head.next = s->head.unseen_from = s->head.recent = 1;
}

/* 1 if the parts make n octets, and all is as it should be. */
static int
is_head(const struct index_head *h, size_t n)
{
	return memcmp(h->magic, INDEX_MAGIC, sizeof(h->magic)) == 0 &&
	    h->order == INDEX_ORDER &&
	    h->crc == index_head_crc(h, sizeof(*h),
		offsetof(struct index_head, crc)) &&
	    h->keywords_n <= INDEX_KEYWORDS &&
	    (uint64_t)n == sizeof(*h) + (uint64_t)h->n *
		sizeof(struct index_record) + (uint64_t)h->gone_n *
		sizeof(struct index_gone) + (uint64_t)h->keywords_n *
		INDEX_KEYWORD + h->names_n;
}

int
index_state_begin(struct index_state *s, void *p, size_t n)
{
	struct index_head *h = p;
	char *at = (char *)p + sizeof(*h);
	size_t i;

	index_state_empty(s);
	if (n < sizeof(*h) || !is_head(h, n))
		return errno = EINVAL, -1;
	s->head = *h;
	s->base = (void *)at;
	s->base_n = h->n;
	at += h->n * sizeof(struct index_record);
	s->old_gone = (void *)at;
	s->old_gone_n = h->gone_n;
	at += h->gone_n * sizeof(struct index_gone);
	memcpy(s->keyword, at, h->keywords_n * (size_t)INDEX_KEYWORD);
	for (i = 0; i < h->keywords_n; i++)
		s->keyword[i][INDEX_KEYWORD - 1] = '\0';
	s->names = at + h->keywords_n * (size_t)INDEX_KEYWORD;
	s->names_n = h->names_n;
	return 0;
}

void
index_state_free(struct index_state *s)
{
	free(s->more);
	free(s->gone);
	buf_free(&s->more_names);
	index_state_empty(s);
}

size_t
index_state_n(const struct index_state *s)
{
	return s->base_n + s->more_n;
}

struct index_record *
index_state_at(const struct index_state *s, size_t place)
{
	return place < s->base_n ? s->base + place :
	    s->more + (place - s->base_n);
}

size_t
index_state_find(const struct index_state *s, uint32_t uid)
{
	size_t low = 0, high = index_state_n(s);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (index_state_at(s, mid)->uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct index_record *
index_state_uid(const struct index_state *s, uint32_t uid)
{
	size_t place = index_state_find(s, uid);
	struct index_record *r;

	if (place == index_state_n(s))
		return NULL;
	r = index_state_at(s, place);
	return r->uid == uid ? r : NULL;
}

const char *
index_state_kept(const struct index_state *s, const struct index_record *r,
    size_t *n)
{
	const char *names = s->names;
	size_t at = r->name, room = s->names_n;

	if (at >= s->names_n) {
		names = s->more_names.s;
		at -= s->names_n;
		room = s->more_names.len;
	}
	*n = 0;
	if (r->base_n > r->name_n || r->name_n == 0 || at > room ||
	    r->name_n > room - at ||
	    memchr(names + at, '\0', r->name_n) != NULL ||
	    memchr(names + at, '/', r->name_n) != NULL)
		return "";
	*n = r->name_n;
	return names + at;
}

size_t
index_state_name(const struct index_state *s, const struct index_record *r,
    char out[INDEX_NAME])
{
	size_t n;
	const char *kept = index_state_kept(s, r, &n);

	out[0] = '\0';
	if (n > 0 && !(r->flags & (INDEX_ODD | INDEX_IN_NEW)))
		return index_name_make(r, kept, r->disk, out);
	memcpy(out, kept, n);
	out[n] = '\0';
	return n;
}

int
index_state_keyword(const struct index_state *s, const char *name, size_t n)
{
	unsigned k;

	for (k = 0; k < s->head.keywords_n; k++)
		if (n < INDEX_KEYWORD &&
		    strncasecmp(s->keyword[k], name, n) == 0 &&
		    s->keyword[k][n] == '\0')
			return (int)k;
	return -1;
}
