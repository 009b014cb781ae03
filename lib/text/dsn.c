/* dsn - see dsn.h */
#include "text/dsn.h"

#include <string.h>

#include "base/ascii.h"
#include "text/xtext.h"

static const struct {
	const char *word;
	int bit;
} words[] = {
	{ "never", NOTIFY_NEVER }, { "success", NOTIFY_SUCCESS },
	{ "failure", NOTIFY_FAILURE }, { "delay", NOTIFY_DELAY },
};

#define WORDS	(sizeof(words) / sizeof(*words))

static int
word_bit(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (ascii_is(p, n, words[i].word))
			return words[i].bit;
	return -1;
}

int
notify_parse(const char *p, size_t n)
{
	const char *end = p + n;
	int bits = 0, bit;

	for (;;) {
		const char *comma = memchr(p, ',', (size_t)(end - p));

		bit = word_bit(p, (size_t)((comma != NULL ? comma : end) - p));
		if (bit == -1)
			return -1;
		bits |= bit;
		if (comma == NULL)
			break;
		p = comma + 1;
		if (bits & NOTIFY_NEVER)
			return -1;
	}
	return (bits & NOTIFY_NEVER) && bits != NOTIFY_NEVER ? -1 : bits;
}

void
notify_text(char out[NOTIFY_OCTETS], int bits)
{
	size_t i, n = 0, len;

	for (i = 0; i < WORDS; i++) {
		if ((bits & words[i].bit) == 0)
			continue;
		if (n > 0)
			out[n++] = ',';
		len = strlen(words[i].word);
		memcpy(out + n, words[i].word, len);
		n += len;
		if (words[i].bit == NOTIFY_NEVER)
			break;
	}
	out[n] = '\0';
}

const char *
ret_parse(const char *p, size_t n)
{
	if (ascii_is(p, n, "full"))
		return "full";
	return ascii_is(p, n, "hdrs") ? "hdrs" : NULL;
}

/* A report can only show what is printable. source: RFC 3461 4.2, 4.4 */
static int
is_shown(const char *p, size_t n)
{
	char plain[ORCPT_OCTETS + 1];
	ssize_t len = xtext_decode(plain, sizeof(plain), p, n), i;

	for (i = 0; i < len; i++)
		if (!ascii_graph(plain[i]) && plain[i] != ' ')
			return 0;
	return len > 0;
}

int
envid_is(const char *p, size_t n)
{
	return n <= ENVID_OCTETS && is_shown(p, n);
}

/* source: RFC 5322 3.2.3 */
static int
is_atom(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!ascii_graph(p[i]) ||
		    strchr("()<>[]:;@\\,.\"", p[i]) != NULL)
			return 0;
	return n > 0;
}

int
orcpt_is(const char *p, size_t n)
{
	const char *semicolon = memchr(p, ';', n);
	size_t type;

	if (semicolon == NULL || n > ORCPT_OCTETS)
		return 0;
	type = (size_t)(semicolon - p);
	return is_atom(p, type) && is_shown(semicolon + 1, n - type - 1);
}
