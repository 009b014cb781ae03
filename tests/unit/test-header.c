/* test-header - lib/text/header.c */
#include "unit.h"

#include "text/header.h"

static void
note(void *arg, const char *line, size_t n)
{
	struct buf *b = arg;

	assert_in_range(n, 1, HEADER_LINE);
	assert_int_equal(buf_add(b, line, n), 0);
	assert_int_equal(buf_adds(b, "|"), 0);
}

/* The fields' first lines, a | behind each; done: the header is over. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
	int done;
} cases[] = {
	{ OCTETS(""), "", 0 },
	{ OCTETS("\n"), "", 1 },
	{ OCTETS("\r\n"), "", 1 },
	{ OCTETS("A: b\n\nC: d\n"), "A: b|", 1 },
	{ OCTETS("A: b\r\nC: d\r\n\r\nE: f\r\n"), "A: b|C: d|", 1 },
	{ OCTETS("A: b"), "", 0 },
	{ OCTETS("A: b\n"), "A: b|", 0 },
	{ OCTETS("A: b\n c: d\n\te\nF: g\n"), "A: b|F: g|", 0 },
	{ OCTETS("A: b\n \nF: g\n"), "A: b|F: g|", 0 },	/* RFC 5322 4.2 */
	{ OCTETS("A:\nB:c\n"), "A:|B:c|", 0 },
	{ OCTETS("A : b\n"), "A : b|", 0 },		/* RFC 5322 4.5 */
	{ OCTETS("A: b\nno field\nC: d\n"), "A: b|", 1 },
	{ OCTETS("A: b\n: c\nD: e\n"), "A: b|", 1 },
	{ OCTETS("A: b\nC\x01: d\nE: f\n"), "A: b|", 1 },
	{ OCTETS("A: b\nC\xc3\xa4: d\nE: f\n"), "A: b|", 1 },
	{ OCTETS("A: \xc3\xa4\x01\n"), "A: \xc3\xa4\x01|", 0 },
	{ OCTETS("A: b\r\r\n"), "A: b\r|", 0 },
	{ OCTETS(" c\nA: b\n"), "A: b|", 0 },
};

static void
test_cases(void **state)
{
	size_t i, a, b;

	for (i = 0; i < LENGTH(cases); i++)
		for (a = 0; a <= cases[i].n; a++)
			for (b = a; b <= cases[i].n; b++) {
				struct header h = { .n = 0 };
				struct buf got = BUF_MAX(1000);
				const char *in = cases[i].in;

				header_scan(&h, in, a, note, &got);
				header_scan(&h, in + a, b - a, note, &got);
				header_scan(&h, in + b, cases[i].n - b, note,
				    &got);
				CHECK(holds(&got, cases[i].out) &&
				    !!h.done == cases[i].done,
				    "%s at %zu, %zu: %s, done %d",
				    shown(in, cases[i].n), a, b,
				    shown(got.s, got.len), h.done);
				buf_free(&got);
			}
}

/* A line that is too long is cut, never more, and the next one is whole. */
static void
test_long(void **state)
{
	static const size_t lengths[] = { 997, 998, 999, 5000, 100000 };
	size_t i, piece;

	for (i = 0; i < LENGTH(lengths); i++)
		for (piece = 1; piece < 3000; piece += 997) {
			struct header h = { .n = 0 };
			struct buf in = BUF_MAX(200000), got = BUF_MAX(3000);
			size_t n = lengths[i], at, kept;

			kept = n < HEADER_LINE ? n : HEADER_LINE;
			assert_int_equal(buf_addf(&in, "A:%*s\nB: c\n\n",
			    (int)n - 2, ""), 0);
			for (at = 0; at < in.len; at += piece)
				header_scan(&h, in.s + at, in.len - at < piece
				    ? in.len - at : piece, note, &got);
			CHECK(got.len == kept + 6 &&
			    memcmp(got.s + kept, "|B: c|", 6) == 0 && h.done,
			    "%zu octets in pieces of %zu", n, piece);
			buf_free(&in);
			buf_free(&got);
		}
}

static void
test_value(void **state)
{
	static const struct {
		const char *line, *name, *value;	/* value NULL: none */
	} values[] = {
		{ "Delivered-To: bob@example.org", "Delivered-To",
		  "bob@example.org" },
		{ "delivered-to:bob", "Delivered-To", "bob" },
		{ "A: b", "A", "b" },
		{ "A:", "A", "" },
		{ "A: \t ", "A", "" },
		{ "A \t:\t b c \t", "A", "b c" },
		{ "A: : b", "A", ": b" },
		{ "AB: c", "A", NULL },
		{ "A: b", "AB", NULL },
		{ "A", "A", NULL },
		{ "A ", "A", NULL },
		{ "A b:", "A", NULL },
		{ "", "A", NULL },
		{ "X: A: b", "A", NULL },
	};
	size_t i;

	for (i = 0; i < LENGTH(values); i++) {
		size_t n = strlen(values[i].line), value_n = 999;
		char *line = exactly(values[i].line, n);
		const char *v = header_value(line, n, values[i].name, &value_n);
		const char *want = values[i].value;

		CHECK((v == NULL) == (want == NULL), "%s", values[i].line);
		CHECK(want == NULL || (value_n == strlen(want) &&
		    memcmp(v, want, value_n) == 0), "%s: %zu octets",
		    values[i].line, value_n);
		free(line);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_value),
	};

	return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
