/*
 * imaptext - is it what IMAP's grammar allows? A reader of answers that knows
 * nothing of how they are made, for fuzz targets.
 */
#ifndef IMAPTEXT_H
#define IMAPTEXT_H

#include "fuzz.h"

/* Behind the string, literal, NIL, number or list that begins at p; what is none
 * aborts. */
static inline const char *
imaptext_value(const char *p, const char *end)
{
	size_t depth = 0, n;

	do {
		MUST(p < end);
		if (depth > 0 && *p == ' ')
			p++;
		else if (*p == '(') {
			depth++;
			p++;
		} else if (*p == ')') {
			MUST(depth > 0);
			depth--;
			p++;
		} else if (*p == '"') {
			for (p++; p < end && *p != '"'; p++) {
				MUST(*p > 0 && *p != '\r' && *p != '\n');
				if (*p == '\\') {
					p++;
					MUST(p < end && (*p == '"' ||
					    *p == '\\'));
				}
			}
			MUST(p < end);
			p++;
		} else if (*p == '{') {
			for (n = 0, p++; p < end && *p >= '0' && *p <= '9'; p++)
				n = n * 10 + (size_t)(*p - '0');
			MUST(end - p >= 3 && memcmp(p, "}\r\n", 3) == 0);
			p += 3;
			MUST(n <= (size_t)(end - p));
			MUST(memchr(p, '\0', n) == NULL);
			p += n;
		} else if (end - p >= 3 && memcmp(p, "NIL", 3) == 0)
			p += 3;
		else {
			MUST(*p >= '0' && *p <= '9');
			while (p < end && *p >= '0' && *p <= '9')
				p++;
		}
	} while (depth > 0);
	return p;
}

#endif
