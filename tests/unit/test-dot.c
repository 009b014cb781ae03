/* test-dot - lib/text/dot.c, by cases and against naive-dot.c in all pieces. */
#include "unit.h"

#include "naive-dot.h"
#include "text/dot.h"

#define PIECES_MAX	8

/* Decode n octets that are cut at the given places, each piece in memory of
 * just its size and into just the room that is promised. */
static void
decode(int by_lf, const char *in, size_t n, const size_t *cuts, size_t cuts_n,
    struct buf *out, struct dot *d, size_t *read)
{
	size_t i, from = 0;

	*d = (struct dot){ .by_lf = by_lf };
	out->len = *read = 0;
	for (i = 0; i <= cuts_n; i++) {
		size_t to = i < cuts_n ? cuts[i] : n, len = to - from, got, o;
		char *piece = exactly(in + from, len);
		char *room = malloc(len + 2);

		assert_non_null(room);
		got = dot_decode(d, piece, len, room, &o);
		CHECK(o <= len + 2, "%zu octets from %zu", o, len);
		CHECK(d->done ? got <= len : got == len, "read %zu of %zu",
		    got, len);
		assert_int_equal(buf_add(out, room, o), 0);
		free(room);
		free(piece);
		*read += got;
		if (d->done)
			break;
		from = to;
	}
}

/* The pieces give what the naive decoder makes of the whole. */
static void
compare_by(int by_lf, const char *in, size_t n, const size_t *cuts,
    size_t cuts_n)
{
	struct buf got = BUF_MAX(n + 2);
	char *want = malloc(n + 1);
	struct naive_dot naive;
	struct dot d;
	size_t read;

	assert_non_null(want);
	naive_dot(by_lf, in, n, want, &naive);
	decode(by_lf, in, n, cuts, cuts_n, &got, &d, &read);
	CHECK(d.done == naive.done && d.wrong_end == naive.wrong_end &&
	    read == naive.read && got.len == naive.n &&
	    (naive.n == 0 || memcmp(got.s, want, naive.n) == 0),
	    "%s by %s in %zu pieces: %s, not %s", shown(in, n),
	    by_lf ? "LF" : "CRLF", cuts_n + 1, shown(got.s, got.len),
	    shown(want, naive.n));
	buf_free(&got);
	free(want);
}

static void
compare(const char *in, size_t n, const size_t *cuts, size_t cuts_n)
{
	compare_by(0, in, n, cuts, cuts_n);
	compare_by(1, in, n, cuts, cuts_n);
}

static const struct dot_case {
	const char *in;
	size_t n;
	const char *out;
	size_t out_n;
	size_t rest;		/* octets behind the final dot */
	int done, wrong_end;
} cases[] = {
	{ OCTETS(""), OCTETS(""), 0, 0, 0 },
	{ OCTETS(".\r\n"), OCTETS(""), 0, 1, 0 },	/* empty message */
	{ OCTETS("\r\n.\r\n"), OCTETS("\n"), 0, 1, 0 },
	{ OCTETS("a\r\n.\r\n"), OCTETS("a\n"), 0, 1, 0 },
	{ OCTETS("a\r\n.\r\nQUIT\r\n"), OCTETS("a\n"), 6, 1, 0 },
	{ OCTETS("a\r\n..\r\n.\r\n"), OCTETS("a\n.\n"), 0, 1, 0 },
	{ OCTETS("..a\r\n.b\r\n...\r\n.\r\n"), OCTETS(".a\nb\n..\n"), 0, 1,
	  0 },
	{ OCTETS("a.\r\n.\r\n"), OCTETS("a.\n"), 0, 1, 0 },
	{ OCTETS("a\0b\xff\r\n.\r\n"), OCTETS("a\0b\xff\n"), 0, 1, 0 },
	/* nothing but CRLF . CRLF ends it */
	{ OCTETS("a\n.\nb\r\n.\r\n"), OCTETS("a\n.\nb\n"), 0, 1, 1 },
	{ OCTETS("a\n.\r\nb\r\n.\r\n"), OCTETS("a\n.\nb\n"), 0, 1, 1 },
	{ OCTETS("a\r\n.\nb\r\n.\r\n"), OCTETS("a\n\nb\n"), 0, 1, 1 },
	{ OCTETS("a\r.\r\nb\r\n.\r\n"), OCTETS("a\r.\nb\n"), 0, 1, 0 },
	{ OCTETS("a\r.\rb\r\n.\r\n"), OCTETS("a\r.\rb\n"), 0, 1, 0 },
	{ OCTETS("a\r\n.\rb\r\n.\r\n"), OCTETS("a\n\rb\n"), 0, 1, 0 },
	{ OCTETS("a\r\n.\r\r\n.\r\n"), OCTETS("a\n\r\n"), 0, 1, 0 },
	{ OCTETS("a\r\n. \r\n.\r\n"), OCTETS("a\n \n"), 0, 1, 0 },
	{ OCTETS("a\n\r\n.\r\n"), OCTETS("a\n\n"), 0, 1, 1 },
	{ OCTETS("a\r\r\n.\r\n"), OCTETS("a\r\n"), 0, 1, 0 },
	{ OCTETS("\r\r\r\n.\r\n"), OCTETS("\r\r\n"), 0, 1, 0 },
	{ OCTETS("\n.\r\n"), OCTETS("\n.\n"), 0, 0, 1 },
	/* the end of what came is no end of the message */
	{ OCTETS("a\r\n."), OCTETS("a\n"), 0, 0, 0 },
	{ OCTETS("a\r\n.\r"), OCTETS("a\n"), 0, 0, 0 },
	{ OCTETS("a\r"), OCTETS("a"), 0, 0, 0 },
	{ OCTETS("a\r\r"), OCTETS("a\r"), 0, 0, 0 },
}, cases_lf[] = {
	{ OCTETS(".\n"), OCTETS(""), 0, 1, 0 },
	{ OCTETS("a\n.\nQUIT\n"), OCTETS("a\n"), 5, 1, 0 },
	{ OCTETS("\n..a\n...\n.b\n.\n"), OCTETS("\n.a\n..\nb\n"), 0, 1,
	  0 },
	{ OCTETS("a\r.\rb\n.\n"), OCTETS("a\r.\rb\n"), 0, 1, 0 },
	/* nothing but LF . LF ends it */
	{ OCTETS("a\r\n.\r\n.\n"), OCTETS("a\r\n\r\n"), 0, 1, 1 },
	{ OCTETS("a\n.\r\nb\n.\n"), OCTETS("a\n\r\nb\n"), 0, 1, 1 },
	{ OCTETS("a\n.\r.\nb\n.\n"), OCTETS("a\n\r.\nb\n"), 0, 1, 0 },
	{ OCTETS("\r\n.\r\n"), OCTETS("\r\n\r\n"), 0, 0, 1 },
	/* CRLF.LF ends it too, but that CRLF was wrong */
	{ OCTETS("a\r\n.\nb\n"), OCTETS("a\r\n"), 2, 1, 1 },
	{ OCTETS("a\n."), OCTETS("a\n"), 0, 0, 0 },
	{ OCTETS("a\r"), OCTETS("a\r"), 0, 0, 0 },
};

/* In two pieces, cut anywhere. */
static void
check_case(int by_lf, const struct dot_case *c)
{
	size_t cut;

	for (cut = 0; cut <= c->n; cut++) {
		struct buf got = BUF_MAX(100);
		struct dot d;
		size_t read;

		decode(by_lf, c->in, c->n, &cut, 1, &got, &d, &read);
		CHECK(got.len == c->out_n && (got.len == 0 ||
		    memcmp(got.s, c->out, got.len) == 0), "%s at %zu: %s",
		    shown(c->in, c->n), cut, shown(got.s, got.len));
		CHECK(d.done == c->done && d.wrong_end == c->wrong_end &&
		    read == c->n - c->rest, "%s at %zu: done %d, "
		    "wrong end %d, read %zu", shown(c->in, c->n), cut,
		    d.done, d.wrong_end, read);
		buf_free(&got);
	}
}

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		check_case(0, cases + i);
	for (i = 0; i < LENGTH(cases_lf); i++)
		check_case(1, cases_lf + i);
}

/* Every text of seven octets of the four kinds that matter, whole, octet by
 * octet and in two pieces. */
static void
test_exhaustive(void **state)
{
	static const size_t each[] = { 1, 2, 3, 4, 5, 6 };
	unsigned v, i;
	char in[7];

	for (v = 0; v < 1u << 14; v++) {
		size_t cut = v % 6 + 1;

		for (i = 0; i < 7; i++)
			in[i] = "\r\n.x"[v >> 2 * i & 3];
		compare(in, 7, NULL, 0);
		compare(in, 7, each, 6);
		compare(in, 7, &cut, 1);
	}
}

/* Long texts of such octets, in random pieces. */
static void
test_random(void **state)
{
	int round;

	for (round = 0; round < 3000; round++) {
		size_t n = dice(60), cuts[PIECES_MAX], k, i;
		char in[60];

		for (i = 0; i < n; i++)
			in[i] = "\r\n\r\n..xy"[dice(8)];
		k = dice(PIECES_MAX);
		for (i = 0; i < k; i++)
			cuts[i] = dice((uint32_t)n + 1);
		for (i = 1; i < k; i++)		/* sorted */
			if (cuts[i] < cuts[i - 1]) {
				size_t c = cuts[i];

				cuts[i] = cuts[i - 1];
				cuts[i - 1] = c;
				i = 0;
			}
		compare(in, n, cuts, k);
	}
}

static void
test_long_lines(void **state)
{
	static const size_t lengths[] = { 997, 998, 999, 1000, 16383, 16384,
	    100000 };
	size_t i, k;

	for (i = 0; i < LENGTH(lengths); i++) {
		size_t n = lengths[i], cuts[3];
		char *in = malloc(2 * n + 7);

		assert_non_null(in);
		memset(in, 'x', 2 * n + 7);
		memcpy(in + n, "\r\n", 2);
		in[n + 2] = '.';
		memcpy(in + 2 * n + 2, "\r\n.\r\n", 5);
		compare(in, 2 * n + 7, NULL, 0);
		for (k = 0; k < 5; k++) {
			cuts[0] = dice((uint32_t)n);
			cuts[1] = n + k;
			cuts[2] = 2 * n + 2 + k;
			compare(in, 2 * n + 7, cuts, 3);
		}
		free(in);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_exhaustive),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests_name("dot", tests, NULL, NULL);
}
