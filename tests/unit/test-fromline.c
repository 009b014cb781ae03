/* test-fromline - lib/text/fromline.c: what divides an mbox. */
#include "unit.h"

#include "text/fromline.h"

static const struct {
	const char *in, *out;
} cases[] = {
	{ "", "" },
	{ "a", "a\n" },
	{ "a\n", "a\n" },
	{ "From ", ">From \n" },
	{ "From", "From\n" },
	{ "From x\n", ">From x\n" },
	{ ">From x\n", ">>From x\n" },
	{ ">>>From \n", ">>>>From \n" },
	{ " From x\n", " From x\n" },
	{ "From:\n", "From:\n" },
	{ "from x\n", "from x\n" },
	{ "FFrom x\n", "FFrom x\n" },
	{ ">", ">\n" },
	{ ">\n>From\nFrom x\n", ">\n>From\n>From x\n" },
	{ "a From x\nFrom x From y\n", "a From x\n>From x From y\n" },
	{ "Fro>From x\n", "Fro>From x\n" },
	{ "\n\nFrom x\n\n", "\n\n>From x\n\n" },
	{ "From \nFrom \n", ">From \n>From \n" },
	{ "Fro\nFrom x\n", "Fro\n>From x\n" },
};

/* In pieces of every length. */
static void
test_quote(void **state)
{
	size_t i, piece, at;

	for (i = 0; i < LENGTH(cases); i++)
		for (piece = 1; piece < 9; piece++) {
			size_t n = strlen(cases[i].in);
			struct buf b = BUF_MAX(1000);
			struct from_quote q = { .quotes = 0 };

			for (at = 0; at < n; at += piece)
				assert_int_equal(from_quote(&q, cases[i].in +
				    at, n - at < piece ? n - at : piece, &b),
				    0);
			assert_int_equal(from_quote_end(&q, &b), 0);
			CHECK(holds(&b, cases[i].out), "%s: %s", cases[i].in,
			    shown(b.s, b.len));
			buf_free(&b);
		}
}

static void
test_line(void **state)
{
	char line[FROM_LINE];

	from_line(line, "a@b.example", 0);
	assert_string_equal(line, "From a@b.example Thu Jan  1 00:00:00 1970\n");
	from_line(line, "", 1764000000123456);
	assert_string_equal(line, "From MAILER-DAEMON Mon Nov 24 16:00:00 2025\n");
	from_line(line, "a b\tc@d\n", 0);
	assert_string_equal(line, "From a-b-c@d- Thu Jan  1 00:00:00 1970\n");
	from_line(line, many('a', 999), UINT64_MAX);
	assert_true(line[strlen(line) - 1] == '\n');
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
