/* date - see date.h. No localtime(3): it opens files, and a sandbox has none. */
#include "text/date.h"

#include <stdio.h>

static int
days_of_year(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
}

void
date_split(struct date *d, uint64_t seconds)
{
	static const int month_days[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	int days = (int)(seconds / 86400 % 2932897), n;
	unsigned rest = (unsigned)(seconds % 86400);

	*d = (struct date){ .year = 1970, .weekday = (unsigned)(days + 4) % 7,
	    .hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60 };
	for (; days >= days_of_year(d->year); d->year++)
		days -= days_of_year(d->year);
	for (;; d->month++) {
		n = month_days[d->month] +
		    (d->month == 1 && days_of_year(d->year) == 366);
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
	static const char month_name[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	struct date d;

	date_split(&d, seconds);
	snprintf(out, DATE_OCTETS, "%s, %u %s %u %02u:%02u:%02u +0000",
	    day_name[d.weekday], d.day, month_name[d.month], d.year, d.hour,
	    d.minute, d.second);
}
