/* index-name - see index-name.h */
#include "mail/index-name.h"

#include <string.h>

#include "base/ascii.h"
#include "base/num.h"

static const char letters[] = "DFPRSTabcdefghijklmnopqrstuvwxyz";

/* The bit of a letter; 0 if it has none. */
static uint32_t
bit_of(char c)
{
	const char *p = c != '\0' ? strchr(letters, c) : NULL;

	return p != NULL ? (uint32_t)1 << (p - letters) : 0;
}

/* The letters of disk to out; how many. */
static size_t
put_letters(uint32_t disk, char out[33])
{
	unsigned i;
	size_t n = 0;

	for (i = 0; i < 32 && disk >> i != 0; i++)
		if (disk >> i & 1)
			out[n++] = letters[i];
	out[n] = '\0';
	return n;
}

/* Read what is behind the base name. 1 if it is just as we would write it. */
static int
read_suffix(struct index_record *r, const char *s, size_t n)
{
	char made[33];
	size_t i;

	if (n == 0)
		return (r->flags & INDEX_IN_NEW) != 0;
	if (n < 3 || memcmp(s, ":2,", 3) != 0) {
		r->flags |= INDEX_FIXED;
		return 0;
	}
	for (i = 3; i < n; i++)
		r->disk |= bit_of(s[i]);
	return !(r->flags & INDEX_IN_NEW) &&
	    put_letters(r->disk, made) == n - 3 &&
	    memcmp(made, s + 3, n - 3) == 0;
}

void
index_name_read(struct index_record *r, const char *name, size_t n, int in_new)
{
	const char *colon = memchr(name, ':', n);
	size_t base_n = colon != NULL ? (size_t)(colon - name) : n;
	uint64_t hash = ascii_fnv(name, base_n);

	r->flags &= ~(INDEX_IN_NEW | INDEX_ODD | INDEX_FIXED);
	if (in_new)
		r->flags |= INDEX_IN_NEW;
	r->disk = 0;
	r->base_n = r->name_n = (uint8_t)base_n;
	r->hash = (uint32_t)(hash ^ hash >> 32);
	if (!read_suffix(r, name + base_n, n - base_n)) {
		r->flags |= INDEX_ODD;
		r->name_n = (uint8_t)n;
	}
}

uint32_t
index_name_wanted(uint32_t flags, uint64_t keywords)
{
	return (flags & INDEX_FLAGS) | (uint32_t)(keywords << 6 & ~63u);
}

int
index_name_dirty(const struct index_record *r)
{
	return !(r->flags & INDEX_FIXED) &&
	    index_name_wanted(r->flags, r->keywords) != r->disk;
}

/* Put into out, which has n letters in order, the foreign ones of an odd
 * name. */
static size_t
keep_foreign(const char *kept, size_t kept_n, char *out, size_t n)
{
	size_t i, at;

	for (i = 0; i < kept_n && n < INDEX_NAME; i++) {
		if (bit_of(kept[i]) != 0)
			continue;
		for (at = n; at > 0 && (unsigned char)out[at - 1] >
		    (unsigned char)kept[i]; at--)
			out[at] = out[at - 1];
		out[at] = kept[i];
		n++;
	}
	return n;
}

size_t
index_name_make(const struct index_record *r, const char *kept, uint32_t disk,
    char out[INDEX_NAME])
{
	char behind[INDEX_NAME + 33];
	size_t n = put_letters(disk, behind), base_n = r->base_n;

	if (r->flags & INDEX_ODD && r->name_n >= base_n + 3)
		n = keep_foreign(kept + base_n + 3, r->name_n - base_n - 3u,
		    behind, n);
	if (base_n + 3 + n >= INDEX_NAME)
		return 0;
	memcpy(out, kept, base_n);
	memcpy(out + base_n, ":2,", 3);
	memcpy(out + base_n + 3, behind, n);
	out[base_n + 3 + n] = '\0';
	return base_n + 3 + n;
}

uint64_t
index_name_seconds(const char *base, size_t n)
{
	size_t digits = 0;
	uint64_t v;

	while (digits < n && base[digits] >= '0' && base[digits] <= '9')
		digits++;
	return num_u64(base, digits, &v) == 0 ? v : 0;
}

uint32_t
index_name_wire(const char *base, size_t n)
{
	const char *end = base + n, *s = base, *comma;
	uint64_t v;

	while ((s = memchr(s, ',', (size_t)(end - s))) != NULL) {
		s++;
		comma = memchr(s, ',', (size_t)(end - s));
		if (comma == NULL)
			comma = end;
		if (comma - s > 2 && s[0] == 'W' && s[1] == '=' &&
		    num_u64(s + 2, (size_t)(comma - s) - 2, &v) == 0 &&
		    v < INDEX_UNKNOWN)
			return (uint32_t)v;
	}
	return INDEX_UNKNOWN;
}
