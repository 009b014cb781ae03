/* stuff - see stuff.h */
#include "text/stuff.h"

#include <string.h>

enum {
	LINE_START,		/* zero: where all begins */
	INSIDE,
	CR			/* the last octet was one */
};

/* The run of octets up to the next LF; the LF, or NULL. */
static const char *
find_lf(const char *in, const char *end, size_t *run)
{
	const char *lf = memchr(in, '\n', (size_t)(end - in));

	*run = (size_t)((lf != NULL ? lf : end) - in);
	return lf;
}

/* The state behind a run that no LF ends. */
static int
state_behind(int state, const char *in, size_t run)
{
	if (run == 0)
		return state;
	return in[run - 1] == '\r' ? CR : INSIDE;
}

#define EACH(octet)	(0x0101010101010101u * (octet))

/* Copy up to the next LF, or all; octets copied. As memchr(3) and memcpy(3), but
 * a message's lines are short: both at once are twice as fast with musl. */
static size_t
copy_line(const char *in, size_t n, char *out)
{
	size_t i = 0;
	uint64_t v, x;

	for (; n - i >= sizeof(v); i += sizeof(v)) {
		memcpy(&v, in + i, sizeof(v));
		memcpy(out + i, &v, sizeof(v));
		x = v ^ EACH('\n');		/* an octet 0 where there is LF */
		if (((x - EACH(1)) & ~x & EACH(0x80)) != 0)
			break;
	}
	for (; i < n && in[i] != '\n'; i++)
		out[i] = in[i];
	return i;
}

size_t
stuff_put(struct stuff *s, const char *in, size_t n, char *out)
{
	const char *end = in + n;
	char *o = out;

	while (in < end) {
		size_t run;

		if (s->state == LINE_START && *in == '.')
			*o++ = '.';
		run = copy_line(in, (size_t)(end - in), o);
		o += run;
		s->state = state_behind(s->state, in, run);
		in += run;
		if (in == end)
			break;
		if (s->state != CR)
			*o++ = '\r';
		*o++ = *in++;
		s->state = LINE_START;
	}
	return (size_t)(o - out);
}

size_t
stuff_end(const struct stuff *s, char out[STUFF_END])
{
	if (s->state == LINE_START) {
		memcpy(out, ".\r\n", 3);
		return 3;
	}
	memcpy(out, "\r\n.\r\n", 5);
	return 5;
}

void
stuff_mend_cr(char *s, size_t n)
{
	char *end = s + n, *cr = s;

	while ((cr = memchr(cr, '\r', (size_t)(end - cr))) != NULL) {
		if (cr + 1 == end || cr[1] != '\n')
			*cr = ' ';
		if (++cr == end)
			break;
	}
}

uint64_t
stuff_count(struct stuff *s, const char *in, size_t n)
{
	const char *end = in + n;
	uint64_t octets = n;

	while (in < end) {
		size_t run;
		const char *lf = find_lf(in, end, &run);

		s->state = state_behind(s->state, in, run);
		if (lf == NULL)
			break;
		octets += s->state != CR;
		s->state = LINE_START;
		in = lf + 1;
	}
	return octets;
}

uint64_t
stuff_count_end(const struct stuff *s)
{
	return s->state == LINE_START ? 0 : 2;
}

/* A line is over; it was empty or not. */
static void
top_line(struct stuff_top *t, int empty)
{
	if (t->in_body)
		t->lines--;
	else
		t->in_body = empty;
	t->done = t->in_body && t->lines == 0;
}

size_t
stuff_top(struct stuff_top *t, const char *in, size_t n)
{
	const char *at = in, *end = in + n;

	while (at < end && !t->done) {
		size_t run;
		const char *lf = find_lf(at, end, &run);

		/* Here CR means: nothing but a CR so far. */
		if (run > 0)
			t->state = t->state == LINE_START && run == 1 &&
			    *at == '\r' ? CR : INSIDE;
		if (lf == NULL)
			return n;
		top_line(t, t->state != INSIDE);
		t->state = LINE_START;
		at = lf + 1;
	}
	return (size_t)(at - in);
}
