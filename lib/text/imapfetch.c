/* imapfetch - see imapfetch.h */
#include "text/imapfetch.h"

#include <errno.h>
#include <inttypes.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/imapstring.h"

#define LENGTH(a)	(sizeof(a) / sizeof(*(a)))

static const struct {
	const char	*name;
	unsigned	 items;
} words[] = {
	{ "ALL", FETCH_FLAGS | FETCH_INTERNALDATE | FETCH_SIZE |
	    FETCH_ENVELOPE },
	{ "FAST", FETCH_FLAGS | FETCH_INTERNALDATE | FETCH_SIZE },
	{ "FULL", FETCH_FLAGS | FETCH_INTERNALDATE | FETCH_SIZE |
	    FETCH_ENVELOPE | FETCH_BODY },
#define MACROS	3			/* they stand alone */
	{ "BODYSTRUCTURE", FETCH_BODYSTRUCTURE },
	{ "EMAILID", FETCH_EMAILID },
	{ "ENVELOPE", FETCH_ENVELOPE },
	{ "FLAGS", FETCH_FLAGS },
	{ "INTERNALDATE", FETCH_INTERNALDATE },
	{ "MODSEQ", FETCH_MODSEQ },
	{ "PREVIEW", FETCH_PREVIEW },
	{ "RFC822.SIZE", FETCH_SIZE },
	{ "SAVEDATE", FETCH_SAVEDATE },
	{ "THREADID", FETCH_THREADID },
	{ "UID", FETCH_UID },
};

/* What has octets of the message. */
static const struct {
	const char	*name;
	enum fetch_how	 how;
	enum fetch_what	 what;
	int		 seen;
	int		 section;	/* "[...]" follows */
} bodies[] = {
	{ "BODY", FETCH_SECTION, FETCH_ALL_OF_IT, 1, 1 },
	{ "BODY.PEEK", FETCH_SECTION, FETCH_ALL_OF_IT, 0, 1 },
	{ "BINARY", FETCH_BINARY, FETCH_ALL_OF_IT, 1, 1 },
	{ "BINARY.PEEK", FETCH_BINARY, FETCH_ALL_OF_IT, 0, 1 },
	{ "BINARY.SIZE", FETCH_BINARY_SIZE, FETCH_ALL_OF_IT, 0, 1 },
	{ "RFC822", FETCH_RFC822, FETCH_ALL_OF_IT, 1, 0 },
	{ "RFC822.PEEK", FETCH_RFC822, FETCH_ALL_OF_IT, 0, 0 },
	{ "RFC822.HEADER", FETCH_RFC822_HEADER, FETCH_HEADER, 0, 0 },
	{ "RFC822.TEXT", FETCH_RFC822_TEXT, FETCH_TEXT, 1, 0 },
	{ "RFC822.TEXT.PEEK", FETCH_RFC822_TEXT, FETCH_TEXT, 0, 0 },
};

static const struct {
	const char	*name;
	enum fetch_what	 what;
} sections[] = {
	{ "HEADER", FETCH_HEADER },
	{ "HEADER.FIELDS", FETCH_FIELDS },
	{ "HEADER.FIELDS.NOT", FETCH_FIELDS_NOT },
	{ "MIME", FETCH_MIME },
	{ "TEXT", FETCH_TEXT },
};

static int
wrong(void)
{
	return errno = EINVAL, -1;
}

/* A word up to '[', ' ' and the like. */
static int
word(struct imap_in *in, struct imap_text *t)
{
	t->s = in->p;
	while (in->p < in->end && (ascii_lower(*in->p) != *in->p ||
	    (*in->p >= 'a' && *in->p <= 'z') || *in->p == '.' ||
	    (*in->p >= '0' && *in->p <= '9')))
		in->p++;
	t->n = (size_t)(in->p - t->s);
	return t->n > 0 ? 0 : wrong();
}

/* " (name name)" */
static int
field_names(struct fetch *f, struct fetch_body *b, struct imap_in *in)
{
	struct imap_text t;

	if (imap_char(in, ' ') == -1 || imap_char(in, '(') == -1)
		return -1;
	b->name = f->names;
	do {
		if (imap_astring(in, &t) == -1)
			return -1;
		if (f->names == FETCH_NAMES)
			return errno = EMSGSIZE, -1;
		f->name[f->names++] = t;
	} while (imap_char(in, ' ') == 0);
	b->names = f->names - b->name;
	return imap_char(in, ')');
}

/* "1.2." before a word, or "1.2": 1, a word follows; 0; -1. */
static int
part_numbers(struct fetch_body *b, struct imap_in *in)
{
	uint32_t v;

	while (in->p < in->end && *in->p >= '0' && *in->p <= '9') {
		if (imap_number(in, &v) == -1 || v == 0)
			return wrong();
		if (b->numbers == LENGTH(b->part))
			return errno = EMSGSIZE, -1;
		b->part[b->numbers++] = v;
		if (imap_char(in, '.') == -1)
			return 0;
	}
	return 1;
}

/* "HEADER.FIELDS (...)" and so on. */
static int
section_word(struct fetch *f, struct fetch_body *b, struct imap_in *in)
{
	struct imap_text t;
	size_t i;

	if (word(in, &t) == -1)
		return -1;
	for (i = 0; i < LENGTH(sections) && !imap_is(&t, sections[i].name); i++)
		;
	if (i == LENGTH(sections))
		return wrong();
	b->what = sections[i].what;
	if (b->what == FETCH_FIELDS || b->what == FETCH_FIELDS_NOT)
		return field_names(f, b, in);
	return b->what == FETCH_MIME && b->numbers == 0 ? wrong() : 0;
}

/* "<from.count>", which need not be there. */
static int
partial(struct fetch_body *b, struct imap_in *in)
{
	if (imap_char(in, '<') == -1)
		return 0;
	b->partial = 1;
	if (b->how == FETCH_BINARY_SIZE || imap_number64(in, &b->from) == -1 ||
	    imap_char(in, '.') == -1 || imap_number64(in, &b->count) == -1)
		return wrong();
	return imap_char(in, '>');
}

/* "[section]<partial>" */
static int
section(struct fetch *f, struct fetch_body *b, struct imap_in *in)
{
	int more;

	if (imap_char(in, '[') == -1)
		return -1;
	if (imap_char(in, ']') == 0)
		return partial(b, in);
	more = part_numbers(b, in);
	if (more == -1)
		return -1;
	if (more && (b->how != FETCH_SECTION || section_word(f, b, in) == -1))
		return errno == EMSGSIZE ? -1 : wrong();
	if (imap_char(in, ']') == -1)
		return -1;
	return partial(b, in);
}

static int
add_body(struct fetch *f, size_t which, struct imap_in *in)
{
	struct fetch_body *b = f->body + f->bodies;

	if (f->bodies == FETCH_BODIES)
		return errno = EMSGSIZE, -1;
	b->how = bodies[which].how;
	b->what = bodies[which].what;
	b->seen = bodies[which].seen;
	b->partial = 0;
	b->from = b->count = 0;
	b->numbers = b->name = b->names = 0;
	f->bodies++;
	return bodies[which].section ? section(f, b, in) : 0;
}

/* PREVIEW may have " (LAZY)" behind it. */
static int
preview(struct fetch *f, struct imap_in *in)
{
	struct imap_text t;

	if (in->end - in->p < 2 || in->p[0] != ' ' || in->p[1] != '(')
		return 0;
	in->p += 2;
	if (word(in, &t) == -1 || !imap_is(&t, "LAZY"))
		return wrong();
	f->items |= FETCH_PREVIEW_LAZY;
	return imap_char(in, ')');
}

/* One item; in a list no macro. */
static int
item(struct fetch *f, struct imap_in *in, int in_list)
{
	struct imap_text t;
	size_t i;

	errno = 0;
	if (word(in, &t) == -1)
		return -1;
	if (imap_is(&t, "BODY") && (in->p == in->end || *in->p != '[')) {
		f->items |= FETCH_BODY;
		return 0;
	}
	for (i = in_list ? MACROS : 0; i < LENGTH(words); i++)
		if (imap_is(&t, words[i].name)) {
			f->items |= words[i].items;
			return words[i].items == FETCH_PREVIEW ?
			    preview(f, in) : 0;
		}
	for (i = 0; i < LENGTH(bodies); i++)
		if (imap_is(&t, bodies[i].name))
			return add_body(f, i, in);
	return wrong();
}

int
fetch_parse(struct fetch *f, struct imap_in *in)
{
	f->items = 0;
	f->bodies = f->names = 0;
	if (imap_char(in, '(') == -1)
		return item(f, in, 0);
	do {
		if (item(f, in, 1) == -1)
			return -1;
	} while (imap_char(in, ' ') == 0);
	return imap_char(in, ')');
}

static const char *
how_name(enum fetch_how how)
{
	switch (how) {
	case FETCH_BINARY:
		return "BINARY";
	case FETCH_BINARY_SIZE:
		return "BINARY.SIZE";
	case FETCH_RFC822:
		return "RFC822";
	case FETCH_RFC822_HEADER:
		return "RFC822.HEADER";
	case FETCH_RFC822_TEXT:
		return "RFC822.TEXT";
	default:
		return "BODY";
	}
}

/* "1.2.HEADER.FIELDS (a b)" */
static int
add_section(const struct fetch *f, const struct fetch_body *body, struct buf *b)
{
	size_t i;

	for (i = 0; i < body->numbers; i++)
		if (buf_addf(b, "%s%u", i > 0 ? "." : "",
		    (unsigned)body->part[i]) == -1)
			return -1;
	for (i = 0; i < LENGTH(sections); i++)
		if (sections[i].what == body->what && buf_addf(b, "%s%s",
		    body->numbers > 0 ? "." : "", sections[i].name) == -1)
			return -1;
	for (i = 0; i < body->names; i++) {
		const struct imap_text *t = f->name + body->name + i;

		if (buf_adds(b, i > 0 ? " " : " (") == -1 ||
		    imap_word(b, t->s, t->n) == -1)
			return -1;
	}
	return body->names > 0 ? buf_adds(b, ")") : 0;
}

int
fetch_name(const struct fetch *f, const struct fetch_body *body, struct buf *b)
{
	int plain = body->how >= FETCH_RFC822;
	size_t was = b->len;

	if (buf_adds(b, how_name(body->how)) == 0 &&
	    (plain || (buf_adds(b, "[") == 0 && add_section(f, body, b) == 0 &&
	    buf_adds(b, "]") == 0)) && (!body->partial ||
	    buf_addf(b, "<%" PRIu64 ">", body->from) == 0))
		return 0;
	b->len = was;
	return -1;
}

int
fetch_has_field(const struct fetch *f, const struct fetch_body *body,
    const char *name, size_t n)
{
	int listed = 0;
	size_t i;

	for (i = 0; i < body->names && !listed; i++) {
		const struct imap_text *t = f->name + body->name + i;

		listed = t->n == n && strncasecmp(t->s, name, n) == 0;
	}
	return listed == (body->what == FETCH_FIELDS);
}
