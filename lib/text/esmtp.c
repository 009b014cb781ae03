/* esmtp - see esmtp.h */
#include "text/esmtp.h"

#include <errno.h>

#include "base/ascii.h"

static int
is_key_octet(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

int
esmtp_next(const char **p, const char *end, struct param *out)
{
	const char *s = *p;

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	*p = s;
	if (s == end)
		return 0;
	out->key = s;
	while (s < end && is_key_octet(*s))
		s++;
	out->key_n = (size_t)(s - out->key);
	out->value = NULL;
	out->n = 0;
	if (out->key_n == 0 || *out->key == '-')
		return errno = EINVAL, -1;
	if (s < end && *s == '=') {
		out->value = ++s;
		while (s < end && ascii_graph(*s) && *s != '=')
			s++;
		out->n = (size_t)(s - out->value);
		if (out->n == 0)
			return errno = EINVAL, -1;
	}
	if (s < end && *s != ' ' && *s != '\t')
		return errno = EINVAL, -1;
	*p = s;
	return 1;
}

static int
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

int
esmtp_is_xtext(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!ascii_graph(p[i]) || p[i] == '=')
			return 0;
		if (p[i] != '+')
			continue;
		if (n - i < 3 || !is_hex(p[i + 1]) || !is_hex(p[i + 2]))
			return 0;
		i += 2;
	}
	return 1;
}
