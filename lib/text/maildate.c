/* maildate - see maildate.h */
#include "text/maildate.h"

#include <errno.h>

#include "base/ascii.h"
#include "text/content.h"
#include "text/date.h"

#define ZONE_MAX	(24 * 60)	/* minutes; more is no zone */

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
is_letter(char c)
{
	c = ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

/* The next number of 1 to max digits. How many it has, or 0. */
static int
number(const char **p, const char *end, int max, unsigned *v)
{
	int n = 0;

	content_skip(p, end);
	for (*v = 0; *p < end && is_digit(**p) && n < max; ++*p, n++)
		*v = *v * 10 + (unsigned)(**p - '0');
	return *p < end && is_digit(**p) ? 0 : n;
}

/* The letters of the next word; how many. */
static size_t
word(const char **p, const char *end, const char **w)
{
	content_skip(p, end);
	for (*w = *p; *p < end && is_letter(**p); ++*p)
		;
	return (size_t)(*p - *w);
}

static int
mark(const char **p, const char *end, char c)
{
	content_skip(p, end);
	if (*p == end || **p != c)
		return 0;
	++*p;
	return 1;
}

/* "24 Nov 2026", with '-' between, too. */
static int
read_day(const char **p, const char *end, struct date *d)
{
	const char *name;
	int month, digits;

	if (!number(p, end, 2, &d->day))
		return -1;
	mark(p, end, '-');
	if (word(p, end, &name) < 3 || (month = date_month(name)) == -1)
		return -1;
	mark(p, end, '-');
	digits = number(p, end, 4, &d->year);
	if (digits < 2)
		return -1;
	d->month = (unsigned)month;
	if (digits == 2)
		d->year += d->year < 50 ? 2000 : 1900;
	else if (digits == 3)
		d->year += 1900;
	return 0;
}

static int
read_clock(const char **p, const char *end, struct date *d)
{
	if (!number(p, end, 2, &d->hour) ||
	    (!mark(p, end, ':') && !mark(p, end, '.')) ||
	    !number(p, end, 2, &d->minute))
		return -1;
	if ((mark(p, end, ':') || mark(p, end, '.')) &&
	    !number(p, end, 2, &d->second))
		return -1;
	return 0;
}

/* Minutes east of UTC; 0 for what says nothing. source: RFC 5322 4.3 */
static int
read_zone(const char **p, const char *end)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {
		{ "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
		{ "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
	};
	const char *w;
	size_t n = word(p, end, &w), i;
	unsigned v;
	int minutes;

	for (i = 0; n > 0 && i < sizeof(zones) / sizeof(*zones); i++)
		if (ascii_is(w, n, zones[i].name))
			return zones[i].hours * 60;
	if (n > 0 || *p == end || (**p != '+' && **p != '-'))
		return 0;
	w = (*p)++;
	if (number(p, end, 4, &v) != 4)
		return 0;
	minutes = (int)(v / 100 * 60 + v % 100);
	if (minutes >= ZONE_MAX)
		return 0;
	return *w == '-' ? -minutes : minutes;
}

int
maildate_parse(const char *s, size_t n, struct maildate *out)
{
	const char *end = s + n, *name;
	struct date d = { .year = 0 };
	int64_t seconds;

	if (word(&s, end, &name) > 0)
		mark(&s, end, ',');
	if (read_day(&s, end, &d) == -1 || read_clock(&s, end, &d) == -1)
		return errno = EINVAL, -1;
	if (date_join(&d, &seconds) == -1)
		return -1;
	out->zone = read_zone(&s, end);
	out->seconds = seconds - (int64_t)out->zone * 60;
	return 0;
}

int64_t
maildate_day(const struct maildate *d)
{
	int64_t local = d->seconds + (int64_t)d->zone * 60;

	return local >= 0 ? local / 86400 : -((86399 - local) / 86400);
}
