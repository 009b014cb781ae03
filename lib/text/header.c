/* header - see header.h */
#include "text/header.h"

#include <string.h>

#include "base/ascii.h"

int
header_is_field(const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);

	if (colon == NULL || colon == line)
		return 0;
	for (; line < colon; line++)
		if (!ascii_graph(*line) && *line != ' ' && *line != '\t')
			return 0;
	return 1;
}

static void
end_line(struct header *h, void (*field)(void *, const char *, size_t),
    void *arg)
{
	size_t n = h->n;

	h->n = 0;
	if (n > 0 && h->line[n - 1] == '\r')
		n--;
	if (n > 0 && (h->line[0] == ' ' || h->line[0] == '\t'))
		return;			/* belongs to the line before */
	if (!header_is_field(h->line, n))
		h->done = 1;
	else
		field(arg, h->line, n);
}

void
header_scan(struct header *h, const char *in, size_t n,
    void (*field)(void *arg, const char *line, size_t n), void *arg)
{
	while (n > 0 && !h->done) {
		const char *lf = memchr(in, '\n', n);
		size_t run = lf != NULL ? (size_t)(lf - in) : n;
		size_t keep = sizeof(h->line) - h->n;

		if (keep > run)
			keep = run;
		memcpy(h->line + h->n, in, keep);
		h->n += keep;
		if (lf == NULL)
			return;
		end_line(h, field, arg);
		in = lf + 1;
		n -= run + 1;
	}
}

const char *
header_value(const char *line, size_t n, const char *name, size_t *value_n)
{
	size_t name_n = strlen(name), i = name_n;

	if (n < name_n || !ascii_is(line, name_n, name))
		return NULL;
	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	if (i == n || line[i] != ':')
		return NULL;
	i++;
	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	while (n > i && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	*value_n = n - i;
	return line + i;
}
