/* address - see address.h */
#include "text/address.h"

#include <string.h>

#include "base/ascii.h"

/* One place of the list, while it is read. */
struct place {
	const char	*p, *end;
	struct address_text *words;	/* all of it, as a name */
	struct address_text *spec;	/* all of it, as an address */
	struct address_text *comment;	/* the last one, or NULL: not wanted */
	size_t		 at;		/* where '@' stands in spec */
	int		 has_at;
	int		 blank;		/* one belongs before the next word */
	int		 glue;		/* '.' or '@' was last, or nothing */
	int		 phrase;	/* two words side by side: no address */
	int		 tokens, comments;
};

static void
put(struct address_text *t, char c)
{
	if (t->n < ADDRESS_TEXT && c != '\0')
		t->s[t->n++] = c;
}

static void
copy_text(struct address_text *to, const struct address_text *from)
{
	to->n = from->n;
	memcpy(to->s, from->s, from->n);
}

static void
put_blank(struct address_text *t)
{
	if (t->n > 0 && t->s[t->n - 1] != ' ')
		put(t, ' ');
}

/* An octet of a word, in both. */
static void
put_both(struct place *r, char c)
{
	if (ascii_blank(c))
		put_blank(r->words);
	else
		put(r->words, c);
	if (c != '\r' && c != '\n')
		put(r->spec, c);
}

/* A comment with those in it; the text of the last one is kept. */
static void
take_comment(struct place *r)
{
	size_t depth = 0;

	if (r->comment != NULL)
		r->comment->n = 0;
	r->comments = 1;
	for (; r->p < r->end; r->p++) {
		char c = *r->p;

		if (c == ')' && --depth == 0) {
			r->p++;
			break;
		}
		if (c == '\\' && r->p + 1 < r->end)
			c = *++r->p;
		else if (c == '(' && depth++ == 0)
			continue;
		if (r->comment != NULL && ascii_blank(c))
			put_blank(r->comment);
		else if (r->comment != NULL)
			put(r->comment, c);
	}
	r->blank = 1;
}

static void
begin_word(struct place *r)
{
	if (r->blank)
		put_blank(r->words);
	r->phrase |= !r->glue;
	r->tokens = 1;
	r->glue = r->blank = 0;
}

static void
take_quoted(struct place *r)
{
	begin_word(r);
	for (r->p++; r->p < r->end && *r->p != '"'; r->p++) {
		if (*r->p == '\\' && r->p + 1 < r->end)
			r->p++;
		put_both(r, *r->p);
	}
	if (r->p < r->end)
		r->p++;
}

static void
take_literal(struct place *r)
{
	begin_word(r);
	while (r->p < r->end && *r->p != ']')
		put_both(r, *r->p++);
	if (r->p < r->end)
		put_both(r, *r->p++);
}

static int
is_atom(char c)
{
	return !ascii_blank(c) && (c == '\0' ||
	    strchr("()<>[]:;@,.\"", c) == NULL);
}

static void
take_atom(struct place *r)
{
	begin_word(r);
	while (r->p < r->end && is_atom(*r->p))
		put_both(r, *r->p++);
}

/* '.', '@', or a mark that has no meaning there. */
static void
take_mark(struct place *r)
{
	if (r->blank)
		put_blank(r->words);
	if (*r->p == '@' && !r->has_at) {
		r->has_at = 1;
		r->at = r->spec->n;
	} else if (*r->p != '.')
		r->phrase = 1;
	put_both(r, *r->p++);
	r->tokens = r->glue = 1;
	r->blank = 0;
}

static void
take_token(struct place *r)
{
	if (ascii_blank(*r->p)) {
		r->p++;
		r->blank = 1;
	} else if (*r->p == '(')
		take_comment(r);
	else if (*r->p == '"')
		take_quoted(r);
	else if (*r->p == '[')
		take_literal(r);
	else if (is_atom(*r->p))
		take_atom(r);
	else
		take_mark(r);
}

/* The address in spec into its parts. */
static void
split(const struct place *r, struct address *a)
{
	const struct address_text *spec = r->spec;
	size_t at = r->has_at ? r->at : spec->n;

	a->mailbox.n = at;
	memcpy(a->mailbox.s, spec->s, at);
	a->host.n = 0;
	if (at < spec->n) {
		a->host.n = spec->n - at - 1;
		memcpy(a->host.s, spec->s + at + 1, a->host.n);
	}
}

/* "<address>" or "<@route:address>"; what stands behind it is passed over. */
static const char *
take_angle(const char *p, const char *end, struct address *a)
{
	struct address_text words, spec;
	struct place r = { .p = p + 1, .end = end, .words = &words,
	    .spec = &spec, .glue = 1 };

	words.n = spec.n = 0;
	while (r.p < end && *r.p != '>') {
		int route = *r.p == ':' && r.has_at && r.at == 0;

		if (route && a->route.n == 0)
			copy_text(&a->route, &spec);
		if (route || *r.p == '<') {	/* the address is still to come */
			r.has_at = 0;
			words.n = spec.n = 0;
			r.p++;
		} else
			take_token(&r);
	}
	split(&r, a);
	return r.p < end ? r.p + 1 : r.p;
}

/* Behind the place's end, or over what makes no sense behind an address. */
static void
pass_rest(struct place *r)
{
	struct address_text none[2];

	r->words = none;
	r->spec = none + 1;
	r->comment = NULL;
	while (r->p < r->end && *r->p != ',' && *r->p != ';') {
		none[0].n = none[1].n = 0;
		take_token(r);
	}
}

/* A place without '<': an address with a comment for a name, or a name alone. */
static void
bare(struct place *r, struct address *a)
{
	if (!r->phrase) {
		split(r, a);
		a->has_name = r->comments;
		return;
	}
	copy_text(&a->name, r->words);
	a->has_name = 1;
}

/* Read the place that begins at l->p. 1, or 0: nothing stands there. */
static int
read_place(struct address_list *l, struct address *a)
{
	struct address_text words, spec;
	struct place r = { .p = l->p, .end = l->end, .words = &words,
	    .spec = &spec, .comment = &a->name, .glue = 1 };

	words.n = spec.n = 0;
	while (r.p < l->end && *r.p != ',' && *r.p != ';' && *r.p != '<' &&
	    (*r.p != ':' || l->in_group))
		take_token(&r);
	if (r.p < l->end && *r.p == ':') {
		r.p++;
		a->kind = ADDRESS_GROUP;
		copy_text(&a->mailbox, &words);
		l->in_group = 1;
	} else if (r.p < l->end && *r.p == '<') {
		copy_text(&a->name, &words);
		a->has_name = r.tokens;
		r.p = take_angle(r.p, l->end, a);
		pass_rest(&r);
	} else if (r.tokens)
		bare(&r, a);
	else {
		l->p = r.p;
		return 0;
	}
	l->p = r.p;
	return 1;
}

static int
begin(struct address *a, enum address_kind kind)
{
	a->kind = kind;
	a->has_name = 0;
	a->name.n = a->route.n = a->mailbox.n = a->host.n = 0;
	return 1;
}

int
address_next(struct address_list *l, struct address *a)
{
	for (;;) {
		while (l->p < l->end && (ascii_blank(*l->p) || *l->p == ',' ||
		    (*l->p == ';' && !l->in_group)))
			l->p++;
		if (l->in_group && (l->p == l->end || *l->p == ';')) {
			l->p += l->p < l->end;
			l->in_group = 0;
			return begin(a, ADDRESS_GROUP_END);
		}
		if (l->p == l->end)
			return 0;
		begin(a, ADDRESS_MAILBOX);
		if (read_place(l, a))
			return 1;
	}
}
