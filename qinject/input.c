/* input - a message as programs write it to sendmail(1). */
#include "sendmail.h"

#include <string.h>

#include "text/header.h"

enum { LINE_START, DOT, DOT_CR, CR, INSIDE };	/* what came last */

/* What was held back turned out to be text. */
static size_t
release(int state, char *out)
{
	size_t n = 0;

	if (state == DOT || state == DOT_CR)
		out[n++] = '.';
	if (state == CR || state == DOT_CR)
		out[n++] = '\r';
	return n;
}

size_t
input_put(struct input *i, const char *in, size_t n, char *out)
{
	size_t k, w = 0;

	for (k = 0; k < n && !i->done; k++) {
		char c = in[k];

		i->is_8bit |= (unsigned char)c > 127;
		if (c == '\n' && (i->state == DOT || i->state == DOT_CR)) {
			i->done = 1;
		} else if (c == '\n') {
			out[w++] = c;		/* a CR before it is gone */
			i->state = LINE_START;
		} else if (c == '.' && i->state == LINE_START &&
		    !i->dots_are_text) {
			i->state = DOT;
		} else if (c == '\r' && i->state != CR && i->state != DOT_CR) {
			i->state = i->state == DOT ? DOT_CR : CR;
		} else {
			w += release(i->state, out + w);
			if (c == '\r')
				i->state = CR;
			else {
				out[w++] = c;
				i->state = INSIDE;
			}
		}
	}
	return w;
}

size_t
input_end(struct input *i, char out[2])
{
	int was = i->state;

	i->state = INSIDE;
	/* A dot without a line end, as the last line, is the end too. */
	return i->done || was == DOT || was == DOT_CR ? 0 : release(was, out);
}

/* Does this line, the first one if first, belong to a header? */
static int
in_header(const char *line, size_t n, int first)
{
	if (first && n >= 5 && memcmp(line, "From ", 5) == 0)
		return 1;		/* a mailbox's mark */
	if (n > 0 && (line[0] == ' ' || line[0] == '\t'))
		return !first;
	return header_is_field(line, n);
}

int
header_split(const char *s, size_t n, size_t *at, int last)
{
	while (*at < n) {
		const char *line = s + *at;
		const char *lf = memchr(line, '\n', n - *at);
		size_t line_n = lf != NULL ? (size_t)(lf - line) : n - *at;

		if (lf == NULL && !last)
			return 0;
		if (!in_header(line, line_n, *at == 0))
			return 1;
		*at += line_n + (lf != NULL);
	}
	return last;
}
