/* envelope - see envelope.h */
#include "text/envelope.h"

#include <string.h>

#include "base/ascii.h"
#include "text/address.h"
#include "text/fields.h"
#include "text/imapstring.h"

#define SAME	4	/* fields of one name that are joined */

/* In ENVELOPE's order. */
enum { DATE, SUBJECT, FROM, SENDER, REPLY_TO, TO, CC, BCC, IN_REPLY_TO,
    MESSAGE_ID, FIELDS };

static const struct {
	const char	*name;
	size_t		 same;		/* how many count */
} known[FIELDS] = {
	[DATE] = { "date", 1 },
	[SUBJECT] = { "subject", 1 },
	[FROM] = { "from", SAME },
	[SENDER] = { "sender", SAME },
	[REPLY_TO] = { "reply-to", SAME },
	[TO] = { "to", SAME },
	[CC] = { "cc", SAME },
	[BCC] = { "bcc", SAME },
	[IN_REPLY_TO] = { "in-reply-to", 1 },
	[MESSAGE_ID] = { "message-id", 1 },
};

struct found {
	size_t		 count;
	struct {
		const char *s;
		size_t	 n;
	}		 at[SAME];
};

struct envelope {
	struct found	found[FIELDS];
	size_t		left;		/* octets of addresses to read */
};

static void
find_fields(struct envelope *e, const char *p, size_t n)
{
	const char *end = p + n;
	struct header_field f;
	size_t i;

	while (fields_next(&p, end, &f)) {
		struct found *v;

		for (i = 0; i < FIELDS; i++)
			if (ascii_is(f.name, f.name_n, known[i].name))
				break;
		if (i == FIELDS)
			continue;
		v = e->found + i;
		if (v->count == known[i].same)
			continue;
		v->at[v->count].s = f.value;
		v->at[v->count++].n = f.n;
	}
}

/* A part of an address behind its blank; NIL if it is not there. */
static int
add_part(struct buf *b, const char *before, const struct address_text *t,
    int there)
{
	if (buf_adds(b, before) == -1)
		return -1;
	return imap_string(b, there ? t->s : NULL, t->n);
}

/* "(name route mailbox host)". */
static int
add_address(struct buf *b, const struct address *a)
{
	if (add_part(b, "(", &a->name, a->has_name) == -1 ||
	    add_part(b, " ", &a->route, a->route.n > 0) == -1 ||
	    add_part(b, " ", &a->mailbox, a->kind != ADDRESS_GROUP_END) == -1 ||
	    add_part(b, " ", &a->host, a->kind == ADDRESS_MAILBOX) == -1)
		return -1;
	return buf_add(b, ")", 1);
}

/* "((address)(address))", or NIL if there is none. */
static int
add_list(struct envelope *e, struct buf *b, const struct found *v)
{
	size_t begun = b->len, i;
	struct address a;

	for (i = 0; i < v->count; i++) {
		size_t n = v->at[i].n < e->left ? v->at[i].n : e->left;
		struct address_list l = { .p = v->at[i].s,
		    .end = v->at[i].s + n };

		e->left -= n;
		while (address_next(&l, &a))
			if ((b->len == begun && buf_add(b, "(", 1) == -1) ||
			    add_address(b, &a) == -1)
				return -1;
	}
	return b->len == begun ? buf_add(b, "NIL", 3) : buf_add(b, ")", 1);
}

/* Sender and Reply-To are From where they are missing or have nobody. */
static int
add_from(struct envelope *e, struct buf *b, size_t field, size_t from, size_t n)
{
	size_t begun = b->len;

	if (e->found[field].count > 0 && add_list(e, b, e->found + field) == -1)
		return -1;
	if (b->len > begun + 3)
		return 0;
	b->len = begun;
	if (buf_room(b, n) == -1)
		return -1;
	return buf_add(b, b->s + from, n);
}

static int
add_value(struct buf *b, const struct found *v)
{
	if (v->count == 0)
		return buf_add(b, "NIL", 3);
	return imap_value(b, v->at[0].s, v->at[0].n);
}

static int
add_all(struct envelope *e, struct buf *b)
{
	size_t i, from = 0, from_n = 0;
	int r;

	for (i = 0; i < FIELDS; i++) {
		if (buf_add(b, i == 0 ? "(" : " ", 1) == -1)
			return -1;
		if (i == SENDER || i == REPLY_TO)
			r = add_from(e, b, i, from, from_n);
		else if (known[i].same == 1)
			r = add_value(b, e->found + i);
		else {
			size_t begun = b->len;

			r = add_list(e, b, e->found + i);
			if (i == FROM) {
				from = begun;
				from_n = b->len - begun;
			}
		}
		if (r == -1)
			return -1;
	}
	return buf_add(b, ")", 1);
}

int
envelope_add(struct buf *b, const char *header, size_t n)
{
	struct envelope e = { .left = ENVELOPE_ADDRESSES };
	size_t was = b->len;

	find_fields(&e, header, n);
	if (add_all(&e, b) == 0)
		return 0;
	b->len = was;
	return -1;
}
