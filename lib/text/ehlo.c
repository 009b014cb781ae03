/* ehlo - see ehlo.h */
#include "text/ehlo.h"

#include <string.h>

#include "base/ascii.h"
#include "base/num.h"

#define RCPT_MAX	1000000	/* RFC 9422 4: six digits */

/* The next word: up to a blank. 1 with *at behind it, or 0. */
static int
next_word(const char **at, const char *end, const char **word, size_t *n)
{
	while (*at < end && **at == ' ')
		(*at)++;
	*word = *at;
	while (*at < end && **at != ' ')
		(*at)++;
	*n = (size_t)(*at - *word);
	return *n > 0;
}

static void
take_auth(struct ehlo *e, const char *at, const char *end)
{
	const char *word;
	size_t n;

	while (next_word(&at, end, &word, &n)) {
		if (ascii_is(word, n, "PLAIN"))
			e->auth_plain = 1;
		if (ascii_is(word, n, "LOGIN"))
			e->auth_login = 1;
	}
}

static void
take_size(struct ehlo *e, const char *at, const char *end)
{
	const char *word;
	uint64_t max;
	size_t n;

	e->size = 1;
	if (next_word(&at, end, &word, &n) && num_u64(word, n, &max) == 0)
		e->size_max = max;
}

static void
take_limits(struct ehlo *e, const char *at, const char *end)
{
	static const char key[] = "RCPTMAX=";
	const size_t key_n = sizeof(key) - 1;
	const char *word;
	uint64_t max;
	size_t n;

	while (next_word(&at, end, &word, &n))
		if (n > key_n && ascii_is(word, key_n, key) &&
		    num_u64(word + key_n, n - key_n, &max) == 0 && max > 0 &&
		    max < RCPT_MAX)
			e->rcpt_max = (unsigned)max;
}

void
ehlo_line(struct ehlo *e, const char *in, size_t n)
{
	static const char old_auth[] = "AUTH=";	/* before RFC 2554 */
	const size_t old_n = sizeof(old_auth) - 1;
	const char *at = in, *end = in + n, *word;

	if (!next_word(&at, end, &word, &n))
		return;
	if (ascii_is(word, n, "PIPELINING"))
		e->pipelining = 1;
	else if (ascii_is(word, n, "STARTTLS"))
		e->starttls = 1;
	else if (ascii_is(word, n, "8BITMIME"))
		e->eightbit = 1;
	else if (ascii_is(word, n, "DSN"))
		e->dsn = 1;
	else if (ascii_is(word, n, "SIZE"))
		take_size(e, at, end);
	else if (ascii_is(word, n, "AUTH"))
		take_auth(e, at, end);
	else if (n >= old_n && ascii_is(word, old_n, old_auth))
		take_auth(e, word + old_n, end);
	else if (ascii_is(word, n, "LIMITS"))
		take_limits(e, at, end);
}
