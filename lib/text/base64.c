/* base64 - see base64.h */
#include "text/base64.h"

#include <errno.h>
#include <stdint.h>

static int
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

ssize_t
base64_decode(char *out, size_t cap, const char *s, size_t n)
{
	size_t len = n / 4 * 3, i;
	uint32_t bits = 0;

	if (n % 4 != 0)
		return errno = EINVAL, -1;
	for (i = 0; i < 2 && n > 0 && s[n - 1] == '='; i++, n--)
		len--;
	if (len > cap)
		return errno = EMSGSIZE, -1;
	for (i = 0; i < n; i++) {
		if (value(s[i]) == -1)
			return errno = EINVAL, -1;
		bits = bits << 6 | (uint32_t)value(s[i]);
		if (i % 4 != 0)		/* 8 of 12, 10 or 8 bits are whole */
			*out++ = (char)(bits >> (6 - 2 * (i % 4)));
	}
	/* What the last letter says beyond the last octet must be nothing. */
	if (n % 4 != 0 && (bits & (n % 4 == 2 ? 15 : 3)) != 0)
		return errno = EINVAL, -1;
	return (ssize_t)len;
}

size_t
base64_encode(char *out, const char *p, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = (const unsigned char *)p;
	size_t i, len = 0;

	for (i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t bits = (uint32_t)in[i] << 16 |
		    (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
		    (left > 2 ? in[i + 2] : 0);

		out[len++] = letters[bits >> 18];
		out[len++] = letters[bits >> 12 & 63];
		out[len++] = left > 1 ? letters[bits >> 6 & 63] : '=';
		out[len++] = left > 2 ? letters[bits & 63] : '=';
	}
	out[len] = '\0';
	return len;
}
