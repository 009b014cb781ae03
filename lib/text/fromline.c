/* fromline - see fromline.h */
#include "text/fromline.h"

#include <stdio.h>
#include <time.h>

static const char from[] = "From ";

/* What was held back, as it came. */
static int
let_go(struct from_quote *q, struct buf *out)
{
	for (; q->quotes > 0; q->quotes--)
		if (buf_add(out, ">", 1) == -1)
			return -1;
	if (buf_add(out, from, q->matched) == -1)
		return -1;
	q->matched = 0;
	return 0;
}

static int
take(struct from_quote *q, char c, struct buf *out)
{
	if (!q->inside && c == '>' && q->matched == 0) {
		q->quotes++;
		return 0;
	}
	if (!q->inside && c == from[q->matched]) {
		if (++q->matched < sizeof(from) - 1)
			return 0;
		q->quotes++;
		q->inside = 1;
		return let_go(q, out);
	}
	if (let_go(q, out) == -1)
		return -1;
	q->inside = c != '\n';
	return buf_add(out, &c, 1);
}

int
from_quote(struct from_quote *q, const char *in, size_t n, struct buf *out)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		/* Most octets are inside of lines. */
		for (j = i; q->inside && j < n && in[j] != '\n'; j++)
			;
		if (buf_add(out, in + i, j - i) == -1)
			return -1;
		i = j;
		if (i < n && take(q, in[i], out) == -1)
			return -1;
	}
	return 0;
}

int
from_quote_end(struct from_quote *q, struct buf *out)
{
	int open = q->inside || q->quotes > 0 || q->matched > 0;

	if (let_go(q, out) == -1)
		return -1;
	q->inside = 0;
	return open ? buf_add(out, "\n", 1) : 0;
}

void
from_line(char out[FROM_LINE], const char *sender, uint64_t time_us)
{
	time_t t = (time_t)(time_us / 1000000);
	char date[32] = "Thu Jan  1 00:00:00 1970";
	struct tm tm;
	char *p;

	if (gmtime_r(&t, &tm) != NULL)
		strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y", &tm);
	snprintf(out, FROM_LINE, "From %.330s", *sender != '\0' ? sender :
	    "MAILER-DAEMON");
	for (p = out + 5; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ')
			*p = '-';
	snprintf(p, FROM_LINE - (size_t)(p - out), " %s\n", date);
}
