/* date - see date.h. No localtime(3): it opens files, and a sandbox has none. */
#include "text/date.h"

#include <errno.h>
#include <stdio.h>

#include "base/ascii.h"

static const char month_name[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

static int
days_of_year(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
}

static int
days_of_month(unsigned year, unsigned month)
{
	static const int month_days[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};

	return month_days[month] + (month == 1 && days_of_year(year) == 366);
}

void
date_split(struct date *d, uint64_t seconds)
{
	int days = (int)(seconds / 86400 % 2932897), n;
	unsigned rest = (unsigned)(seconds % 86400);

	*d = (struct date){ .year = 1970, .weekday = (unsigned)(days + 4) % 7,
	    .hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60 };
	for (; days >= days_of_year(d->year); d->year++)
		days -= days_of_year(d->year);
	for (;; d->month++) {
		n = days_of_month(d->year, d->month);
		if (days < n)
			break;
		days -= n;
	}
	d->day = (unsigned)days + 1;
}

void
date_mail(char out[DATE_OCTETS], uint64_t seconds)
{
	static const char day_name[7][4] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
	};
	struct date d;

	date_split(&d, seconds);
	snprintf(out, DATE_OCTETS, "%s, %u %s %u %02u:%02u:%02u +0000",
	    day_name[d.weekday], d.day, month_name[d.month], d.year, d.hour,
	    d.minute, d.second);
}

int
date_join(const struct date *d, int64_t *seconds)
{
	int64_t y = (int64_t)d->year - 1, days;
	unsigned m;

	if (d->year < 1 || d->year > 9999 || d->month > 11 || d->day < 1 ||
	    (int)d->day > days_of_month(d->year, d->month) || d->hour > 23 ||
	    d->minute > 59 || d->second > 60)
		return errno = EINVAL, -1;
	days = y * 365 + y / 4 - y / 100 + y / 400 - 719162;	/* since 1970 */
	for (m = 0; m < d->month; m++)
		days += days_of_month(d->year, m);
	days += (int)d->day - 1;
	*seconds = ((days * 24 + d->hour) * 60 + d->minute) * 60 + d->second;
	return 0;
}

int
date_month(const char *name)
{
	int m;

	for (m = 0; m < 12; m++)
		if (ascii_is(name, 3, month_name[m]))
			return m;
	return -1;
}
