/* final - see final.h */
#include "text/final.h"

#include <string.h>

/* Octets of the domain at s: up to what no domain has. */
static size_t
domain_n(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] != '|' && s[i] != '/' && s[i] != '@' &&
	    (unsigned char)s[i] > ' ' && s[i] != '"')
		i++;
	return i;
}

void
final_split(const char *s, size_t n, struct final_text *f)
{
	size_t i, d;

	f->plain = n > 0 && s[0] == '\\';
	f->address = s + f->plain;
	f->n = n - (size_t)f->plain;
	f->way = s + n;
	f->way_n = 0;
	for (i = 0; i < f->n; i++) {
		if (f->address[i] != '@')
			continue;
		d = domain_n(f->address + i + 1, f->n - i - 1);
		if (d == 0 || i + 1 + d == f->n)
			continue;
		if (f->address[i + 1 + d] != '|' &&
		    f->address[i + 1 + d] != '/')
			continue;
		f->way = f->address + i + 1 + d;
		f->way_n = f->n - (i + 1 + d);
		f->n = i + 1 + d;
		return;
	}
}

int
ext_is(const char *s, size_t n)
{
	size_t i;

	if (n == 0 || n > EXT_OCTETS || s[0] == '.')
		return 0;
	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == '/' || s[i] == 127)
			return 0;
	return 1;
}
