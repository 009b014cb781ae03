/* pop3line - see pop3line.h */
#include "text/pop3line.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"

#define ANY	9		/* arguments that are not looked at */

static const struct verb {
	const char	*name;
	enum pop3_verb	 verb;
	unsigned	 min, max;	/* numbers behind it */
} verbs[] = {
	{ "RETR", POP3_RETR, 1, 1 },
	{ "DELE", POP3_DELE, 1, 1 },
	{ "TOP",  POP3_TOP, 2, 2 },
	{ "LIST", POP3_LIST, 0, 1 },
	{ "UIDL", POP3_UIDL, 0, 1 },
	{ "STAT", POP3_STAT, 0, 0 },
	{ "NOOP", POP3_NOOP, 0, 0 },
	{ "QUIT", POP3_QUIT, 0, 0 },
	{ "CAPA", POP3_CAPA, 0, 0 },
	{ "RSET", POP3_RSET, 0, 0 },
	{ "USER", POP3_LOGIN, 0, ANY },
	{ "PASS", POP3_LOGIN, 0, ANY },
	{ "APOP", POP3_LOGIN, 0, ANY },
	{ "AUTH", POP3_LOGIN, 0, ANY },
	{ "STLS", POP3_LOGIN, 0, ANY },
};

static const struct verb *
find_verb(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (ascii_is(s, n, verbs[i].name))
			return verbs + i;
	return NULL;
}

/* The end of the word that begins at s. */
static const char *
word_end(const char *s, const char *end)
{
	while (s < end && *s != ' ')
		s++;
	return s;
}

/* The numbers from s to end. 0, or -1: something else, or too many. */
static int
read_numbers(struct pop3_line *out, const char *s, const char *end)
{
	for (;;) {
		const char *word;
		uint64_t *arg = out->arg + out->args;

		while (s < end && *s == ' ')
			s++;
		if (s == end)
			return 0;
		word = s;
		s = word_end(s, end);
		if (out->args == POP3_ARGS)
			return -1;
		if (num_u64(word, (size_t)(s - word), arg) == -1) {
			if (errno != ERANGE)
				return -1;
			*arg = UINT64_MAX;
		}
		out->args++;
	}
}

enum pop3_verb
pop3_line(const char *line, size_t n, struct pop3_line *out)
{
	const char *end = line + n, *behind = word_end(line, end);
	const struct verb *v = find_verb(line, (size_t)(behind - line));

	memset(out, 0, sizeof(*out));
	if (v == NULL)
		return out->verb = POP3_UNKNOWN;
	out->verb = v->verb;
	if (v->max != ANY && (read_numbers(out, behind, end) == -1 ||
	    out->args < v->min || out->args > v->max))
		out->verb = POP3_WRONG;
	return out->verb;
}
