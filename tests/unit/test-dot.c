/* test-dot - lib/text/dot.c, by cases and against naive-dot.c in all pieces. */
#include "unit.h"

#include "naive-dot.h"
#include "text/dot.h"

#define PIECES_MAX	8

/* Decode n octets that are cut at the given places, each piece in memory of
 * just its size and into just the room that is promised. */
static void
decode(const char *in, size_t n, const size_t *cuts, size_t cuts_n,
    struct buf *out, struct dot *d, size_t *read)
{
	size_t i, from = 0;

	memset(d, 0, sizeof(*d));
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
compare(const char *in, size_t n, const size_t *cuts, size_t cuts_n)
{
	struct buf got = BUF_MAX(n + 2);
	char *want = malloc(n + 1);
	struct naive_dot naive;
	struct dot d;
	size_t read;

	assert_non_null(want);
	naive_dot(in, n, want, &naive);
	decode(in, n, cuts, cuts_n, &got, &d, &read);
	CHECK(d.done == naive.done && d.bare_lf == naive.bare_lf &&
	    read == naive.read && got.len == naive.n &&
	    (naive.n == 0 || memcmp(got.s, want, naive.n) == 0),
	    "%s in %zu pieces: %s, not %s", shown(in, n), cuts_n + 1,
	    shown(got.s, got.len), shown(want, naive.n));
	buf_free(&got);
	free(want);
}

static const struct {
	const char *in;
	size_t n;
	const char *out;
	size_t out_n;
	size_t rest;		/* octets behind the final dot */
	int done, bare_lf;
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
};

static void
test_cases(void **state)
{
	size_t i, cut;

	for (i = 0; i < LENGTH(cases); i++)
		for (cut = 0; cut <= cases[i].n; cut++) {
			struct buf got = BUF_MAX(100);
			struct dot d;
			size_t read;

			decode(cases[i].in, cases[i].n, &cut, 1, &got, &d,
			    &read);
			CHECK(got.len == cases[i].out_n && (got.len == 0 ||
			    memcmp(got.s, cases[i].out, got.len) == 0),
			    "%s at %zu: %s", shown(cases[i].in, cases[i].n),
			    cut, shown(got.s, got.len));
			CHECK(d.done == cases[i].done && d.bare_lf ==
			    cases[i].bare_lf && read == cases[i].n -
			    cases[i].rest, "%s at %zu: done %d, bare LF %d, "
			    "read %zu", shown(cases[i].in, cases[i].n), cut,
			    d.done, d.bare_lf, read);
			buf_free(&got);
		}
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
