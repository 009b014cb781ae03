/* dns-table - see dns-table.h */
#include "dns-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

#define CHAIN_MAX	16

enum { IS_RECORD, IS_CNAME, IS_LATER, IS_SECURE };

struct table_entry {
	const char	*name;		/* no NUL behind it */
	size_t		 name_n;
	int		 is;
	struct dns_record r;		/* its text: also where a CNAME leads */
};

static int
wrong(struct table_text *where, const char *why)
{
	where->wrong = why;
	return errno = EINVAL, -1;
}

/* Take the word that s begins with, and the blanks behind it. Its octets. */
static size_t
take_word(const char **s, size_t *n, const char **word)
{
	size_t len = 0;

	*word = *s;
	while (len < *n && (*s)[len] != ' ' && (*s)[len] != '\t')
		len++;
	*s += len;
	*n -= len;
	while (*n > 0 && (**s == ' ' || **s == '\t')) {
		(*s)++;
		(*n)--;
	}
	return len;
}

/* A name, "*", "*.name" or, for PTR, an address. */
static int
is_name(const struct table_entry *e)
{
	struct dns_question q;
	size_t star = e->name_n > 1 && memcmp(e->name, "*.", 2) == 0 ? 2 : 0;

	if (e->is == IS_RECORD && e->r.type == DNS_PTR)
		return dns_question_set(&q, DNS_PTR, e->name, e->name_n) == 0 &&
		    ascii_is(e->name, e->name_n, q.name);
	if (e->name_n == 1 && *e->name == '*')
		return 1;
	return dns_name(q.name, e->name + star, e->name_n - star) == 0 &&
	    strlen(q.name) + star == e->name_n;
}

/* The value of an entry whose name and word are there. NULL, or what is wrong. */
static const char *
set_value(struct table_entry *e, const char *word, size_t word_n,
    const char *value, size_t n)
{
	char name[DNS_NAME];
	int type = dns_type_of(word, word_n);

	e->is = ascii_is(word, word_n, "cname") ? IS_CNAME :
	    ascii_is(word, word_n, "later") ? IS_LATER :
	    ascii_is(word, word_n, "secure") ? IS_SECURE : IS_RECORD;
	e->r.text = value;
	e->r.n = n;
	if (e->is == IS_CNAME)
		return dns_name(name, value, n) == 0 ? NULL :
		    "cname needs a name";
	if (e->is != IS_RECORD)
		return n == 0 ? NULL : "nothing may follow this word";
	if (type == -1 || type == DNS_ADDR)
		return "the word behind the name is none of mx, a, aaaa, "
		    "cname, ptr, txt, tlsa, later, secure";
	if (dns_record_parse(&e->r, (enum dns_type)type, value, n) == -1)
		return "a number is missing or too high";
	return NULL;
}

/* The entry that a line is. 0, or -1 with where->wrong. */
static int
read_entry(struct table_entry *e, const char *line, size_t n,
    struct dns_answer *scratch, struct table_text *where)
{
	const char *word, *why;
	size_t word_n;

	e->name_n = take_word(&line, &n, &e->name);
	word_n = take_word(&line, &n, &word);
	why = set_value(e, word, word_n, line, n);
	if (why != NULL)
		return wrong(where, why);
	if (!is_name(e))
		return wrong(where, "the line does not begin with a name, or "
		    "with an address in its usual form");
	dns_answer_begin(scratch, DNS_OK);
	if (e->is == IS_RECORD && dns_answer_add(scratch, &e->r) == -1)
		return wrong(where, "this value is none of its type");
	return 0;
}

/* Where the line's name ends and all else begins, small letters are not wanted. */
static void
lower_names(struct buf *text)
{
	int in_name = 1;
	size_t i;

	for (i = 0; i < text->len; i++) {
		char *c = text->s + i;

		if (*c == '\n')
			in_name = 1;
		else if (*c == ' ' || *c == '\t')
			in_name = 0;
		else if (in_name)
			*c = ascii_lower(*c);
	}
}

/* By name; in the order of the text where that is the same. */
static int
by_name(const void *a, const void *b)
{
	const struct table_entry *x = a, *y = b;
	size_t n = x->name_n < y->name_n ? x->name_n : y->name_n;
	int r = memcmp(x->name, y->name, n);

	if (r == 0 && x->name_n != y->name_n)
		r = x->name_n < y->name_n ? -1 : 1;
	if (r == 0)
		r = x->name < y->name ? -1 : 1;
	return r;
}

static int
add_entry(struct dns_table *t, const struct table_entry *e)
{
	if ((t->n & (t->n - 1)) == 0) {		/* 0, or a power of two: full */
		size_t cap = t->n > 0 ? 2 * t->n : 1;
		void *p = realloc(t->entry, cap * sizeof(*t->entry));

		if (p == NULL)
			return -1;
		t->entry = p;
	}
	t->entry[t->n++] = *e;
	return 0;
}

int
dns_table_parse(struct dns_table *t, struct buf *text, struct table_text *where)
{
	static struct dns_answer scratch;
	struct table_entry e;
	const char *line;
	size_t n;

	t->text = *text;
	memset(text, 0, sizeof(*text));
	lower_names(&t->text);
	memset(where, 0, sizeof(*where));
	if (t->text.len == 0)
		return 0;
	where->p = t->text.s;
	where->end = t->text.s + t->text.len;
	while (table_line(where, &line, &n))
		if (read_entry(&e, line, n, &scratch, where) == -1 ||
		    add_entry(t, &e) == -1)
			return -1;
	if (t->n > 0)
		qsort(t->entry, t->n, sizeof(*t->entry), by_name);
	return 0;
}

void
dns_table_free(struct dns_table *t)
{
	free(t->entry);
	buf_free(&t->text);
	memset(t, 0, sizeof(*t));
}

static int
compare(const struct table_entry *e, const char *name, size_t n)
{
	int r = memcmp(e->name, name, e->name_n < n ? e->name_n : n);

	return r != 0 ? r : e->name_n < n ? -1 : e->name_n > n;
}

/* The first entry of just this name; *count gets how many there are. */
static const struct table_entry *
entries_of(const struct dns_table *t, const char *name, size_t n,
    size_t *count)
{
	size_t low = 0, high = t->n, mid, i;

	*count = 0;
	if (t->n == 0)
		return NULL;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (compare(t->entry + mid, name, n) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (i = low; i < t->n && compare(t->entry + i, name, n) == 0; i++)
		;
	*count = i - low;
	return t->entry + low;
}

/* The entries that speak for a name: its own, or those of a '*' above it. */
static const struct table_entry *
find(const struct dns_table *t, const char *name, size_t *count)
{
	const struct table_entry *e;
	char star[DNS_NAME + 2] = "*";
	const char *dot;

	e = entries_of(t, name, strlen(name), count);
	for (dot = strchr(name, '.'); *count == 0 && dot != NULL;
	    dot = strchr(dot + 1, '.')) {
		memcpy(star + 1, dot, strlen(dot) + 1);
		e = entries_of(t, star, strlen(star), count);
	}
	return *count > 0 ? e : entries_of(t, "*", 1, count);
}

/* Add what the entries of one name say about the type. Where its CNAME leads, or
 * NULL for none. */
static const struct table_entry *
take_name(const struct table_entry *e, size_t count, enum dns_type type,
    struct dns_answer *a, int *secure)
{
	const struct table_entry *cname = NULL;
	int is_secure = 0;

	for (; count > 0; e++, count--) {
		if (e->is == IS_LATER)
			a->status = DNS_LATER;
		else if (e->is == IS_SECURE)
			is_secure = 1;
		else if (e->is == IS_CNAME)
			cname = e;
		else if (e->r.type == type)
			(void)dns_answer_add(a, &e->r);	/* full: enough */
	}
	*secure = *secure && is_secure;
	return cname;
}

void
dns_table_answer(const struct dns_table *t, const struct dns_question *q,
    struct dns_answer *a)
{
	const struct table_entry *e;
	char name[DNS_NAME];
	int secure = 1, links = 0;
	size_t count;

	dns_answer_begin(a, DNS_NONE);
	memcpy(name, q->name, sizeof(name));
	for (;;) {
		e = find(t, name, &count);
		if (count == 0)
			a->status = DNS_NODOMAIN;
		e = take_name(e, count, q->type, a, &secure);
		if (e == NULL || a->n > 0 || a->status == DNS_LATER)
			break;
		if (++links > CHAIN_MAX || dns_name(name, e->r.text, e->r.n)
		    == -1)
			a->status = DNS_LATER;
		if (a->status == DNS_LATER)
			break;
		memcpy(a->cname, name, sizeof(name));
	}
	if (a->status == DNS_LATER) {
		dns_answer_begin(a, DNS_LATER);
		return;
	}
	if (a->n > 0)
		a->status = DNS_OK;
	a->secure = secure;
	a->ttl = DNS_TABLE_TTL;
}
