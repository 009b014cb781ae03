/* quota - see quota.h */
#include "text/quota.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "text/record.h"

#define CHANGE_MAX	INT64_C(1000000000000000)	/* of a line: sums stay far
							 * below INT64_MAX */

/* "100M" of n octets, without its S or C. */
static int
parse_number(const char *s, size_t n, uint64_t *out)
{
	static const char units[] = "kmg";
	const char *unit = n > 0 ? strchr(units, ascii_lower(s[n - 1])) : NULL;
	unsigned shift = 0;
	uint64_t v;

	if (unit != NULL && *unit != '\0') {
		shift = 10 * (unsigned)(unit - units + 1);
		n--;
	}
	if (num_u64(s, n, &v) == -1)
		return -1;
	if (v > (uint64_t)INT64_MAX >> shift)
		return errno = ERANGE, -1;
	*out = v << shift;
	return 0;
}

/* The term at place i, from 0. */
static int
parse_term(const char *s, size_t n, unsigned i, struct quota *q)
{
	char kind = n > 0 ? ascii_lower(s[n - 1]) : '\0';

	if (kind == 's' || kind == 'c')
		n--;
	else
		kind = i == 0 ? 's' : 'c';
	return parse_number(s, n, kind == 's' ? &q->octets : &q->messages);
}

int
quota_parse(const char *s, size_t n, struct quota *q)
{
	struct quota got = { .octets = 0 };
	const char *p = s, *end = s + n;
	unsigned i;

	for (i = 0; n > 0 && p <= end; i++) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		size_t len = (size_t)((comma != NULL ? comma : end) - p);

		if (i == 2)
			return errno = EINVAL, -1;
		if (parse_term(p, len, i, &got) == -1)
			return -1;
		p += len + 1;
	}
	*q = got;
	return 0;
}

void
quota_format(char out[QUOTA_OCTETS], const struct quota *q)
{
	size_t n = 0;

	out[0] = '\0';
	if (q->octets > 0)
		n = (size_t)snprintf(out, QUOTA_OCTETS, "%" PRIu64 "S",
		    q->octets);
	if (q->messages > 0)
		snprintf(out + n, QUOTA_OCTETS - n, "%s%" PRIu64 "C",
		    n > 0 ? "," : "", q->messages);
}

int
quota_add(struct buf *b, const struct quota *q)
{
	char text[QUOTA_OCTETS];

	quota_format(text, q);
	return text[0] != '\0' ? record_adds(b, "quota", text) : 0;
}

int
quota_is_over(const struct quota *q, const struct usage *u)
{
	return (q->octets > 0 && u->octets > (int64_t)q->octets) ||
	    (q->messages > 0 && u->messages > (int64_t)q->messages);
}

int
quota_is_near(const struct quota *q, const struct usage *u)
{
	struct quota most = {
		.octets = q->octets - q->octets / 10,
		.messages = q->messages - q->messages / 10,
	};

	return (most.octets > 0 && u->octets >= (int64_t)most.octets) ||
	    (most.messages > 0 && u->messages >= (int64_t)most.messages);
}

/* A number with its sign, and the blanks before it. */
static int
take_change(const char **p, const char *end, int64_t *out)
{
	const char *digits;
	uint64_t v;
	int minus;

	while (*p < end && **p == ' ')
		(*p)++;
	minus = *p < end && **p == '-';
	*p += minus;
	digits = *p;
	while (*p < end && **p >= '0' && **p <= '9')
		(*p)++;
	if (num_u64(digits, (size_t)(*p - digits), &v) == -1 ||
	    v > (uint64_t)CHANGE_MAX)
		return -1;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return 0;
}

/* "octets messages" with blanks around it. */
static int
add_line(const char *p, const char *end, struct usage *used)
{
	struct usage u;

	if (take_change(&p, end, &u.octets) == -1 || p == end || *p != ' ' ||
	    take_change(&p, end, &u.messages) == -1)
		return -1;
	while (p < end && *p == ' ')
		p++;
	if (p != end)
		return -1;
	used->octets += u.octets;
	used->messages += u.messages;
	return 0;
}

int
quota_read(const char *s, size_t n, struct quota *limit, struct usage *used)
{
	const char *p = s, *end = s + n, *lf = memchr(s, '\n', n);
	int lines = 0;

	memset(limit, 0, sizeof(*limit));
	memset(used, 0, sizeof(*used));
	if (lf == NULL || quota_parse(s, (size_t)(lf - s), limit) == -1 ||
	    n > QUOTA_SIZE_FILE)
		return -1;
	for (p = lf + 1; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL || add_line(p, lf, used) == -1)
			return -1;
		lines++;
	}
	return lines == 0 || used->octets < 0 || used->messages < 0 ? -1 :
	    lines;
}

int
quota_name(const char *name, uint64_t *octets)
{
	const char *p = strstr(name, ",S=");
	size_t n;

	if (p == NULL)
		return -1;
	n = strspn(p + 3, "0123456789");
	if (n == 0 || strchr(",:", p[3 + n]) == NULL)
		return -1;
	return num_u64(p + 3, n, octets) == -1 || *octets > INT64_MAX / 2 ?
	    -1 : 0;
}
