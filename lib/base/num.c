/* num - see num.h */
#include "base/num.h"

#include <errno.h>
#include <string.h>

int
num_u64(const char *s, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (n == 0)
		return errno = EINVAL, -1;
	for (i = 0; i < n; i++) {
		unsigned d = (unsigned char)s[i] - '0';

		if (d > 9)
			return errno = EINVAL, -1;
		if (v > (UINT64_MAX - d) / 10)
			return errno = ERANGE, -1;
		v = v * 10 + d;
	}
	*out = v;
	return 0;
}

size_t
num_put(char out[NUM_DIGITS], uint64_t v)
{
	char digits[NUM_DIGITS], *p = digits + sizeof(digits);
	size_t n;

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	n = (size_t)(digits + sizeof(digits) - p);
	memcpy(out, p, n);
	return n;
}

int
num_hex32(const char *s, size_t n, uint32_t *out)
{
	uint32_t v = 0;
	size_t i;

	if (n == 0 || n > 8)
		return errno = EINVAL, -1;
	for (i = 0; i < n; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			v = v << 4 | (uint32_t)(s[i] - '0');
		else if (s[i] >= 'a' && s[i] <= 'f')
			v = v << 4 | (uint32_t)(s[i] - 'a' + 10);
		else
			return errno = EINVAL, -1;
	}
	*out = v;
	return 0;
}
