/*
 * maildate - the time of a Date field. Pure.
 *
 * The day's name is optional and not compared; comments and blanks may stand
 * anywhere. A year of two digits is 2000 to 2049 or 1950 to 1999, of three is
 * added to 1900. What the zone does not say, as "Z" or a word that is not known,
 * is UTC, as is no zone.
 * source   RFC 5322 3.3, 4.3; RFC 5256 2.2 and RFC 3501 6.4.4 use it
 */
#ifndef TEXT_MAILDATE_H
#define TEXT_MAILDATE_H

#include <stddef.h>
#include <stdint.h>

struct maildate {
	int64_t	seconds;	/* since 1970, UTC */
	int	zone;		/* minutes east of UTC */
};

/* Read the n octets of a Date field's value. 0; or -1 with errno EINVAL. */
int maildate_parse(const char *s, size_t n, struct maildate *d);

/* The day that stood in the field, in its own zone: days since 1970. */
int64_t maildate_day(const struct maildate *d);

#endif
