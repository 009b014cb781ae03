/* complete - see complete.h */
#include "text/complete.h"

#include <string.h>

static size_t
put(char *out, const char *p, size_t n)
{
	memcpy(out, p, n);
	return n;
}

/* What is missing, an empty line if a line follows that is no field, and the
 * octets that were held back. */
static size_t
end_header(struct complete *c, char *out)
{
	size_t o = 0;

	if (!c->has_date)
		o += put(out, c->date, strlen(c->date));
	if (!c->has_from && c->from != NULL)
		o += put(out + o, c->from, strlen(c->from));
	if (!c->has_id)
		o += put(out + o, c->message_id, strlen(c->message_id));
	if (c->n > 0)
		out[o++] = '\n';
	o += put(out + o, c->held, c->n);
	c->n = 0;
	c->done = 1;
	return o;
}

static size_t
begin_field(struct complete *c, char *out)
{
	size_t value_n, o = put(out, c->held, c->n);

	if (header_value(c->held, c->n, "Date", &value_n) != NULL)
		c->has_date = 1;
	if (header_value(c->held, c->n, "From", &value_n) != NULL)
		c->has_from = 1;
	if (header_value(c->held, c->n, "Message-ID", &value_n) != NULL)
		c->has_id = 1;
	c->has_field = 1;
	c->in_field = 1;
	c->n = 0;
	return o;
}

/* One octet of a line that may be a field; octets written. */
static size_t
step(struct complete *c, char octet, char *out)
{
	int is_blank = octet == ' ' || octet == '\t';
	size_t o;

	if (octet == '\n') {
		o = end_header(c, out);
		out[o++] = '\n';
		return o;
	}
	if (c->n == 0 && is_blank && c->has_field) {
		c->in_field = 1;	/* it goes on */
		return put(out, &octet, 1);
	}
	c->held[c->n++] = octet;
	if (octet == ':' && header_is_field(c->held, c->n))
		return begin_field(c, out);
	if (octet == ':' || (c->n == 1 && is_blank) ||
	    c->n == sizeof(c->held))
		return end_header(c, out);
	return 0;
}

/* The rest of a field's line; octets of it. */
static size_t
pass_line(struct complete *c, const char *in, size_t n, char *out)
{
	const char *lf = memchr(in, '\n', n);

	if (lf != NULL) {
		n = (size_t)(lf - in) + 1;
		c->in_field = 0;
	}
	return put(out, in, n);
}

size_t
complete_add(struct complete *c, const char *in, size_t n, char *out)
{
	size_t i = 0, o = 0;

	while (i < n && !c->done) {
		if (c->in_field) {
			size_t run = pass_line(c, in + i, n - i, out + o);

			i += run;
			o += run;
		} else
			o += step(c, in[i++], out + o);
	}
	return o + put(out + o, in + i, n - i);
}

size_t
complete_end(struct complete *c, char *out)
{
	return c->done ? 0 : end_header(c, out);
}
