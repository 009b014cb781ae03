/* bodystructure - see bodystructure.h */
#include "text/bodystructure.h"

#include <inttypes.h>
#include <string.h>

#include "base/ascii.h"
#include "text/content.h"
#include "text/envelope.h"
#include "text/fields.h"
#include "text/imapstring.h"
#include "text/params.h"

enum { ID, DESCRIPTION, ENCODING, MD5, DISPOSITION, LANGUAGE, LOCATION, FIELDS };

static const char *const names[FIELDS] = {
	[ID] = "content-id",
	[DESCRIPTION] = "content-description",
	[ENCODING] = "content-transfer-encoding",
	[MD5] = "content-md5",
	[DISPOSITION] = "content-disposition",
	[LANGUAGE] = "content-language",
	[LOCATION] = "content-location",
};

struct structure {
	struct buf	*out;
	struct buf	 text;		/* the value of a parameter */
	const struct mime *m;
	const char	*s;
	int		 all;
};

/* What a part's header says. */
struct said {
	struct content_word type, sub;	/* type.n 0: neither */
	const char	*params, *params_end;
	const char	*value[FIELDS];	/* NULL: not there */
	size_t		 n[FIELDS];
};

static void
read_fields(struct said *h, const char *p, size_t n)
{
	const char *end = p + n;
	struct header_field f;
	size_t i;

	while (fields_next(&p, end, &f)) {
		if (f.name_n < 10 || !ascii_is(f.name, 8, "content-"))
			continue;
		for (i = 0; i < FIELDS; i++)
			if (h->value[i] == NULL &&
			    ascii_is(f.name, f.name_n, names[i])) {
				h->value[i] = f.value;
				h->n[i] = f.n;
			}
	}
}

static void
read_header(const struct structure *b, const struct mime_part *p,
    struct said *h)
{
	memset(h, 0, sizeof(*h));
	h->params = b->s + p->type;
	h->params_end = h->params + p->type_n;
	if (!content_type(&h->params, h->params_end, &h->type, &h->sub))
		h->type.n = 0;
	read_fields(h, b->s + p->header.at, (size_t)p->header.n);
}

static int
add(const struct structure *b, const char *s)
{
	return buf_adds(b->out, s);
}

static int
add_word(const struct structure *b, const char *before,
    const struct content_word *w)
{
	if (add(b, before) == -1)
		return -1;
	return imap_string(b->out, w->s, w->n);
}

/* " value", or " NIL". */
static int
add_field(const struct structure *b, const struct said *h, int field)
{
	if (h->value[field] == NULL)
		return add(b, " NIL");
	if (add(b, " ") == -1)
		return -1;
	return imap_value(b->out, h->value[field], h->n[field]);
}

/* " (name value ...)", or " NIL"; charset: one must be there. */
static int
add_params(struct structure *b, const char *p, const char *end, int charset)
{
	struct params all;
	struct param_text one;
	size_t begun = b->out->len;

	params_read(&all, p, end);
	while (params_next(&all, &one, &b->text)) {
		if (ascii_is(one.name, one.n - (size_t)one.encoded, "charset"))
			charset = 0;
		if (add(b, b->out->len == begun ? " (" : " ") == -1 ||
		    imap_string(b->out, one.name, one.n) == -1 ||
		    add(b, " ") == -1 || imap_string(b->out, b->text.len > 0 ?
		    b->text.s : "", b->text.len) == -1)
			return -1;
	}
	if (charset && add(b, b->out->len == begun ?
	    " (\"charset\" \"us-ascii\"" : " \"charset\" \"us-ascii\"") == -1)
		return -1;
	return add(b, b->out->len == begun ? " NIL" : ")");
}

/* " (type (params))" of Content-Disposition. */
static int
add_disposition(struct structure *b, const struct said *h)
{
	const char *p = h->value[DISPOSITION], *end;
	struct content_word w;

	if (p == NULL)
		return add(b, " NIL");
	end = p + h->n[DISPOSITION];
	if (!content_token(&p, end, &w))
		return add(b, " NIL");
	if (add_word(b, " (", &w) == -1 || add_params(b, p, end, 0) == -1)
		return -1;
	return add(b, ")");
}

/* " (language ...)". */
static int
add_language(const struct structure *b, const struct said *h)
{
	const char *p = h->value[LANGUAGE], *end;
	size_t begun = b->out->len;
	struct content_word w;

	if (p == NULL)
		return add(b, " NIL");
	end = p + h->n[LANGUAGE];
	while (p < end)
		if (!content_token(&p, end, &w))
			p += p < end;		/* a comma, or what it is */
		else if (add_word(b, b->out->len == begun ? " (" : " ",
		    &w) == -1)
			return -1;
	return add(b, b->out->len == begun ? " NIL" : ")");
}

/* What only BODYSTRUCTURE has, behind the first of it. */
static int
add_rest(struct structure *b, const struct said *h)
{
	if (add_disposition(b, h) == -1 || add_language(b, h) == -1)
		return -1;
	return add_field(b, h, LOCATION);
}

static int
add_encoding(const struct structure *b, const struct said *h)
{
	const char *p = h->value[ENCODING];
	struct content_word w;

	if (p == NULL || !content_token(&p, p + h->n[ENCODING], &w))
		return add(b, " \"7bit\"");
	return add_word(b, " ", &w);
}

/* "type" "subtype" (params): what the part passes for. */
static int
add_type(struct structure *b, const struct mime_part *p, const struct said *h)
{
	int text = h->type.n > 0 && ascii_is(h->type.s, h->type.n, "text");

	if (p->kind == MIME_MESSAGE && h->type.n == 0)
		return add(b, "(\"message\" \"rfc822\" NIL");
	if (p->kind == MIME_TEXT && !text)
		return add(b, "(\"text\" \"plain\" (\"charset\" \"us-ascii\")");
	if (p->kind == MIME_LEAF && (h->type.n == 0 ||
	    ascii_is(h->type.s, h->type.n, "multipart") ||
	    (ascii_is(h->type.s, h->type.n, "message") &&
	    ascii_is(h->sub.s, h->sub.n, "rfc822"))))
		return add(b, "(\"application\" \"octet-stream\" NIL");
	if (add_word(b, "(", &h->type) == -1 || add_word(b, " ", &h->sub) == -1)
		return -1;
	return add_params(b, h->params, h->params_end, text);
}

static int add_part(struct structure *b, uint32_t i);

static const char no_text[] =
    "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0";

/* A part that is not there. */
static int
add_nothing(struct structure *b)
{
	if (add(b, no_text) == -1)
		return -1;
	return add(b, b->all ? " NIL NIL NIL NIL)" : ")");
}

/* The envelope and the structure of the message in part i, and its lines. */
static int
add_message(struct structure *b, uint32_t i)
{
	const struct mime_part *p = b->m->part + i, *child = p + 1;
	int there = p->after > i + 1;

	if (add(b, " ") == -1 || envelope_add(b->out, there ?
	    b->s + child->header.at : "", there ?
	    (size_t)child->header.n : 0) == -1 || add(b, " ") == -1)
		return -1;
	return there ? add_part(b, i + 1) : add_nothing(b);
}

static int
add_leaf(struct structure *b, uint32_t i, const struct said *h)
{
	const struct mime_part *p = b->m->part + i;

	if (add_type(b, p, h) == -1 || add_field(b, h, ID) == -1 ||
	    add_field(b, h, DESCRIPTION) == -1 || add_encoding(b, h) == -1 ||
	    buf_addf(b->out, " %" PRIu64, p->body.wire) == -1)
		return -1;
	if (p->kind == MIME_MESSAGE && add_message(b, i) == -1)
		return -1;
	if (p->kind != MIME_LEAF &&
	    buf_addf(b->out, " %" PRIu64, p->body.lines) == -1)
		return -1;
	if (b->all && (add_field(b, h, MD5) == -1 || add_rest(b, h) == -1))
		return -1;
	return add(b, ")");
}

static int
add_multipart(struct structure *b, uint32_t i, const struct said *h)
{
	const struct mime_part *p = b->m->part + i;
	uint32_t k;

	if (add(b, "(") == -1)
		return -1;
	if (p->after == i + 1 && add_nothing(b) == -1)
		return -1;
	for (k = i + 1; k < p->after; k = b->m->part[k].after)
		if (add_part(b, k) == -1)
			return -1;
	if (add_word(b, " ", &h->sub) == -1)
		return -1;
	if (b->all && (add_params(b, h->params, h->params_end, 0) == -1 ||
	    add_rest(b, h) == -1))
		return -1;
	return add(b, ")");
}

/* Part i with those in it; MIME_DEPTH bounds the stack. */
static int
add_part(struct structure *b, uint32_t i)
{
	const struct mime_part *p = b->m->part + i;
	struct said h;

	read_header(b, p, &h);
	return p->kind == MIME_MULTIPART ? add_multipart(b, i, &h) :
	    add_leaf(b, i, &h);
}

int
bodystructure_add(struct buf *out, const struct mime *m, const char *s, int all)
{
	struct structure b = { .out = out, .text = BUF_MAX(BODY_VALUE), .m = m,
	    .s = s, .all = all };
	size_t was = out->len;
	int r = add_part(&b, 0);

	buf_free(&b.text);
	if (r == -1)
		out->len = was;
	return r;
}
