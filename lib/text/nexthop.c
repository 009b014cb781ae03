/* nexthop - see nexthop.h */
#include "text/nexthop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/tlstalk.h"

/* What is still to read. */
struct rest {
	const char	*p;
	size_t		 n;
};

/* Go past word if the rest begins with it. 1, or 0. */
static int
skip(struct rest *r, const char *word)
{
	size_t n = strlen(word);

	if (r->n < n || !ascii_is(r->p, n, word))
		return 0;
	r->p += n;
	r->n -= n;
	return 1;
}

/* Take what stands before the next c or blank, or all. */
static struct rest
until(struct rest *r, char c)
{
	struct rest part = { r->p, 0 };

	while (r->n > 0 && *r->p != c && *r->p != ' ')
		r->p++, r->n--, part.n++;
	return part;
}

static int
set_address(struct nexthop *h, struct rest part)
{
	char s[INET6_ADDRSTRLEN];
	struct in6_addr bits;
	int family;

	(void)skip(&part, "IPv6:");
	if (part.n >= sizeof(s))
		return -1;
	memcpy(s, part.p, part.n);
	s[part.n] = '\0';
	family = strchr(s, ':') != NULL ? AF_INET6 : AF_INET;
	if (memchr(s, '\0', part.n) != NULL ||
	    inet_pton(family, s, &bits) != 1 ||
	    inet_ntop(family, &bits, h->host, sizeof(h->host)) == NULL)
		return -1;
	h->to = TO_ADDRESS;
	return 0;
}

static int
set_name(struct nexthop *h, struct rest part, enum nexthop_to to)
{
	if (part.n > 1 && part.p[part.n - 1] == '.')
		part.n--;
	if (part.n == 0 || part.p[0] == '[' || !domain_is_valid(part.p, part.n))
		return -1;
	memcpy(h->host, part.p, part.n);
	h->host[part.n] = '\0';
	ascii_lower_all(h->host, part.n);
	h->to = to;
	return 0;
}

/* An address or a name; a name that looks like an address is a broken one. */
static int
set_host(struct nexthop *h, struct rest part, enum nexthop_to to)
{
	if (set_address(h, part) == 0)
		return 0;
	return set_name(h, part, to) == 0 && !tls_is_address(h->host) ? 0 : -1;
}

static int
set_bracketed(struct nexthop *h, struct rest *r)
{
	struct rest part;

	if (!skip(r, "["))
		return -1;
	part = until(r, ']');
	return skip(r, "]") ? set_host(h, part, TO_HOST) : -1;
}

static int
set_port(struct nexthop *h, struct rest *r)
{
	struct rest digits;
	uint64_t port;

	if (!skip(r, ":"))
		return 0;
	digits = until(r, ' ');
	if (num_u64(digits.p, digits.n, &port) == -1 || port < 1 ||
	    port > 65535)
		return -1;
	h->port = (unsigned)port;
	return 0;
}

static int
set_path(struct nexthop *h, struct rest *r)
{
	struct rest path = until(r, ' ');
	size_t i;

	if (path.n > NEXTHOP_PATH)
		return -1;
	for (i = 0; i < path.n; i++)
		if (!ascii_graph(path.p[i]))
			return -1;
	memcpy(h->host, path.p, path.n);
	h->host[path.n] = '\0';
	h->to = TO_PATH;
	return 0;
}

/* The part before the first blank. */
static int
set_place(struct nexthop *h, struct rest *r)
{
	if (skip(r, "mx:")) {
		h->chosen = 0;
		if (r->n > 0 && r->p[0] == '[')
			return set_bracketed(h, r) == 0 &&
			    h->to == TO_ADDRESS ? 0 : -1;
		return set_name(h, until(r, ' '), TO_MX);
	}
	if (skip(r, "lmtp:")) {
		h->lmtp = 1;
		if (r->n > 0 && r->p[0] == '/')
			return set_path(h, r);
	} else if (skip(r, "smtp:") && r->n > 0 && r->p[0] != '[')
		return set_host(h, until(r, ':'), TO_MX) == 0 ?
		    set_port(h, r) : -1;
	return set_bracketed(h, r) == 0 ? set_port(h, r) : -1;
}

static int
set_login(struct nexthop *h, struct rest name)
{
	size_t i;

	if (name.n == 0 || name.n > NEXTHOP_LOGIN || h->login[0] != '\0')
		return -1;
	for (i = 0; i < name.n; i++) {
		char c = ascii_lower(name.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '.' || c == '_' || c == '@' || c == '-'))
			return -1;
	}
	memcpy(h->login, name.p, name.n);
	return 0;
}

static int
set_word(struct nexthop *h, struct rest word, int *tls)
{
	static const char *const policies[] = { "none", "may", "must", "verify" };
	int i;

	if (skip(&word, "login="))
		return set_login(h, word);
	if (!skip(&word, "tls="))
		return -1;
	if (ascii_is(word.p, word.n, "implicit")) {
		if (h->implicit)
			return -1;
		h->implicit = 1;
		return 0;
	}
	for (i = TLS_WANT_NONE; i <= TLS_WANT_VERIFY; i++)
		if (*tls == -1 && ascii_is(word.p, word.n, policies[i])) {
			*tls = i;
			return 0;
		}
	return -1;
}

/* What the words leave open, and what cannot be: TLS on a UNIX socket, TLS at once
 * and perhaps not, a secret in the clear. */
static int
settle_tls(struct nexthop *h, int tls)
{
	if (h->to == TO_PATH) {
		h->tls = TLS_WANT_NONE;
		return h->implicit || tls > TLS_WANT_NONE || h->login[0] != '\0'
		    ? -1 : 0;
	}
	if (tls == -1)
		tls = h->implicit ? TLS_WANT_VERIFY : TLS_WANT_MAY;
	h->tls = (enum nexthop_tls)tls;
	if (h->implicit && tls < TLS_WANT_MUST)
		return -1;
	return h->login[0] != '\0' && tls == TLS_WANT_NONE ? -1 : 0;
}

int
nexthop_parse(struct nexthop *h, const char *in, size_t n)
{
	struct rest r = { in, n };
	int tls = -1;

	memset(h, 0, sizeof(*h));
	h->chosen = 1;
	if (set_place(h, &r) == -1)
		return errno = EINVAL, -1;
	while (r.n > 0) {
		if (!skip(&r, " "))
			return errno = EINVAL, -1;
		if (set_word(h, until(&r, ' '), &tls) == -1)
			return errno = EINVAL, -1;
	}
	return settle_tls(h, tls) == 0 ? 0 : (errno = EINVAL, -1);
}

unsigned
nexthop_port(const struct nexthop *h)
{
	if (h->port != 0)
		return h->port;
	if (h->lmtp)
		return 24;
	return h->implicit ? 465 : 25;
}
