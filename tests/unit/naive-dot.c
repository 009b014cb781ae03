/* naive-dot - see naive-dot.h */
#include "naive-dot.h"

#include <string.h>

/* Where the line at in ends: its CRLF or LF, or NULL. */
static const char *
find_end(const char *end, const char *in, size_t n)
{
	size_t len = strlen(end), i;

	for (i = 0; i + len <= n; i++)
		if (memcmp(in + i, end, len) == 0)
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
		r->wrong_end = 1;
	memcpy(out + r->n, line, n);
	r->n += n;
}

void
naive_dot(int by_lf, const char *in, size_t n, char *out, struct naive_dot *r)
{
	const char *end = by_lf ? "\n" : "\r\n", *at;

	memset(r, 0, sizeof(*r));
	while ((at = find_end(end, in + r->read, n - r->read)) != NULL) {
		const char *line = in + r->read;
		size_t len = (size_t)(at - line);

		r->read += len + strlen(end);
		if (len == 1 && *line == '.') {
			r->done = 1;
			return;
		}
		if (by_lf && len > 0 && at[-1] == '\r')
			r->wrong_end = 1;
		add_line(line, len, out, r);
		out[r->n++] = '\n';
	}
	add_line(in + r->read, n - r->read, out, r);
	if (!by_lf && n > r->read && in[n - 1] == '\r')
		r->n--;			/* perhaps the first half of CRLF */
	r->read = n;
}
