/* ascii - see ascii.h */
#include "base/ascii.h"

char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

void
ascii_lower_all(char *s, size_t n)
{
	while (n-- > 0) {
		*s = ascii_lower(*s);
		s++;
	}
}

int
ascii_is(const char *a, size_t n, const char *b)
{
	for (; n > 0; a++, b++, n--)
		if (*b == '\0' || ascii_lower(*a) != ascii_lower(*b))
			return 0;
	return *b == '\0';
}

int
ascii_graph(char c)
{
	return c > 32 && c < 127;
}

int
ascii_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

uint64_t
ascii_fnv(const char *s, size_t n)
{
	uint64_t h = 14695981039346656037u;

	while (n-- > 0)
		h = (h ^ (unsigned char)*s++) * 1099511628211u;
	return h;
}

int
ascii_glob(const char *pattern, const char *s, size_t n)
{
	const char *end = s + n, *star = NULL, *from = NULL;

	while (s < end) {
		if (*pattern == '*') {
			star = ++pattern;
			from = s;
		} else if (*pattern != '\0' && (*pattern == '?' ||
		    ascii_lower(*pattern) == ascii_lower(*s))) {
			pattern++;
			s++;
		} else if (star != NULL) {	/* the last star takes more */
			pattern = star;
			s = ++from;
		} else
			return 0;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
