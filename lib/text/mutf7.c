/* mutf7 - see mutf7.h */
#include "text/mutf7.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "text/utf8.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

struct out {
	char	*s;
	size_t	 n, cap;
};

/* The octets are counted even where there is no room. */
static void
put(struct out *o, unsigned c)
{
	if (o->n < o->cap)
		o->s[o->n] = (char)c;
	o->n++;
}

static ssize_t
finish(const struct out *o)
{
	return o->n <= o->cap ? (ssize_t)o->n : (errno = EMSGSIZE, -1);
}

static void
put_utf8(struct out *o, uint32_t c)
{
	char octets[UTF8_OCTETS];
	size_t n = utf8_put(octets, c), i;

	for (i = 0; i < n; i++)
		put(o, (unsigned char)octets[i]);
}

static int
is_plain(uint32_t c)
{
	return c >= 32 && c <= 126;
}

/* 16 bits of a shifted run; *high is the first of a pair, or 0. 0, or -1. */
static int
put_unit(struct out *o, uint32_t unit, uint32_t *high)
{
	int low = unit >= 0xdc00 && unit <= 0xdfff;

	if (low != (*high != 0) || unit == 0 || is_plain(unit))
		return -1;
	if (unit >= 0xd800 && unit <= 0xdbff) {
		*high = unit;
		return 0;
	}
	put_utf8(o, low ? 0x10000 + ((*high - 0xd800) << 10) +
	    (unit - 0xdc00) : unit);
	*high = 0;
	return 0;
}

/* The letters up to '-': behind it, or NULL. */
static const char *
decode_run(struct out *o, const char *p, const char *end)
{
	uint32_t bits = 0, high = 0;
	unsigned n = 0;

	for (; p < end && *p != '-'; p++) {
		const char *l = *p == '\0' ? NULL : strchr(letters, *p);

		if (l == NULL)
			return NULL;
		bits = bits << 6 | (uint32_t)(l - letters);
		n += 6;
		if (n < 16)
			continue;
		n -= 16;
		if (put_unit(o, bits >> n & 0xffff, &high) == -1)
			return NULL;
		bits &= (1u << n) - 1;
	}
	/* No half a pair, no letter too many, and no other spelling of none. */
	if (p == end || high != 0 || n >= 6 || bits != 0)
		return NULL;
	return p + 1;
}

ssize_t
mutf7_decode(char *out, size_t cap, const char *s, size_t n)
{
	struct out o = { .s = out, .cap = cap };
	const char *end = s + n, *run_end = NULL;

	while (s < end) {
		if (!is_plain((unsigned char)*s))
			return errno = EINVAL, -1;
		if (*s != '&') {
			put(&o, (unsigned char)*s++);
			continue;
		}
		if (end - s > 1 && s[1] == '-') {
			put(&o, '&');
			s += 2;
			continue;
		}
		if (s == run_end)		/* it could be one run */
			return errno = EINVAL, -1;
		s = run_end = decode_run(&o, s + 1, end);
		if (s == NULL)
			return errno = EINVAL, -1;
	}
	return finish(&o);
}

struct bits {
	uint32_t v;
	unsigned n;		/* that are not yet written */
};

static void
put_bits(struct out *o, struct bits *b, uint32_t unit)
{
	b->v = b->v << 16 | unit;
	for (b->n += 16; b->n >= 6; b->n -= 6)
		put(o, (unsigned char)letters[b->v >> (b->n - 6) & 0x3f]);
	b->v &= (1u << b->n) - 1;
}

/* A run of characters that are not plain; behind it. */
static const char *
encode_run(struct out *o, const char *s, const char *end)
{
	struct bits b = { 0, 0 };

	put(o, '&');
	while (s < end && !is_plain((unsigned char)*s)) {
		uint32_t c = utf8_get(&s);

		if (c >= 0x10000) {
			put_bits(o, &b, 0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		put_bits(o, &b, c);
	}
	if (b.n > 0)
		put(o, (unsigned char)letters[b.v << (6 - b.n) & 0x3f]);
	put(o, '-');
	return s;
}

ssize_t
mutf7_encode(char *out, size_t cap, const char *s, size_t n)
{
	struct out o = { .s = out, .cap = cap };
	const char *end = s + n;

	if (!utf8_is_valid(s, n) || (n > 0 && memchr(s, '\0', n) != NULL))
		return errno = EINVAL, -1;
	while (s < end) {
		if (!is_plain((unsigned char)*s)) {
			s = encode_run(&o, s, end);
			continue;
		}
		put(&o, (unsigned char)*s);
		if (*s++ == '&')
			put(&o, '-');
	}
	return finish(&o);
}
