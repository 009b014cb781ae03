/* naive-dot - see naive-dot.h */
#include "naive-dot.h"

#include <string.h>

/* Where the line at in ends: its CRLF, or NULL. */
static const char *
find_crlf(const char *in, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (in[i] == '\r' && in[i + 1] == '\n')
			return in + i;
	return NULL;
}

static void
add_line(const char *line, size_t n, char *out, struct naive_dot *r)
{
	if (n > 0 && line[0] == '.') {
		line++;
		n--;
	}
	if (n > 0 && memchr(line, '\n', n) != NULL)
		r->bare_lf = 1;
	memcpy(out + r->n, line, n);
	r->n += n;
}

void
naive_dot(const char *in, size_t n, char *out, struct naive_dot *r)
{
	const char *crlf;

	memset(r, 0, sizeof(*r));
	while ((crlf = find_crlf(in + r->read, n - r->read)) != NULL) {
		const char *line = in + r->read;
		size_t len = (size_t)(crlf - line);

		r->read += len + 2;
		if (len == 1 && *line == '.') {
			r->done = 1;
			return;
		}
		add_line(line, len, out, r);
		out[r->n++] = '\n';
	}
	add_line(in + r->read, n - r->read, out, r);
	if (n > r->read && in[n - 1] == '\r')
		r->n--;			/* perhaps the first half of CRLF */
	r->read = n;
}
