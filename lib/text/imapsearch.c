/* imapsearch - see imapsearch.h */
#include "text/imapsearch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>


#define LENGTH(a)	(sizeof(a) / sizeof(*(a)))

/* What follows a key. */
enum wants {
	NOTHING,
	ONE_KEY,
	TWO_KEYS,
	A_FLAG,
	A_STRING,
	A_NAME,			/* of a field, and a string */
	A_DATE,
	A_NUMBER,
	A_SET,
	A_MODSEQ,
	AN_ID
};

static const struct word {
	const char	*name;
	enum search_op	 op;
	enum wants	 wants;
	int		 not;		/* it is NOT of that */
	const char	*text;		/* a flag, or a field's name */
} words[] = {
	{ "ALL", SEARCH_AND, NOTHING, 0, NULL },
	{ "ANSWERED", SEARCH_FLAG, NOTHING, 0, "\\Answered" },
	{ "BCC", SEARCH_HEADER, A_STRING, 0, "Bcc" },
	{ "BEFORE", SEARCH_BEFORE, A_DATE, 0, NULL },
	{ "BODY", SEARCH_BODY, A_STRING, 0, NULL },
	{ "CC", SEARCH_HEADER, A_STRING, 0, "Cc" },
	{ "DELETED", SEARCH_FLAG, NOTHING, 0, "\\Deleted" },
	{ "DRAFT", SEARCH_FLAG, NOTHING, 0, "\\Draft" },
	{ "EMAILID", SEARCH_EMAILID, AN_ID, 0, NULL },
	{ "FLAGGED", SEARCH_FLAG, NOTHING, 0, "\\Flagged" },
	{ "FROM", SEARCH_HEADER, A_STRING, 0, "From" },
	{ "FUZZY", SEARCH_FUZZY, ONE_KEY, 0, NULL },
	{ "HEADER", SEARCH_HEADER, A_NAME, 0, NULL },
	{ "KEYWORD", SEARCH_FLAG, A_FLAG, 0, NULL },
	{ "LARGER", SEARCH_LARGER, A_NUMBER, 0, NULL },
	{ "MODSEQ", SEARCH_MODSEQ, A_MODSEQ, 0, NULL },
	{ "NOT", SEARCH_NOT, ONE_KEY, 0, NULL },
	{ "OLD", SEARCH_RECENT, NOTHING, 1, NULL },
	{ "OLDER", SEARCH_OLDER, A_NUMBER, 0, NULL },
	{ "ON", SEARCH_ON, A_DATE, 0, NULL },
	{ "OR", SEARCH_OR, TWO_KEYS, 0, NULL },
	{ "RECENT", SEARCH_RECENT, NOTHING, 0, NULL },
	{ "SAVEDATESUPPORTED", SEARCH_SAVEDATESUPPORTED, NOTHING, 0, NULL },
	{ "SAVEDBEFORE", SEARCH_SAVEDBEFORE, A_DATE, 0, NULL },
	{ "SAVEDON", SEARCH_SAVEDON, A_DATE, 0, NULL },
	{ "SAVEDSINCE", SEARCH_SAVEDSINCE, A_DATE, 0, NULL },
	{ "SEEN", SEARCH_FLAG, NOTHING, 0, "\\Seen" },
	{ "SENTBEFORE", SEARCH_SENTBEFORE, A_DATE, 0, NULL },
	{ "SENTON", SEARCH_SENTON, A_DATE, 0, NULL },
	{ "SENTSINCE", SEARCH_SENTSINCE, A_DATE, 0, NULL },
	{ "SINCE", SEARCH_SINCE, A_DATE, 0, NULL },
	{ "SMALLER", SEARCH_SMALLER, A_NUMBER, 0, NULL },
	{ "SUBJECT", SEARCH_HEADER, A_STRING, 0, "Subject" },
	{ "TEXT", SEARCH_TEXT, A_STRING, 0, NULL },
	{ "THREADID", SEARCH_THREADID, AN_ID, 0, NULL },
	{ "TO", SEARCH_HEADER, A_STRING, 0, "To" },
	{ "UID", SEARCH_UID, A_SET, 0, NULL },
	{ "UNANSWERED", SEARCH_FLAG, NOTHING, 1, "\\Answered" },
	{ "UNDELETED", SEARCH_FLAG, NOTHING, 1, "\\Deleted" },
	{ "UNDRAFT", SEARCH_FLAG, NOTHING, 1, "\\Draft" },
	{ "UNFLAGGED", SEARCH_FLAG, NOTHING, 1, "\\Flagged" },
	{ "UNKEYWORD", SEARCH_FLAG, A_FLAG, 1, NULL },
	{ "UNSEEN", SEARCH_FLAG, NOTHING, 1, "\\Seen" },
	{ "YOUNGER", SEARCH_YOUNGER, A_NUMBER, 0, NULL },
};

static int
wrong(void)
{
	return errno = EINVAL, -1;
}

static int
make_room(struct search *s)
{
	uint32_t room = s->room > 0 ? s->room * 2 : 16;
	struct search_key *key;

	if (s->n == SEARCH_KEYS)
		return errno = EMSGSIZE, -1;
	if (s->n < s->room)
		return 0;
	key = realloc(s->key, room * sizeof(*key));
	if (key == NULL)
		return -1;
	s->key = key;
	s->room = room;
	return 0;
}

/* A new key; NULL with errno. It may move when the next one comes. */
static struct search_key *
add_key(struct search *s, enum search_op op)
{
	struct search_key *k;

	if (make_room(s) == -1)
		return NULL;
	k = s->key + s->n++;
	*k = (struct search_key){ .op = op, .after = s->n };
	return k;
}

static struct imap_text
constant(const char *text)
{
	return (struct imap_text){ text, strlen(text) };
}

static int
read_set(struct search_key *k, struct imap_in *in)
{
	const char *p = in->p;

	if (seqset_parse(&k->set, &p, in->end) == -1)
		return -1;
	in->p += p - in->p;
	return 0;
}

static int
blank(struct imap_in *in)
{
	return imap_char(in, ' ');
}

/* "MODSEQ 5", or "MODSEQ "/flags/\\Seen" all 5", of which we take no notice: we keep
 * one for all flags (RFC 7162 3.1.5). */
static int
read_modseq(struct search_key *k, struct imap_in *in)
{
	struct imap_text t;

	if (imap_str(in, &t) == 0 && (blank(in) == -1 ||
	    imap_atom(in, &t) == -1 || blank(in) == -1))
		return wrong();
	return imap_number64(in, &k->number);
}

/* "(" id ")", as RFC 8474 has it, or the bare id. */
static int
read_id(struct search_key *k, struct imap_in *in)
{
	int list = imap_char(in, '(') == 0;

	if (imap_atom(in, &k->text) == -1)
		return -1;
	return list ? imap_char(in, ')') : 0;
}

/* What stands behind the word, but for keys. */
static int
read_argument(struct search_key *k, enum wants wants, struct imap_in *in)
{
	switch (wants) {
	case A_FLAG:
		return imap_flag(in, &k->text);
	case A_NAME:
		if (imap_astring(in, &k->name) == -1 || blank(in) == -1)
			return -1;
		return imap_astring(in, &k->text);
	case A_STRING:
		return imap_astring(in, &k->text);
	case A_DATE:
		return imap_date(in, &k->day);
	case A_NUMBER:
		return imap_number64(in, &k->number);
	case A_SET:
		return read_set(k, in);
	case A_MODSEQ:
		return read_modseq(k, in);
	case AN_ID:
		return read_id(k, in);
	default:
		return 0;
	}
}

static int read_key(struct search *s, struct imap_in *in, unsigned depth);

/* Keys with blanks between, up to what is none. */
static int
read_keys(struct search *s, struct imap_in *in, unsigned depth)
{
	uint32_t i = s->n;

	if (add_key(s, SEARCH_AND) == NULL)
		return -1;
	do {
		if (read_key(s, in, depth + 1) == -1)
			return -1;
	} while (blank(in) == 0);
	s->key[i].after = s->n;
	return 0;
}

/* The keys that an operator is of. */
static int
read_operands(struct search *s, uint32_t i, enum wants wants,
    struct imap_in *in, unsigned depth)
{
	int left = wants == TWO_KEYS ? 2 : 1;

	for (; left > 0; left--)
		if ((left == 1 && wants == TWO_KEYS && blank(in) == -1) ||
		    read_key(s, in, depth + 1) == -1)
			return -1;
	s->key[i].after = s->n;
	return 0;
}

/* A key that a word begins, or NOT of it. */
static int
read_word(struct search *s, const struct word *w, struct imap_in *in,
    unsigned depth)
{
	uint32_t i = s->n;
	struct search_key *k;

	if (w->not && add_key(s, SEARCH_NOT) == NULL)
		return -1;
	k = add_key(s, w->op);
	if (k == NULL)
		return -1;
	s->key[i].after = s->n;
	if (w->text != NULL)
		*(w->op == SEARCH_HEADER ? &k->name : &k->text) =
		    constant(w->text);
	if (w->wants == NOTHING)
		return 0;
	if (blank(in) == -1)
		return -1;
	if (w->wants == ONE_KEY || w->wants == TWO_KEYS)
		return read_operands(s, i, w->wants, in, depth);
	return read_argument(k, w->wants, in);
}

/* NEW: RECENT UNSEEN */
static int
add_new(struct search *s)
{
	uint32_t i = s->n;
	struct search_key *k;

	if (add_key(s, SEARCH_AND) == NULL ||
	    add_key(s, SEARCH_RECENT) == NULL ||
	    add_key(s, SEARCH_NOT) == NULL ||
	    (k = add_key(s, SEARCH_FLAG)) == NULL)
		return -1;
	k->text = constant("\\Seen");
	s->key[i].after = s->key[i + 2].after = s->n;
	return 0;
}

static int
read_list(struct search *s, struct imap_in *in, unsigned depth)
{
	if (imap_char(in, '(') == -1 || read_keys(s, in, depth) == -1)
		return -1;
	return imap_char(in, ')');
}

static int
is_set(const struct imap_in *in)
{
	return in->p < in->end && ((*in->p >= '0' && *in->p <= '9') ||
	    *in->p == '*' || *in->p == '$');
}

/* One key with all that it is of; SEARCH_DEPTH bounds the stack. */
static int
read_key(struct search *s, struct imap_in *in, unsigned depth)
{
	struct search_key *k;
	struct imap_text t;
	size_t i;

	if (depth > SEARCH_DEPTH)
		return errno = EMSGSIZE, -1;
	if (in->p < in->end && *in->p == '(')
		return read_list(s, in, depth);
	if (is_set(in)) {
		k = add_key(s, SEARCH_SET);
		return k == NULL ? -1 : read_set(k, in);
	}
	if (imap_atom(in, &t) == -1)
		return -1;
	if (imap_is(&t, "NEW"))
		return add_new(s);
	for (i = 0; i < LENGTH(words); i++)
		if (imap_is(&t, words[i].name))
			return read_word(s, words + i, in, depth);
	return wrong();
}

int
search_parse(struct search *s, struct imap_in *in)
{
	int e;

	if (read_keys(s, in, 0) == 0 && imap_end(in) == 0)
		return 0;
	e = errno;
	search_free(s);
	return errno = e, -1;
}

void
search_free(struct search *s)
{
	uint32_t i;

	for (i = 0; i < s->n; i++)
		seqset_free(&s->key[i].set);
	free(s->key);
	*s = (struct search){ .n = 0 };
}

/* The word and a blank, if they stand there: 1, else 0. */
static int
begins(struct imap_in *in, const char *word)
{
	char *was = in->p;
	struct imap_text t;

	if (imap_atom(in, &t) == 0 && imap_is(&t, word) && blank(in) == 0)
		return 1;
	in->p = was;
	return 0;
}

int
search_return(struct imap_in *in, unsigned *bits)
{
	static const char *const options[] = { "MIN", "MAX", "ALL", "COUNT",
	    "SAVE" };
	struct imap_text t;
	size_t i;

	*bits = 0;
	if (!begins(in, "RETURN"))
		return 0;
	*bits = SEARCH_RETURN;
	if (imap_char(in, '(') == -1)
		return -1;
	if (imap_char(in, ')') == 0) {
		*bits |= SEARCH_RETURN_ALL;
		return blank(in);
	}
	do {
		if (imap_atom(in, &t) == -1)
			return -1;
		for (i = 0; i < LENGTH(options) && !imap_is(&t, options[i]); i++)
			;
		if (i == LENGTH(options))
			return wrong();
		*bits |= (unsigned)SEARCH_RETURN_MIN << i;
	} while (blank(in) == 0);
	return imap_char(in, ')') == -1 ? -1 : blank(in);
}

int
search_charset(struct imap_in *in, struct imap_text *charset)
{
	charset->s = NULL;
	charset->n = 0;
	if (!begins(in, "CHARSET"))
		return 0;
	return imap_astring(in, charset) == -1 ? -1 : blank(in);
}

int
sort_parse(struct sort *s, struct imap_in *in)
{
	static const char *const names[] = { "ARRIVAL", "CC", "DATE",
	    "DISPLAYFROM", "DISPLAYTO", "FROM", "SIZE", "SUBJECT", "TO" };
	struct imap_text t;
	size_t i;

	s->n = 0;
	if (imap_char(in, '(') == -1)
		return -1;
	do {
		if (s->n == SORT_KEYS)
			return errno = EMSGSIZE, -1;
		s->key[s->n].reverse = begins(in, "REVERSE");
		if (imap_atom(in, &t) == -1)
			return -1;
		for (i = 0; i < LENGTH(names) && !imap_is(&t, names[i]); i++)
			;
		if (i == LENGTH(names))
			return wrong();
		s->key[s->n++].by = (enum sort_by)i;
	} while (blank(in) == 0);
	return imap_char(in, ')');
}
