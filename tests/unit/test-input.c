/* test-input - a message as programs pipe it into sendmail(1). */
#include "unit.h"

#include "qinject/sendmail.h"

static const struct {
	const char *in;
	size_t n;
	const char *dot, *text;		/* what it is with a dot that ends, and -i */
} cases[] = {
	{ OCTETS(""), "", "" },
	{ OCTETS("a"), "a", "a" },
	{ OCTETS("a\n"), "a\n", "a\n" },
	{ OCTETS("a\r\nb\r\n"), "a\nb\n", "a\nb\n" },
	{ OCTETS("a\r\nb\nc\r\n"), "a\nb\nc\n", "a\nb\nc\n" },
	{ OCTETS("a\rb\r\r\n"), "a\rb\r\n", "a\rb\r\n" },
	{ OCTETS("a\r"), "a\r", "a\r" },
	{ OCTETS("\r"), "\r", "\r" },
	{ OCTETS("\r\n"), "\n", "\n" },
	{ OCTETS("a\n.\nb\n"), "a\n", "a\n.\nb\n" },
	{ OCTETS("a\r\n.\r\nb\n"), "a\n", "a\n.\nb\n" },
	{ OCTETS(".\n"), "", ".\n" },
	{ OCTETS("a\n."), "a\n", "a\n." },
	{ OCTETS("a\n.\r"), "a\n", "a\n.\r" },
	{ OCTETS("a\n.b\n"), "a\n.b\n", "a\n.b\n" },
	{ OCTETS("a\n..\nb\n"), "a\n..\nb\n", "a\n..\nb\n" },
	{ OCTETS("a.\nb\n"), "a.\nb\n", "a.\nb\n" },
	{ OCTETS("a\n.\rb\n"), "a\n.\rb\n", "a\n.\rb\n" },
	{ OCTETS("a\n.\r\r\nb\n"), "a\n.\r\nb\n", "a\n.\r\nb\n" },
	{ OCTETS("a\n.\r.\r\n"), "a\n.\r.\n", "a\n.\r.\n" },
};

static void
check(const char *in, size_t n, size_t step, int dots_are_text,
    const char *want)
{
	struct input i = { .dots_are_text = dots_are_text };
	struct buf all = BUF_MAX(4096);
	size_t at, k;
	char *out;

	for (at = 0; at < n; at += k) {
		k = n - at < step ? n - at : step;
		out = malloc(k + 2);
		buf_add(&all, out, input_put(&i, in + at, k, out));
		free(out);
	}
	out = malloc(2);
	buf_add(&all, out, input_end(&i, out));
	free(out);
	CHECK(holds(&all, want), "%s in steps of %zu: %s", shown(in, n), step,
	    shown(all.s, all.len));
	buf_free(&all);
}

static void
test_cases(void **state)
{
	size_t k, step;

	for (k = 0; k < LENGTH(cases); k++)
		for (step = 1; step < 5; step++) {
			char *in = exactly(cases[k].in, cases[k].n);

			check(in, cases[k].n, step, 0, cases[k].dot);
			check(in, cases[k].n, step, 1, cases[k].text);
			free(in);
		}
}

static void
test_8bit(void **state)
{
	struct input i = { .dots_are_text = 0 };
	char out[16];

	assert_int_equal(input_put(&i, "a\0b", 3, out), 3);
	assert_memory_equal(out, "a\0b", 3);
	assert_int_equal(i.is_8bit, 0);
	(void)input_put(&i, "\xc3\xa4", 2, out);
	assert_int_equal(i.is_8bit, 1);
}

static const struct {
	const char *in;
	size_t header;
} splits[] = {
	{ "", 0 },
	{ "\nbody\n", 0 },
	{ "body\n", 0 },
	{ "A: b\n", 5 },
	{ "A: b", 4 },
	{ "A: b\n\nbody\n", 5 },
	{ "A: b\n c\n\td\nE:\n\nbody", 14 },
	{ "A: b\nbody text\n", 5 },
	{ " A: b\n", 0 },
	{ "From a Tue\nA: b\n\nx", 16 },
	{ "From: a\nFrom a Tue\n", 8 },
	{ "hello: world\n", 13 },
	{ ": b\n", 0 },
};

static void
test_split(void **state)
{
	size_t k, n;

	for (k = 0; k < LENGTH(splits); k++) {
		size_t all = strlen(splits[k].in), at = 0;
		int r = 0;

		for (n = 0; n < all && r == 0; n++) {
			char *in = exactly(splits[k].in, n);

			r = header_split(in, n, &at, 0);
			CHECK(at <= n, "%s: %zu of %zu", splits[k].in, at, n);
			free(in);
		}
		if (r == 0)
			r = header_split(splits[k].in, all, &at, 1);
		CHECK(r == 1 && at == splits[k].header, "%s: %d, %zu",
		    splits[k].in, r, at);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_8bit),
		cmocka_unit_test(test_split),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
