/* relaydomain - see relaydomain.h */
#include "text/relaydomain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/path.h"

static size_t
add_part(char key[RELAY_KEY], size_t at, unsigned part)
{
	return at + (size_t)snprintf(key + at, RELAY_PART + 1, "%04x/", part);
}

/* One to four numbers up to 255 with dots between them, and perhaps one behind. */
static size_t
key4(char key[RELAY_KEY], const char *s, size_t n)
{
	size_t at = RELAY_TAG;
	unsigned parts = 0;

	memcpy(key, "4/", RELAY_TAG);
	while (n > 0) {
		const char *dot = memchr(s, '.', n);
		size_t len = dot != NULL ? (size_t)(dot - s) : n;
		uint64_t part;

		if (parts++ == 4 || len > 3 || num_u64(s, len, &part) == -1 ||
		    part > 255)
			return 0;
		at = add_part(key, at, (unsigned)part);
		s += dot != NULL ? len + 1 : len;
		n -= dot != NULL ? len + 1 : len;
	}
	return parts > 0 ? at : 0;
}

/* A whole address; also ::ffff:192.0.2.1, which is one of IPv4. */
static size_t
key6(char key[RELAY_KEY], const char *s, size_t n)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char in[16];
	size_t at = RELAY_TAG, i;

	if (n >= sizeof(text))
		return 0;
	memcpy(text, s, n);
	text[n] = '\0';
	if (inet_pton(AF_INET6, text, in) != 1)
		return 0;
	if (memcmp(in, "\0\0\0\0\0\0\0\0\0\0\377\377", 12) == 0) {
		snprintf(text, sizeof(text), "%u.%u.%u.%u", in[12], in[13],
		    in[14], in[15]);
		return key4(key, text, strlen(text));
	}
	memcpy(key, "6/", RELAY_TAG);
	for (i = 0; i < 16; i += 2)
		at = add_part(key, at, (unsigned)in[i] << 8 | in[i + 1]);
	return at;
}

/* The first groups of an address. */
static size_t
prefix6(char key[RELAY_KEY], const char *s, size_t n)
{
	size_t at = RELAY_TAG, i, len = 0;
	unsigned part = 0, parts = 0;

	memcpy(key, "6/", RELAY_TAG);
	for (i = 0; i <= n; i++) {
		const char *digits = "0123456789abcdef", *d;

		if (i == n && len == 0 && parts > 0)
			break;			/* a colon behind it */
		if (i == n || s[i] == ':') {
			if (len == 0 || parts++ == 8)
				return 0;
			at = add_part(key, at, part);
			part = 0;
			len = 0;
			continue;
		}
		d = strchr(digits, ascii_lower(s[i]));
		if (d == NULL || *d == '\0' || len++ == 4)
			return 0;
		part = part << 4 | (unsigned)(d - digits);
	}
	return at;
}

size_t
relay_key(char key[RELAY_KEY], const char *s, size_t n)
{
	int tagged = n > 5 && ascii_is(s, 5, "ipv6:");
	size_t at;

	if (tagged) {
		s += 5;
		n -= 5;
	}
	if (memchr(s, ':', n) == NULL)
		return tagged ? prefix6(key, s, n) : key4(key, s, n);
	at = key6(key, s, n);
	return at > 0 ? at : prefix6(key, s, n);
}

int
relay_next(struct table_text *t, struct buf *b)
{
	char key[RELAY_KEY];
	const char *s;
	size_t n, len;

	b->len = 0;
	if (!table_line(t, &s, &n))
		return 0;
	n = table_uncomment(s, n);
	while (n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	len = relay_key(key, s, n);
	if (len > 0) {
		if (buf_add(b, key, len) == 0)
			return 1;
	} else if (domain_is_valid(s, n) && *s != '[' &&
	    memchr("0123456789", s[n - 1], 10) == NULL &&
	    buf_add(b, s, n) == 0) {
		ascii_lower_all(b->s, b->len);
		return 1;
	}
	t->wrong = "this is no domain and no beginning of an address";
	return errno = EINVAL, -1;
}
