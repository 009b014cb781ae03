/* dot - see dot.h */
#include "text/dot.h"

#include <string.h>

enum {
	LINE_START,		/* zero: where a struct dot begins */
	DOT,			/* a dot at the start of a line */
	DOT_CR,			/* and CR behind it */
	INSIDE,
	CR			/* a CR; if only CRLF counts, not written yet */
};

/* Copy from inside a line up to the next CR or LF; octets copied. */
static size_t
copy_run(const char *in, size_t n, char *out)
{
	const char *lf = memchr(in, '\n', n);
	const char *cr;

	if (lf != NULL)
		n = (size_t)(lf - in);
	cr = memchr(in, '\r', n);
	if (cr != NULL)
		n = (size_t)(cr - in);
	memcpy(out, in, n);
	return n;
}

/* One octet that ends, or may end, a run; octets written to out. */
static size_t
step(struct dot *d, char c, char *out)
{
	size_t o = 0;

	if (d->state == CR && c == '\n') {
		out[o++] = '\n';
		d->state = LINE_START;
		return o;
	}
	if (d->state == DOT_CR && c == '\n') {
		d->done = 1;
		return o;
	}
	if (d->state == CR || d->state == DOT_CR)
		out[o++] = '\r';	/* it was a bare one: keep it */
	if (c == '\n')
		d->wrong_end = 1;
	if (c == '\r') {
		d->state = d->state == DOT ? DOT_CR : CR;
		return o;
	}
	if (d->state == LINE_START && c == '.') {
		d->state = DOT;
		return o;
	}
	out[o++] = c;
	d->state = INSIDE;
	return o;
}

/* The same where LF alone ends a line. */
static size_t
step_lf(struct dot *d, char c, char *out)
{
	if (c == '\n' && d->state == DOT) {
		d->done = 1;
		return 0;
	}
	if (c == '\n' && d->state == CR)
		d->wrong_end = 1;
	if (c == '.' && d->state == LINE_START) {
		d->state = DOT;
		return 0;
	}
	d->state = c == '\n' ? LINE_START : c == '\r' ? CR : INSIDE;
	*out = c;
	return 1;
}

size_t
dot_decode(struct dot *d, const char *in, size_t n, char *out, size_t *out_n)
{
	size_t i = 0, o = 0;

	while (i < n && !d->done) {
		if (d->state == INSIDE) {
			size_t run = copy_run(in + i, n - i, out + o);

			i += run;
			o += run;
			if (i == n)
				break;
		}
		o += d->by_lf ? step_lf(d, in[i], out + o) :
		    step(d, in[i], out + o);
		i++;
	}
	*out_n = o;
	return i;
}
