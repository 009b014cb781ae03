/* xtext - see xtext.h */
#include "text/xtext.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "text/esmtp.h"

static const char digits[] = "0123456789ABCDEF";

static unsigned
value(char c)
{
	return (unsigned)(strchr(digits, c) - digits);
}

ssize_t
xtext_decode(char *out, size_t cap, const char *p, size_t n)
{
	size_t i, len = 0;

	if (!esmtp_is_xtext(p, n))
		return errno = EINVAL, -1;
	for (i = 0; i < n; i++) {
		if (len + 1 >= cap)
			return errno = EMSGSIZE, -1;
		if (p[i] != '+') {
			out[len++] = p[i];
			continue;
		}
		out[len++] = (char)(value(p[i + 1]) << 4 | value(p[i + 2]));
		i += 2;
	}
	if (cap == 0)
		return errno = EMSGSIZE, -1;
	out[len] = '\0';
	return (ssize_t)len;
}

ssize_t
xtext_encode(char *out, size_t cap, const char *p, size_t n)
{
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		int plain = ascii_graph(p[i]) && c != '+' && c != '=';

		if (cap - len <= (plain ? 1u : 3u) || cap == 0)
			return errno = EMSGSIZE, -1;
		if (plain) {
			out[len++] = p[i];
			continue;
		}
		out[len++] = '+';
		out[len++] = digits[c >> 4];
		out[len++] = digits[c & 15];
	}
	if (cap == 0)
		return errno = EMSGSIZE, -1;
	out[len] = '\0';
	return (ssize_t)len;
}
