/* base64 - see base64.h */
#include "text/base64.h"

#include <errno.h>
#include <stdint.h>

/* A letter's value, or -1. A table: a bundle of CA certificates is 200 kB. */
static int
value(char c)
{
	static const signed char above[256] = {	/* by 1: most are none */
		['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5,
		['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10,
		['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15,
		['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20,
		['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25,
		['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
		['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
		['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
		['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
		['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50,
		['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55,
		['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
		['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
	};

	return above[(unsigned char)c] - 1;
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
