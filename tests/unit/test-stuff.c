/* test-stuff - lib/text/stuff.c, by cases and against naive-stuff.c in pieces. */
#include "unit.h"

#include "naive-stuff.h"
#include "text/stuff.h"

static const struct {
	const char	*in;
	size_t		 n;
	const char	*out;		/* with the end */
	uint64_t	 count;
} cases[] = {
	{ OCTETS(""), ".\r\n", 0 },
	{ OCTETS("\n"), "\r\n.\r\n", 2 },
	{ OCTETS("\r\n"), "\r\n.\r\n", 2 },
	{ OCTETS("a"), "a\r\n.\r\n", 3 },
	{ OCTETS("a\n"), "a\r\n.\r\n", 3 },
	{ OCTETS("a\r\n"), "a\r\n.\r\n", 3 },
	{ OCTETS("a\nb"), "a\r\nb\r\n.\r\n", 6 },
	{ OCTETS("a\r\nb\n"), "a\r\nb\r\n.\r\n", 6 },
	/* dots */
	{ OCTETS("."), "..\r\n.\r\n", 3 },
	{ OCTETS(".\n"), "..\r\n.\r\n", 3 },
	{ OCTETS(".\r\n"), "..\r\n.\r\n", 3 },
	{ OCTETS("..a\n.\n"), "...a\r\n..\r\n.\r\n", 8 },
	{ OCTETS("a.\n"), "a.\r\n.\r\n", 4 },
	{ OCTETS("\n.\n\n"), "\r\n..\r\n\r\n.\r\n", 7 },
	/* a CR that ends no line */
	{ OCTETS("\r"), "\r\r\n.\r\n", 3 },
	{ OCTETS("a\rb\n"), "a\rb\r\n.\r\n", 5 },
	{ OCTETS("a\r\r\n"), "a\r\r\n.\r\n", 4 },
	{ OCTETS("\r.\n"), "\r.\r\n.\r\n", 4 },
};

/* All that is sent, in pieces of at most step octets; the same in *count. */
static void
send_pieces(const char *in, size_t n, size_t step, struct buf *out,
    uint64_t *count)
{
	struct stuff s = { .state = 0 }, c = { .state = 0 };
	char end[STUFF_END];
	size_t at, len;

	out->len = 0;
	*count = 0;
	for (at = 0; at < n; at += len) {
		char *piece, *room;

		len = n - at < step ? n - at : step;
		piece = exactly(in + at, len);
		room = malloc(2 * len);
		assert_non_null(room);
		assert_int_equal(buf_add(out, room, stuff_put(&s, piece, len,
		    room)), 0);
		*count += stuff_count(&c, piece, len);
		free(room);
		free(piece);
	}
	assert_int_equal(buf_add(out, end, stuff_end(&s, end)), 0);
	*count += stuff_count_end(&c);
}

static void
test_cases(void **state)
{
	size_t i, step;

	for (i = 0; i < LENGTH(cases); i++)
		for (step = 1; step <= cases[i].n + 1; step++) {
			struct buf out = BUF_MAX(100);
			uint64_t count;

			send_pieces(cases[i].in, cases[i].n, step, &out,
			    &count);
			CHECK(holds(&out, cases[i].out), "%s by %zu: %s",
			    shown(cases[i].in, cases[i].n), step,
			    shown(out.s, out.len));
			CHECK(count == cases[i].count, "%s by %zu: %d octets",
			    shown(cases[i].in, cases[i].n), step, (int)count);
			buf_free(&out);
		}
}

static const struct {
	const char	*in;
	uint64_t	 lines;
	size_t		 takes;
} tops[] = {
	{ "", 0, 0 },
	{ "a: b\n", 0, 5 },
	{ "a: b\n", 9, 5 },
	{ "a: b\n\nc\nd\n", 0, 6 },
	{ "a: b\n\nc\nd\n", 1, 8 },
	{ "a: b\n\nc\nd\n", 2, 10 },
	{ "a: b\n\nc\nd\n", 3, 10 },
	{ "a: b\n\nc\nd", 2, 9 },
	{ "a: b\n\nc\nd\n", UINT64_MAX, 10 },
	{ "a: b\r\n\r\nc\r\nd\r\n", 0, 8 },
	{ "a: b\r\n\r\nc\r\nd\r\n", 1, 11 },
	{ "\nc\nd\n", 1, 3 },
	{ "\n\n\n", 1, 2 },
	{ "\r\nc\n", 0, 2 },
	{ "\r\r\nc\n\nd\n", 0, 6 },
	{ "a\r", 0, 2 },
};

static size_t
top_pieces(const char *in, size_t n, size_t step, uint64_t lines)
{
	struct stuff_top t = { .lines = lines };
	size_t at = 0, len, took;

	while (at < n && !t.done) {
		char *piece;

		len = n - at < step ? n - at : step;
		piece = exactly(in + at, len);
		took = stuff_top(&t, piece, len);
		CHECK(took == len || t.done, "%zu of %zu and not done", took,
		    len);
		free(piece);
		at += took;
	}
	return at;
}

static void
test_top(void **state)
{
	size_t i, step;

	for (i = 0; i < LENGTH(tops); i++) {
		size_t n = strlen(tops[i].in);

		for (step = 1; step <= n + 1; step++) {
			size_t got = top_pieces(tops[i].in, n, step,
			    tops[i].lines);

			CHECK(got == tops[i].takes, "TOP %d of %s by %zu: %zu",
			    (int)tops[i].lines, shown(tops[i].in, n), step,
			    got);
		}
	}
}

/* The pieces give what the naive writer makes of the whole. */
static void
compare(const char *in, size_t n, size_t step)
{
	struct buf got = BUF_MAX(2 * n + STUFF_END);
	char *want = malloc(2 * n + STUFF_END);
	uint64_t count, want_count, lines = dice(4);
	size_t want_n;

	assert_non_null(want);
	want_n = naive_stuff(in, n, want, &want_count);
	send_pieces(in, n, step, &got, &count);
	CHECK(got.len == want_n && memcmp(got.s, want, want_n) == 0 &&
	    count == want_count, "%s by %zu: %s, %d octets", shown(in, n),
	    step, shown(got.s, got.len), (int)count);
	CHECK(top_pieces(in, n, step, lines) == naive_top(in, n, lines),
	    "TOP %d of %s by %zu", (int)lines, shown(in, n), step);
	buf_free(&got);
	free(want);
}

static void
test_exhaustive(void **state)
{
	unsigned v, i;
	char in[7];

	for (v = 0; v < 1u << 14; v++) {
		for (i = 0; i < 7; i++)
			in[i] = "\r\n.x"[v >> 2 * i & 3];
		compare(in, 7, 7);
		compare(in, 7, v % 6 + 1);
	}
}

static void
test_random(void **state)
{
	int round;

	for (round = 0; round < 2000; round++) {
		size_t n = dice(300), i;
		char in[300];

		for (i = 0; i < n; i++)
			in[i] = "\r\n\n..xy\0"[dice(8)];
		compare(in, n, dice(60) + 1);
	}
}

static void
test_mend_cr(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *want;
	} crs[] = {
		{ OCTETS(""), "" },
		{ OCTETS("a\r\nb\n"), "a\r\nb\n" },
		{ OCTETS("\r"), " " },
		{ OCTETS("a\rb"), "a b" },
		{ OCTETS("a\r\r\n"), "a \r\n" },
		{ OCTETS("\n\r.\r\n"), "\n .\r\n" },
		{ OCTETS("\r\r\r"), "   " },
		{ OCTETS("\n\r"), "\n " },
	};
	size_t i;

	for (i = 0; i < LENGTH(crs); i++) {
		char *s = exactly(crs[i].in, crs[i].n);

		stuff_mend_cr(s, crs[i].n);
		CHECK(memcmp(s, crs[i].want, crs[i].n) == 0, "%s: %s",
		    shown(crs[i].in, crs[i].n), shown(s, crs[i].n));
		free(s);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_exhaustive),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_mend_cr),
	};

	return cmocka_run_group_tests_name("stuff", tests, NULL, NULL);
}
