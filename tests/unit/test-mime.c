/* test-mime - where the parts of a message stand. */
#include "unit.h"

#include "text/mime.h"

/*
 * What a message gives: for each part the kind (l t m r), what its header and its
 * body are, between [ ] and with line ends as '/', then lines and wire octets of
 * the body, then the parts below it in { }.
 */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} cases[] = {
	{ OCTETS(""), "t[][]0,0" },
	{ OCTETS("\n"), "t[/][]0,0" },
	{ OCTETS("\r\n"), "t[^/][]0,0" },
	{ OCTETS("a: b"), "t[a: b][]0,0" },
	{ OCTETS("a: b\n"), "t[a: b/][]0,0" },
	{ OCTETS("a: b\n\nx\ny"), "t[a: b//][x/y]1,4" },
	{ OCTETS("a: b\r\n\r\nx\r\ny\n"), "t[a: b^/^/][x^/y/]2,6" },
	{ OCTETS("no field\n\nx"), "t[no field//][x]0,1" },
	{ OCTETS("a: b\n \n\nx"), "t[a: b/ //][x]0,1" },
	{ OCTETS("a: b\n\r\rx\n\nx"), "t[a: b/^^x//][x]0,1" },
	{ OCTETS("Content-Type: image/png\n\nx"),
	    "l[Content-Type: image/png//][x]0,1" },
	{ OCTETS("content-type\t: TEXT/html\n\n"),
	    "t[content-type\t: TEXT/html//][]0,0" },
	{ OCTETS("Content-Type:\n\n"), "t[Content-Type://][]0,0" },
	{ OCTETS("Content-Type: a/b\nContent-Type: text/plain\n\n"),
	    "l[Content-Type: a/b/Content-Type: text/plain//][]0,0" },

	/* parts; H stands for the header in the rest of the table */
#define H	"Content-Type: multipart/mixed; boundary=b\n\n"
	{ OCTETS(H), "m[H][]0,0{}" },
	{ OCTETS(H "x"), "m[H][x]0,1{}" },
	{ OCTETS(H "--b\n\nx\n--b--\n"), "m[H][--b//x/--b--/]4,17{t[/][x]0,1}" },
	{ OCTETS(H "--b\n\nx\n\n--b\n\ny\n--b--"),
	    "m[H][--b//x//--b//y/--b--]7,27{t[/][x/]1,3t[/][y]0,1}" },
	{ OCTETS(H "pre\n--b\nA: b\n\nx\n--b--\npost\n"),
	    "m[H][pre/--b/A: b//x/--b--/post/]7,34{t[A: b//][x]0,1}" },
	{ OCTETS(H "--b\n\nx\n"), "m[H][--b//x/]3,10{t[/][x/]1,3}" },
	{ OCTETS(H "--b"), "m[H][--b]0,3{t[][]0,0}" },
	{ OCTETS(H "--b\n"), "m[H][--b/]1,5{t[][]0,0}" },
	{ OCTETS(H "--b--"), "m[H][--b--]0,5{}" },
	{ OCTETS(H "--b--\n--b\n\nx"), "m[H][--b--/--b//x]3,15{}" },
	{ OCTETS(H "--b\n--b\n\n--b\n\n\n--b--"),
	    "m[H][--b/--b//--b///--b--]6,26{t[][]0,0t[/][]0,0t[/][]0,0}" },
	{ OCTETS(H "--b\nA: b\n--b--"), "m[H][--b/A: b/--b--]2,16"
	    "{t[A: b/][]0,0}" },
	{ OCTETS(H "--b  \r\n\r\nx\r\n--b-- \t\r\n"),
	    "m[H][--b  ^/^/x^/--b-- \t^/]4,21{t[^/][x]0,1}" },
	{ OCTETS(H "--bc\n\nx\n--b-\n\n--b--"),	/* RFC 2046: the beginning */
	    "m[H][--bc//x/--b-//--b--]5,24{t[/][x]0,1t[/][]0,0}" },
	{ OCTETS(H "--B\n\n--a\n- --b\n --b\n"),
	    "m[H][--B//--a/- --b/ --b/]5,25{}" },
	{ OCTETS(H "--b\n\na\0--b\n\0\n--b--"),
	    "m[H][--b//a@--b/@/--b--]4,22{t[/][a@--b/@]1,8}" },
#undef H

	/* parts in parts: Q is the header of the inner ones, boundary bb */
#define H	"Content-Type: multipart/mixed; boundary=b\n\n"
#define Q	"Content-Type: multipart/mixed; boundary=bb\n\n"
	{ OCTETS(H "--b\n" Q "--bb\n\nx\n--bb--\n--b\n\ny\n--b--\n"),
	    "m[H][--b/Q--bb//x/--bb--/--b//y/--b--/]11,87"
	    "{m[Q][--bb//x/--bb--]3,17{t[/][x]0,1}t[/][y]0,1}" },
	{ OCTETS(H "--b\n" Q "--bb\n\nx\n--b\n\ny\n--b--\n"),
	    "m[H][--b/Q--bb//x/--b//y/--b--/]10,79"
	    "{m[Q][--bb//x]2,9{t[/][x]0,1}t[/][y]0,1}" },
	{ OCTETS(Q "--bb\n" H "--b\n\nx\n--bb\n\ny\n--bb--\n"),
	    "m[Q][--bb/H--b//x/--bb//y/--bb--/]10,80"
	    "{m[H][--b//x]2,8{t[/][x]0,1}t[/][y]0,1}" },
	{ OCTETS(H "--b\n" H "--b\n\nx\n--b--\n--b\n\ny\n--b--\n"),
	    "m[H][--b/H--b//x/--b--/--b//y/--b--/]11,84"
	    "{m[H][--b//x/--b--]3,15{t[/][x]0,1}t[/][y]0,1}" },
#undef Q
#define Q	"Content-Type: message/rfc822\n\n"
	{ OCTETS(H "--b\n" Q "A: b\n\nx\n--b--\n"),
	    "m[H][--b/QA: b//x/--b--/]7,55{r[Q][A: b//x]2,9{t[A: b//][x]0,1}}" },
	{ OCTETS(H "--b\n" Q "\n--b--\n"),
	    "m[H][--b/Q/--b--/]5,46{r[Q][/]1,2{t[/][]0,0}}" },
	{ OCTETS(H "--b\n" Q "--b--\n"),
	    "m[H][--b/Q--b--/]4,44{r[Q][]0,0{t[][]0,0}}" },
	{ OCTETS(H "--b\n" Q H "--b\n\nx\n--b--\n--b--\n"),
	    "m[H][--b/QH--b//x/--b--/--b--/]10,106"
	    "{r[Q][H--b//x/--b--]5,60{m[H][--b//x/--b--]3,15{t[/][x]0,1}}}" },
	{ OCTETS(Q "A: b\n\nx\n"), "r[Q][A: b//x/]3,11{t[A: b//][x/]1,3}" },
	{ OCTETS("Content-Type: message/rfc822\n"),
	    "r[Content-Type: message/rfc822/][]0,0{}" },
#undef Q
#undef H
#define D	"Content-Type: multipart/digest; boundary=b\n\n"
	{ OCTETS(D "--b\n\nA: b\n\nx\n--b\nContent-Type: text/plain\n\ny\n--b--"),
	    "m[Content-Type: multipart/digest; boundary=b//]"
	    "[--b//A: b//x/--b/Content-Type: text/plain//y/--b--]9,59"
	    "{r[/][A: b//x]2,9{t[A: b//][x]0,1}"
	    "t[Content-Type: text/plain//][y]0,1}" },
	{ OCTETS("Content-Type: multipart/mixed\n\n--\n\nx"),
	    "t[Content-Type: multipart/mixed//][--//x]2,7" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx"),
	    "t[Content-Type: multipart/mixed; boundary=\"\"//][--//x]2,7" },
};

/* How a boundary can be written. */
static const struct {
	const char *params, *boundary;
} boundaries[] = {
	{ "; boundary=abc", "abc" },
	{ "; BOUNDARY=abc", "abc" },
	{ ";boundary=\"abc\"", "abc" },
	{ "; boundary=\"a b;c\"", "a b;c" },
	{ "; boundary=\"a\\\"c\"", "a\"c" },
	{ "; boundary=----=_Part_1.2", "----=_Part_1.2" },
	{ "; boundary=abc; boundary=x", "abc" },
	{ "; charset=x;\n\tboundary=abc", "abc" },
	{ "; charset=x;\r\n boundary=\"abc\"\r\n ; a=b", "abc" },
	{ " (x; boundary=no) ; boundary (y) = (z) abc", "abc" },
	{ "; a=\"; boundary=no\"; boundary=abc", "abc" },
	{ "; boundary=\"abc  \"", "abc" },
	{ "; boundary=\"abc", "abc" },
	{ "; boundary*0=ab; boundary*1=\"c d\"", "abc d" },
	{ "; junk; =x; a; ;; boundary=abc", "abc" },
	{ "; boundary=j\xc3\xb6rg", "j\xc3\xb6rg" },
};

static void
put_octets(struct buf *out, const char *s, uint64_t n)
{
	for (; n > 0; s++, n--)
		buf_add(out, *s == '\n' ? "/" : *s == '\r' ? "^" :
		    *s == '\0' ? "@" : s, 1);
}

/* The octets of a run, with the long headers as H and Q. */
static void
put_run(struct buf *out, const char *s, const struct mime_run *r)
{
	static const struct {
		const char *text;
		char letter;
	} known[] = {
		{ "Content-Type: multipart/mixed; boundary=b\n\n", 'H' },
		{ "Content-Type: multipart/mixed; boundary=bb\n\n", 'Q' },
		{ "Content-Type: message/rfc822\n\n", 'Q' },
	};
	uint64_t at = 0;
	size_t i;

	buf_adds(out, "[");
	while (at < r->n) {
		for (i = 0; i < LENGTH(known); i++) {
			size_t k = strlen(known[i].text);

			if (k <= r->n - at && memcmp(s + r->at + at,
			    known[i].text, k) == 0) {
				buf_add(out, &known[i].letter, 1);
				at += k;
				break;
			}
		}
		if (i == LENGTH(known))
			put_octets(out, s + r->at + at++, 1);
	}
	buf_adds(out, "]");
}

static void
put_part(struct buf *out, const char *s, const struct mime *m, uint32_t i)
{
	const struct mime_part *p = m->part + i;

	buf_add(out, &"ltmr"[p->kind], 1);
	put_run(out, s, &p->header);
	put_run(out, s, &p->body);
	buf_addf(out, "%u,%u", (unsigned)p->body.lines, (unsigned)p->body.wire);
	if (p->kind != MIME_MULTIPART && p->kind != MIME_MESSAGE)
		return;
	buf_adds(out, "{");
	for (i++; i < p->after; i = m->part[i].after)
		put_part(out, s, m, i);
	buf_adds(out, "}");
}

static void
test_cases(void **state)
{
	struct mime m = { .n = 0 };
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *in = exactly(cases[i].in, cases[i].n);
		struct buf out = BUF_MAX(4096);

		assert_int_equal(mime_parse(&m, in, cases[i].n), 0);
		put_part(&out, in, &m, 0);
		CHECK(holds(&out, cases[i].out), "%s:\n%.*s\nnot\n%s",
		    shown(in, cases[i].n), (int)out.len, out.s, cases[i].out);
		buf_free(&out);
		free(in);
	}
	mime_free(&m);
}

static void
test_boundaries(void **state)
{
	struct mime m = { .n = 0 };
	char in[1000];
	size_t i;
	int n;

	for (i = 0; i < LENGTH(boundaries); i++) {
		n = sprintf(in, "Content-Type: multipart/x%s\n\n--%s\n\nx\n"
		    "--%s--\n", boundaries[i].params, boundaries[i].boundary,
		    boundaries[i].boundary);
		assert_int_equal(mime_parse(&m, in, (uint64_t)n), 0);
		CHECK(m.n == 2 && m.part[1].body.n == 1, "%s",
		    boundaries[i].params);
	}
	n = sprintf(in, "Content-Type: multipart/x; boundary=%s\n\n--%s\n\nx",
	    many('b', MIME_BOUNDARY), many('b', MIME_BOUNDARY));
	assert_int_equal(mime_parse(&m, in, (uint64_t)n), 0);
	assert_int_equal(m.n, 2);
	n = sprintf(in, "Content-Type: multipart/x; boundary=%s\n\n--%s\n\nx",
	    many('b', MIME_BOUNDARY + 1), many('b', MIME_BOUNDARY + 1));
	assert_int_equal(mime_parse(&m, in, (uint64_t)n), 0);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.part[0].kind, MIME_TEXT);
	mime_free(&m);
}

/* Of boundaries of which one begins with the other the longest counts, and the
 * one that suits the whole line. */
static void
test_prefixes(void **state)
{
	static const struct {
		const char *outer, *inner, *line;
		uint32_t parent;		/* of the part that the line begins;
						 * 9: it begins none */
	} lines[] = {
		{ "b", "bb", "b", 0 }, { "b", "bb", "bb", 1 },
		{ "bb", "b", "b", 1 }, { "bb", "b", "bb", 0 },
		{ "b", "bb", "bbb", 1 }, { "bb", "b", "bbb", 0 },
		{ "b", "bb", "bc", 0 }, { "bb", "b", "bc", 1 },
		{ "b", "b", "b", 1 }, { "b", "b", "bc", 1 },
		{ "b", "b--", "b--", 1 }, { "b--", "b", "b--", 9 },
		{ "b", "b--", "b", 0 }, { "b", "c", "a", 9 },
	};
	struct mime m = { .n = 0 };
	char in[400];
	size_t i;

	for (i = 0; i < LENGTH(lines); i++) {
		uint32_t parent = 9;
		int n = sprintf(in, "Content-Type: multipart/x; boundary=%s\n\n"
		    "--%s\nContent-Type: multipart/x; boundary=%s\n\n--%s\n",
		    lines[i].outer, lines[i].outer, lines[i].inner,
		    lines[i].line);

		assert_int_equal(mime_parse(&m, in, (uint64_t)n), 0);
		if (m.n == 3)
			parent = m.part[2].parent;
		CHECK(parent == lines[i].parent, "%s, %s, %s: %u",
		    lines[i].outer, lines[i].inner, lines[i].line, parent);
	}
	mime_free(&m);
}

/* Append as many copies of a text. */
static void
repeat(struct buf *b, const char *text, size_t count)
{
	while (count-- > 0)
		assert_int_equal(buf_adds(b, text), 0);
}

static void
test_limits(void **state)
{
	struct mime m = { .n = 0 };
	struct buf b = BUF_MAX(64000000);
	size_t i, d;
	uint32_t k;

	/* more parts than there may be */
	buf_adds(&b, "Content-Type: multipart/x; boundary=b\n\n");
	repeat(&b, "--b\n\nx\n", MIME_PARTS + 50);
	assert_int_equal(mime_parse(&m, b.s, b.len), 0);
	assert_int_equal(m.n, MIME_PARTS);
	assert_int_equal(m.part[MIME_PARTS - 1].body.at +
	    m.part[MIME_PARTS - 1].body.n, b.len);

	/* deeper than it may be, each with a boundary of its own */
	b.len = 0;
	for (i = 0; i < 1000; i++)
		buf_addf(&b, "Content-Type: multipart/x; boundary=b%zu\n\n"
		    "--b%zu\n", i, i);
	assert_int_equal(mime_parse(&m, b.s, b.len), 0);
	for (d = 0, k = m.n - 1; k > 0; k = m.part[k].parent)
		d++;
	assert_int_equal(d, MIME_DEPTH);
	assert_int_equal(m.part[m.n - 1].kind, MIME_LEAF);

	/* messages in messages */
	b.len = 0;
	repeat(&b, "Content-Type: message/rfc822\n\n", 1000);
	assert_int_equal(mime_parse(&m, b.s, b.len), 0);
	assert_int_equal(m.n, MIME_DEPTH + 1);
	buf_free(&b);
	mime_free(&m);
}

/* Great ones cost no more than their length; a quadratic pass would take hours. */
static void
test_great(void **state)
{
	struct mime m = { .n = 0 };
	struct buf b = BUF_MAX(64000000);
	size_t i;

	repeat(&b, "X: y\n", 5000000);
	assert_int_equal(mime_parse(&m, b.s, b.len), 0);
	assert_int_equal(m.part[0].header.n, 25000000);

	b.len = 0;
	buf_adds(&b, "Content-Type: multipart/x; boundary=");
	repeat(&b, "(", 20000000);
	assert_int_equal(mime_parse(&m, b.s, b.len), 0);

	b.len = 0;
	buf_adds(&b, "Content-Type: multipart/x");
	repeat(&b, ";a=b\n\t", 4000000);
	assert_int_equal(mime_parse(&m, b.s, b.len), 0);

	b.len = 0;
	for (i = 0; i < MIME_DEPTH; i++)
		buf_addf(&b, "Content-Type: multipart/x; boundary=%s\n\n--%s\n",
		    many('b', MIME_DEPTH - i), many('b', MIME_DEPTH - i));
	repeat(&b, "--b\n", 1000000);
	assert_int_equal(mime_parse(&m, b.s, b.len), 0);
	buf_free(&b);
	mime_free(&m);
}

/* What IMAP's numbers name. */
static void
test_find(void **state)
{
	static const char mail[] =
	    "Content-Type: multipart/mixed; boundary=b\n\n"	/* 0 */
	    "--b\n\nx\n"					/* 1: 1 */
	    "--b\nContent-Type: message/rfc822\n\n"		/* 2: 2 */
	    "Content-Type: multipart/x; boundary=c\n\n"		/* 3: 2's */
	    "--c\n\ny\n--c\n\nz\n--c--\n"			/* 4, 5: 2.1, 2.2 */
	    "--b\nContent-Type: message/rfc822\n\nA: b\n\nx\n"	/* 6: 3; 7: 3.1 */
	    "--b--\n";
	static const struct {
		uint32_t number[4];
		size_t count;
		int64_t part;
	} found[] = {
		{ { 0 }, 0, 0 }, { { 1 }, 1, 1 }, { { 2 }, 1, 2 },
		{ { 3 }, 1, 6 }, { { 4 }, 1, -1 }, { { 0 }, 1, -1 },
		{ { 2, 1 }, 2, 4 }, { { 2, 2 }, 2, 5 }, { { 2, 3 }, 2, -1 },
		{ { 3, 1 }, 2, 7 }, { { 3, 2 }, 2, -1 }, { { 1, 1 }, 2, -1 },
		{ { 3, 1, 1 }, 3, -1 }, { { 4294967295u }, 1, -1 },
	};
	struct mime m = { .n = 0 };
	uint32_t ones[3] = { 1, 1, 1 };
	size_t i;

	assert_int_equal(mime_parse(&m, mail, sizeof(mail) - 1), 0);
	assert_int_equal(m.n, 8);
	for (i = 0; i < LENGTH(found); i++)
		CHECK(mime_find(&m, found[i].number, found[i].count) ==
		    found[i].part, "%zu", i);
	assert_int_equal(mime_parse(&m, "\nx", 2), 0);
	assert_int_equal(mime_find(&m, ones, 1), 0);
	assert_int_equal(mime_find(&m, ones, 2), -1);
	assert_int_equal(mime_parse(&m,
	    OCTETS("Content-Type: message/rfc822\n\n\nx")), 0);
	assert_int_equal(mime_find(&m, ones, 1), 0);
	assert_int_equal(mime_find(&m, ones, 2), 1);
	assert_int_equal(mime_find(&m, ones, 3), -1);
	mime_free(&m);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_great),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
