/* fuzz-imapfetch - what FETCH asks for; the name of a section in the answer, asked
 * for, gives that name again. */
#include "fuzz.h"

#include "text/imapfetch.h"

static void
ask_again(const struct fetch *f, const struct fetch_body *body)
{
	struct buf b = BUF_MAX(1 << 20), c = BUF_MAX(1 << 20);
	struct fetch g;
	struct imap_in in;
	char *cut;

	MUST(fetch_name(f, body, &b) == 0);
	MUST(buf_0(&b) == 0);
	if (body->partial) {		/* "<5>" is asked for as "<5.1>" */
		cut = b.s + b.len - 1;
		MUST(*cut == '>');
		b.len--;
		MUST(buf_adds(&b, ".1>") == 0);
	}
	in = (struct imap_in){ b.s, b.s + b.len };
	MUST(fetch_parse(&g, &in) == 0);
	MUST(in.p == in.end && g.bodies == 1 && g.items == 0);
	MUST(g.body[0].what == body->what && g.body[0].how == body->how);
	MUST(g.body[0].numbers == body->numbers &&
	    g.body[0].names == body->names && g.body[0].from == body->from);
	MUST(fetch_name(&g, g.body, &c) == 0);
	MUST(body->partial || (b.len == c.len && body->names > 0) ||
	    (b.len == c.len && memcmp(b.s, c.s, c.len) == 0));
	buf_free(&b);
	buf_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *s = malloc(n + 1);
	struct imap_in in = { s, s + n };
	struct fetch f;
	size_t i;

	memcpy(s, data, n);
	if (fetch_parse(&f, &in) == 0) {
		MUST(in.p > s && in.p <= in.end);
		MUST(f.items != 0 || f.bodies > 0);
		for (i = 0; i < f.bodies; i++) {
			const struct fetch_body *b = f.body + i;

			MUST(b->name + b->names <= f.names);
			MUST((b->names > 0) == (b->what == FETCH_FIELDS ||
			    b->what == FETCH_FIELDS_NOT));
			if (!b->partial || b->how < FETCH_BINARY_SIZE)
				ask_again(&f, b);
		}
	}
	free(s);
	return 0;
}
