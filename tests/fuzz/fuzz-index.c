/*
 * fuzz-index - the snapshot and the log of a folder's index, as mapped.
 *
 * The first octet chooses whether the snapshot is the input as it is, or one
 * whose head is made right (sum, counts) so that its records are read; the next
 * two say where it ends. Behind it come octets of a log: first as they are,
 * then as the payloads of entries that get their right sums. Then all that a
 * session asks is asked.
 */
#include "fuzz.h"

#include "mail/index-log.h"
#include "mail/index-name.h"

#define ID	77

/* Memory that is aligned, and of just that size. */
static char *
aligned(const uint8_t *p, size_t n)
{
	char *copy = malloc(n + 1);

	MUST(copy != NULL);
	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

/* Make the head true: as many records and names as there are octets. */
static void
mend(char *p, size_t n)
{
	struct index_head h;
	size_t left;

	if (n < sizeof(h))
		return;
	memcpy(&h, p, sizeof(h));
	memcpy(h.magic, INDEX_MAGIC, sizeof(h.magic));
	h.order = INDEX_ORDER;
	left = n - sizeof(h);
	h.keywords_n = left > 300 ? h.keywords_n % 3 : 0;
	left -= h.keywords_n * (size_t)INDEX_KEYWORD;
	h.gone_n = left > 100 ? h.gone_n % 4 : 0;
	left -= h.gone_n * sizeof(struct index_gone);
	h.n = (uint32_t)(left / (sizeof(struct index_record) + 20));
	h.names_n = (uint32_t)(left - h.n * sizeof(struct index_record));
	h.crc = index_head_crc(&h, sizeof(h),
	    offsetof(struct index_head, crc));
	memcpy(p, &h, sizeof(h));
}

/* What a session does with each record. */
static void
ask_all(const struct index_state *s)
{
	char name[INDEX_NAME];
	size_t i, n;

	for (i = 0; i < index_state_n(s); i++) {
		const struct index_record *r = index_state_at(s, i);

		n = index_state_name(s, r, name);
		MUST(n < sizeof(name) && strlen(name) == n);
		MUST(strchr(name, '/') == NULL);
		(void)index_state_kept(s, r, &n);
		MUST(n == 0 || r->base_n <= n);
		if (n > 0)
			n = index_name_make(r, index_state_kept(s, r, &n),
			    index_name_wanted(r->flags, r->keywords), name);
		MUST(n < sizeof(name));
		(void)index_state_uid(s, r->uid);
	}
	(void)index_state_keyword(s, "$Junk", 5);
}

/* Entries: a type, a count of eights, and so many octets; well sealed. */
static void
build_log(struct index_batch *b, const uint8_t *p, size_t n)
{
	while (n >= 2) {
		size_t octets = p[1] % 32 * (size_t)8;

		if (octets > n - 2)
			octets = (n - 2) & ~(size_t)7;
		MUST(index_log_put(b, p[0] % 13, p + 2, octets) == 0);
		p += 2 + octets;
		n -= 2 + octets;
	}
	index_log_seal(b, ID, 64);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct index_batch b = { .b = BUF_MAX(1u << 24) };
	struct index_state s;
	size_t part, done;
	char *snapshot, *raw;

	if (n < 4)
		return 0;
	part = (data[1] | (size_t)data[2] << 8) % (n - 3);
	snapshot = aligned(data + 3, part);
	raw = aligned(data + 3 + part, n - 3 - part);
	if (data[0] & 1)
		mend(snapshot, part);
	if (index_state_begin(&s, snapshot, part) == -1)
		MUST(index_state_n(&s) == 0);
	ask_all(&s);
	(void)index_log_apply(&s, raw, n - 3 - part, ID, 64);
	build_log(&b, data + 3 + part, n - 3 - part);
	done = (size_t)index_log_apply(&s, b.b.s, b.b.len, ID, 64);
	MUST(done <= b.b.len);
	ask_all(&s);
	MUST(b.b.len == 0 || index_log_apply(&s, b.b.s, b.b.len, ID + 1,
	    64) == 0);
	index_state_free(&s);
	buf_free(&b.b);
	free(snapshot);
	free(raw);
	return 0;
}
