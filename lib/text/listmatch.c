/* listmatch - see listmatch.h */
#include "text/listmatch.h"

#include "base/ascii.h"

#define INBOX	5		/* its octets */

/* The places of the name that the pattern, so far, may have led to. */
struct places {
	size_t	n;			/* of the name */
	size_t	first;			/* no place before it */
	int	any;
	char	at[LIST_NAME + 1];
};

/* '*', or '%' where stop is the separator: from each place on. */
static void
spread(struct places *p, const char *name, int star, char separator)
{
	size_t i;

	for (i = p->first; i < p->n; i++)
		if (p->at[i] && (star || name[i] != separator))
			p->at[i + 1] = 1;
}

/* One octet: each place moves on, or is none. */
static void
step(struct places *p, const char *name, char c, size_t fold)
{
	size_t i;

	p->any = 0;
	for (i = p->n + 1; i-- > p->first;) {
		int yes = i > p->first && p->at[i - 1] && (name[i - 1] == c ||
		    (i <= fold && ascii_lower(name[i - 1]) == ascii_lower(c)));

		p->at[i] = (char)yes;
		p->any |= yes;
	}
	p->first++;
}

int
list_match(const char *pattern, size_t pattern_n, const char *name, size_t n,
    char separator)
{
	const char *end = pattern + pattern_n;
	struct places p = { .n = n, .any = 1 };
	size_t fold = 0;

	if (n > LIST_NAME)
		return 0;
	if (n >= INBOX && ascii_is(name, INBOX, "INBOX") &&
	    (n == INBOX || name[INBOX] == separator))
		fold = INBOX;
	p.at[0] = 1;
	while (pattern < end && p.any && p.first <= n) {
		int star = 0, wild = 0;

		for (; pattern < end && (*pattern == '*' || *pattern == '%');
		    pattern++) {
			star |= *pattern == '*';
			wild = 1;
		}
		if (wild)
			spread(&p, name, star, separator);
		else
			step(&p, name, *pattern++, fold);
	}
	return pattern == end && p.first <= n && p.at[n];
}
