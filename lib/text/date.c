/* date - see date.h. No localtime(3): it opens files, and a sandbox has none. */
#include "text/date.h"

#include <stdio.h>

static int
days_of_year(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
}

void
date_mail(char out[DATE_OCTETS], uint64_t seconds)
{
	static const char day_name[7][4] = {
		"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed",
	};
	static const char month_name[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	static const int month_days[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	int days = (int)(seconds / 86400 % 2932897), weekday = days % 7;
	unsigned rest = (unsigned)(seconds % 86400), year = 1970, month = 0;

	for (; days >= days_of_year(year); year++)
		days -= days_of_year(year);
	for (;; month++) {
		int n = month_days[month] +
		    (month == 1 && days_of_year(year) == 366);

		if (days < n)
			break;
		days -= n;
	}
	snprintf(out, DATE_OCTETS, "%s, %d %s %u %02u:%02u:%02u +0000",
	    day_name[weekday], days + 1, month_name[month], year,
	    rest / 3600, rest / 60 % 60, rest % 60);
}
