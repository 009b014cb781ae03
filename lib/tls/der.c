/* der - see der.h */
#include "tls/der.h"

#include <errno.h>
#include <string.h>

#define INTEGER		0x02
#define SEQUENCE	0x30
#define VERSION		0xa0	/* [0], explicit */

struct octets {
	const unsigned char	*p, *end;
};

/* Take a length off o. 0, or -1. */
static int
take_length(struct octets *o, size_t *len)
{
	unsigned n;

	if (o->p == o->end)
		return -1;
	*len = *o->p++;
	if (*len < 0x80)
		return 0;
	n = *len & 0x7f;
	if (n == 0 || n > 3 || n > (size_t)(o->end - o->p))
		return -1;
	for (*len = 0; n > 0; n--)
		*len = *len << 8 | *o->p++;
	return 0;
}

/* Step over a tag and a length, into what they are of. 0, or -1. */
static int
enter(struct octets *o, unsigned char tag, size_t *len)
{
	if (o->p == o->end || *o->p != tag)
		return -1;
	o->p++;
	return take_length(o, len);
}

/* Step over an element; where, if not NULL, is where it stands. 0, or -1. */
static int
pass(struct octets *o, unsigned char tag, struct dn *where)
{
	const unsigned char *begin = o->p;
	size_t len;

	if (enter(o, tag, &len) == -1 || len > (size_t)(o->end - o->p))
		return -1;
	o->p += len;
	if (where != NULL)
		*where = (struct dn){ begin, (size_t)(o->p - begin) };
	return 0;
}

int
der_names(const unsigned char *der, size_t n, struct der_names *out)
{
	struct octets o = { der, der + n };
	struct der_names found;
	size_t len;

	if (enter(&o, SEQUENCE, &len) == -1 ||	/* the certificate */
	    enter(&o, SEQUENCE, &len) == -1 ||	/* what is signed of it */
	    (o.p < o.end && *o.p == VERSION && pass(&o, VERSION, NULL) == -1) ||
	    pass(&o, INTEGER, NULL) == -1 ||	/* serial number */
	    pass(&o, SEQUENCE, NULL) == -1 ||	/* algorithm */
	    pass(&o, SEQUENCE, &found.issuer) == -1 ||
	    pass(&o, SEQUENCE, NULL) == -1 ||	/* validity */
	    pass(&o, SEQUENCE, &found.subject) == -1)
		return errno = EBADMSG, -1;
	*out = found;
	return 0;
}

int
dn_same(struct dn a, struct dn b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}
