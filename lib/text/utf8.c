/* utf8 - see utf8.h */
#include "text/utf8.h"

/* The octets of the character that begins with c, and from where to where its
 * second octet goes; 0 if none begins so. */
static unsigned
lead(unsigned char c, unsigned char *low, unsigned char *high)
{
	*low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

int
utf8_is_valid(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned char low, high;

	while (n > 0) {
		unsigned len = lead(*p, &low, &high), i;

		if (len == 0 || len > n)
			return 0;
		for (i = 1; i < len; i++) {
			if (p[i] < low || p[i] > high)
				return 0;
			low = 0x80;
			high = 0xbf;
		}
		p += len;
		n -= len;
	}
	return 1;
}

size_t
utf8_put(char out[UTF8_OCTETS], uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	for (i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(n == 1 ? c : (0xf00 >> n & 0xff) | c);
	return n;
}

uint32_t
utf8_get(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	unsigned more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
	uint32_t c = more == 0 ? *p : *p & (0x3fu >> more);

	*s += more + 1;
	while (more-- > 0)
		c = c << 6 | (*++p & 0x3f);
	return c;
}
