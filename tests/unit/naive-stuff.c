/* naive-stuff - see naive-stuff.h */
#include "naive-stuff.h"

#include <string.h>

size_t
naive_stuff(const char *in, size_t n, char *out, uint64_t *count)
{
	size_t i, o = 0;

	*count = 0;
	for (i = 0; i < n; i++) {
		if (in[i] == '.' && (i == 0 || in[i - 1] == '\n'))
			out[o++] = '.';
		if (in[i] == '\n' && (i == 0 || in[i - 1] != '\r')) {
			out[o++] = '\r';
			++*count;
		}
		out[o++] = in[i];
		++*count;
	}
	if (n > 0 && in[n - 1] != '\n') {
		memcpy(out + o, "\r\n", 2);
		o += 2;
		*count += 2;
	}
	memcpy(out + o, ".\r\n", 3);
	return o + 3;
}

/* The end of the line that begins at i, behind its LF. */
static size_t
line_end(const char *in, size_t n, size_t i)
{
	while (i < n && in[i] != '\n')
		i++;
	return i < n ? i + 1 : n;
}

static int
is_empty(const char *in, size_t i, size_t end)
{
	return (end - i == 1 && in[i] == '\n') ||
	    (end - i == 2 && in[i] == '\r' && in[i + 1] == '\n');
}

size_t
naive_top(const char *in, size_t n, uint64_t lines)
{
	size_t i = 0, end;

	do {
		end = line_end(in, n, i);
		if (end == n && !is_empty(in, i, end))
			return n;
		if (is_empty(in, i, end))
			break;
		i = end;
	} while (i < n);
	for (i = end; lines > 0 && i < n; lines--)
		i = line_end(in, n, i);
	return i;
}
