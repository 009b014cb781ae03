/* sasl - see sasl.h */
#include "text/sasl.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "text/path.h"

int
plain_parse(struct plain *p, const char *in, size_t n)
{
	const char *end = in + n;
	const char *first = n > 0 ? memchr(in, '\0', n) : NULL;
	const char *second = first == NULL ? NULL :
	    memchr(first + 1, '\0', (size_t)(end - first - 1));

	if (second == NULL ||
	    memchr(second + 1, '\0', (size_t)(end - second - 1)) != NULL ||
	    second == first + 1 || second + 1 == end)
		return errno = EINVAL, -1;
	*p = (struct plain){
		.authzid = in, .authzid_n = (size_t)(first - in),
		.user = first + 1, .user_n = (size_t)(second - first - 1),
		.secret = second + 1, .secret_n = (size_t)(end - second - 1),
	};
	return 0;
}

static int
is_same(const char *a, size_t a_n, const char *b, size_t b_n)
{
	size_t i;

	if (a_n != b_n)
		return 0;
	for (i = 0; i < a_n; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return 0;
	return 1;
}

/* The domain of a name, the n octets before which are its local part. */
static const char *
domain_of(const char *name, size_t name_n, size_t local_n, const char *domain,
    size_t *n)
{
	if (local_n == name_n)
		return *n = strlen(domain), domain;
	return *n = name_n - local_n - 1, name + local_n + 1;
}

int
plain_same_account(const struct plain *p, const char *domain)
{
	size_t a = address_local(p->authzid, p->authzid_n);
	size_t b = address_local(p->user, p->user_n);
	size_t a_domain_n, b_domain_n;
	const char *a_domain = domain_of(p->authzid, p->authzid_n, a, domain,
	    &a_domain_n);
	const char *b_domain = domain_of(p->user, p->user_n, b, domain,
	    &b_domain_n);

	return p->authzid_n == 0 || (is_same(p->authzid, a, p->user, b) &&
	    is_same(a_domain, a_domain_n, b_domain, b_domain_n));
}
