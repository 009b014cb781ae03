/* path - see path.h */
#include "text/path.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"

/* atext of RFC 5322 3.2.3 and the dot of Dot-string. */
static int
is_atext_or_dot(char c)
{
	return ascii_graph(c) && strchr("()<>[]:;@\\,\"", c) == NULL;
}

/* "quoted string" at *i: its octets without the quoting go to out. */
static int
parse_quoted(const char *in, size_t n, size_t *i, struct buf *out)
{
	size_t k = *i + 1;

	for (; k < n && in[k] != '"'; k++) {
		if (in[k] == '\\' && ++k == n)
			break;
		if ((unsigned char)in[k] < 32 || (unsigned char)in[k] > 126)
			return errno = EINVAL, -1;
		if (buf_add(out, in + k, 1) == -1)
			return -1;
	}
	if (k == n)
		return errno = EINVAL, -1;
	*i = k + 1;
	return 0;
}

static int
parse_local(const char *in, size_t n, size_t *i, struct buf *out)
{
	size_t from = *i;

	if (from < n && in[from] == '"')
		return parse_quoted(in, n, i, out);
	while (*i < n && is_atext_or_dot(in[*i]))
		(*i)++;
	if (*i == from)
		return errno = EINVAL, -1;
	return buf_add(out, in + from, *i - from);
}

static int
is_literal(const char *s, size_t n)
{
	size_t i;

	if (n < 3 || s[0] != '[' || s[n - 1] != ']')
		return 0;
	for (i = 1; i < n - 1; i++)
		if (!ascii_graph(s[i]) || strchr("[]\\@", s[i]) != NULL)
			return 0;
	return 1;
}

int
domain_is_valid(const char *s, size_t n)
{
	size_t i, label = 0;

	if (n == 0 || n > DOMAIN_OCTETS)
		return 0;
	if (s[0] == '[')
		return is_literal(s, n);
	for (i = 0; i < n; i++) {
		char c = ascii_lower(s[i]);

		if (c == '.') {
			if (label == 0)
				return 0;
			label = 0;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_') || ++label > 63)
			return 0;
	}
	return label > 0;
}

static int
parse_domain(const char *in, size_t n, size_t *i, struct buf *out)
{
	size_t from = *i;

	while (*i < n && in[*i] != '>')
		(*i)++;
	if (*i - from > DOMAIN_OCTETS)
		return errno = EMSGSIZE, -1;
	if (!domain_is_valid(in + from, *i - from))
		return errno = EINVAL, -1;
	return buf_add(out, in + from, *i - from);
}

/* "@one,@two:" before the address says a route that nobody takes any more: where
 * the address begins. */
static size_t
skip_route(const char *in, size_t n, size_t i)
{
	size_t k = i;

	if (i == n || in[i] != '@')
		return i;
	while (k < n && in[k] != ':' && ascii_graph(in[k]))
		k++;
	return k < n && in[k] == ':' ? k + 1 : i;
}

static ssize_t
parse_inside(const char *in, size_t n, struct buf *out)
{
	size_t i, was = out->len;

	if (n < 2 || in[0] != '<')
		return errno = EINVAL, -1;
	if (in[1] == '>')
		return 2;
	i = skip_route(in, n, 1);
	if (parse_local(in, n, &i, out) == -1)
		return -1;
	if (out->len == was)
		return errno = EINVAL, -1;	/* "" is nobody's name */
	if (out->len - was > LOCAL_OCTETS)
		return errno = EMSGSIZE, -1;
	if (i < n && in[i] == '@') {
		if (buf_add(out, "@", 1) == -1)
			return -1;
		i++;
		if (parse_domain(in, n, &i, out) == -1)
			return -1;
	} else if (memchr(out->s + was, '@', out->len - was) != NULL)
		return errno = EINVAL, -1;
	if (i == n || in[i] != '>')
		return errno = EINVAL, -1;
	return (ssize_t)i + 1;
}

ssize_t
path_parse(const char *in, size_t n, struct buf *out)
{
	size_t was = out->len;
	ssize_t r = parse_inside(in, n, out);

	if (r == -1)
		out->len = was;
	return r;
}

size_t
address_local(const char *address, size_t n)
{
	size_t i = n;

	while (i > 0)
		if (address[--i] == '@')
			return i;
	return n;
}

/* dot-atom: atext with single dots inside. */
static int
is_dot_atom(const char *s, size_t n)
{
	size_t i;

	if (n == 0 || s[0] == '.' || s[n - 1] == '.')
		return 0;
	for (i = 0; i < n; i++)
		if (!is_atext_or_dot(s[i]) || (s[i] == '.' && s[i + 1] == '.'))
			return 0;
	return 1;
}

void
address_quote(char out[QUOTED_OCTETS + 1], const char *address)
{
	size_t n = strlen(address), local = address_local(address, n), i, o = 0;

	if (n > 0 && local <= LOCAL_OCTETS && !is_dot_atom(address, local)) {
		out[o++] = '"';
		for (i = 0; i < local; i++) {
			if (address[i] == '"' || address[i] == '\\')
				out[o++] = '\\';
			out[o++] = address[i];
		}
		out[o++] = '"';
		address += local;
		n -= local;
	}
	if (n > QUOTED_OCTETS - o)
		n = QUOTED_OCTETS - o;
	memcpy(out + o, address, n);
	out[o + n] = '\0';
}
