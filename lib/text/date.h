/* date - a time as mail writes it, always in UTC, and calendar days. Pure. */
#ifndef TEXT_DATE_H
#define TEXT_DATE_H

#include <stdint.h>

#define DATE_OCTETS	40	/* room that date_mail needs, with NUL */

struct date {
	unsigned year, month, day;	/* month from 0, day from 1 */
	unsigned weekday;		/* 0: Sunday */
	unsigned hour, minute, second;
};

/* Seconds since 1970, for the years to 9999. */
void date_split(struct date *d, uint64_t seconds);

/* Seconds since 1970 as "Tue, 24 Nov 2026 10:57:27 +0000" (RFC 5322 3.3), for
 * the years to 9999. */
void date_mail(char out[DATE_OCTETS], uint64_t seconds);

/* The other way, d->weekday not looked at: 0, or -1 with errno EINVAL: no such
 * time. Years 1 to 9999; a second 60 counts as the next one. */
int date_join(const struct date *d, int64_t *seconds);

/* The month that the 3 octets name, case ignored: 0 to 11; or -1. */
int date_month(const char *name);

#endif
