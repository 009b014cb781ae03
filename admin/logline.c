/* logline - one line of the log: strangers' octets between our own words. */
#include "why.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

#define STAMP	29	/* "2026-11-24 16:10:58.129120601" */

/* The digits of a template at their places, all else as it stands there. */
static int
looks_like(const char *s, const char *form)
{
	for (; *form != '\0'; s++, form++)
		if (*form == '0' ? *s < '0' || *s > '9' : *s != *form)
			return 0;
	return 1;
}

static unsigned
number(const char *s, size_t n)
{
	uint64_t v = 0;

	(void)num_u64(s, n, &v);
	return (unsigned)v;
}

static uint64_t
time_of(const char *s)
{
	struct tm tm = { .tm_year = (int)number(s, 4) - 1900,
	    .tm_mon = (int)number(s + 5, 2) - 1, .tm_mday = (int)number(s + 8,
	    2), .tm_hour = (int)number(s + 11, 2), .tm_min = (int)number(s + 14,
	    2), .tm_sec = (int)number(s + 17, 2) };
	time_t t = timegm(&tm);

	return t < 0 ? 0 : (uint64_t)t * 1000000 + number(s + 20, 6);
}

int
logline_parse(struct logline *l, const char *s, size_t n)
{
	const char *end = s + n, *colon;

	if (n < STAMP || !looks_like(s, "0000-00-00 00:00:00.000000000"))
		return errno = EINVAL, -1;
	l->time_us = time_of(s);
	for (s += STAMP; s < end && *s == ' '; s++)
		;
	colon = memmem(s, (size_t)(end - s), ": ", 2);
	if (colon == NULL || memchr(s, ' ', (size_t)(colon - s)) != NULL)
		return errno = EINVAL, -1;
	l->program = s;
	l->program_n = (size_t)(colon - s);
	l->text = colon + 2;
	l->n = (size_t)(end - l->text);
	return 0;
}

/* Where the value at s ends; it moves behind a '<' that it begins with. */
static const char *
value_end(const char **s, const char *end)
{
	const char *p;

	if (*s < end && **s == '<') {
		/* Addresses may hold blanks, and '>' too. */
		for (p = ++*s; p < end; p++)
			if (*p == '>' && (p + 1 == end || p[1] == ' '))
				return p;
	}
	p = memchr(*s, ' ', (size_t)(end - *s));
	return p != NULL ? p : end;
}

int
logline_next(const char **p, const char *end, struct pair *f)
{
	while (*p < end) {
		const char *s = *p, *blank = memchr(s, ' ', (size_t)(end - s));
		const char *stop = blank != NULL ? blank : end;
		const char *equal = memchr(s, '=', (size_t)(stop - s));

		if (equal == NULL || equal == s) {
			*p = stop < end ? stop + 1 : end;
			continue;
		}
		f->key = s;
		f->key_n = (size_t)(equal - s);
		f->value = equal + 1;
		stop = f->key_n == 3 && memcmp(s, "why", 3) == 0 ? end :
		    value_end(&f->value, end);
		f->n = (size_t)(stop - f->value);
		*p = stop + (stop < end && *stop == '>');
		if (*p < end)
			(*p)++;
		return 1;
	}
	return 0;
}

int
logline_find(const struct logline *l, const char *key, struct pair *f)
{
	const char *p = l->text, *end = p + l->n;

	while (logline_next(&p, end, f))
		if (f->key_n == strlen(key) && memcmp(f->key, key, f->key_n) ==
		    0)
			return 1;
	return 0;
}

int
pair_is(const struct pair *f, const char *text)
{
	return strlen(text) == f->n && memcmp(text, f->value, f->n) == 0;
}
