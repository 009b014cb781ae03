/* test-record - lib/text/record.c */
#include "unit.h"

#include "text/record.h"

/* Lines read: "key|value;" each, then "!" and the offset of a bad line. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} cases[] = {
	{ OCTETS(""), "" },
	{ OCTETS("a b\n"), "a|b;" },
	{ OCTETS("a \n"), "a|;" },
	{ OCTETS("a  b \n"), "a| b ;" },
	{ OCTETS("rcpt bob@example.org\nx-9 y\n"),
	  "rcpt|bob@example.org;x-9|y;" },
	{ OCTETS("a \xff\x80~\n"), "a|\xff\x80~;" },
	{ OCTETS("abcdefghijklmnopqrstuvwxyz012345 x\n"),
	  "abcdefghijklmnopqrstuvwxyz012345|x;" },
	{ OCTETS("abcdefghijklmnopqrstuvwxyz0123456 x\n"), "!0" },
	{ OCTETS("a b"), "!0" },
	{ OCTETS("a b\nc d"), "a|b;!4" },
	{ OCTETS("\n"), "!0" },
	{ OCTETS("a b\n\nc d\n"), "a|b;!4" },
	{ OCTETS("a\n"), "!0" },
	{ OCTETS("a\nb c\n"), "!0" },
	{ OCTETS(" b\n"), "!0" },
	{ OCTETS("A b\n"), "!0" },
	{ OCTETS("a_b c\n"), "!0" },
	{ OCTETS("a\tb\n"), "!0" },
	{ OCTETS("a b\tc\n"), "!0" },
	{ OCTETS("a b\r\n"), "!0" },
	{ OCTETS("a b\0c\n"), "!0" },
	{ OCTETS("a\0 b\n"), "!0" },
	{ OCTETS("a b\x7f\n"), "!0" },
	{ OCTETS("a b\x1f\n"), "!0" },
};

static void
test_next(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *in = exactly(cases[i].in, cases[i].n);
		const char *p = in, *end = in + cases[i].n;
		struct buf got = BUF_MAX(1000);
		struct field f;
		int r;

		errno = 0;
		while ((r = record_next(&p, end, &f)) == 1)
			assert_int_equal(buf_addf(&got, "%.*s|%.*s;",
			    (int)f.key_n, f.key, (int)f.n, f.value), 0);
		if (r == -1) {
			assert_int_equal(errno, EINVAL);
			assert_int_equal(buf_addf(&got, "!%d", (int)(p - in)),
			    0);
		} else
			assert_ptr_equal(p, end);
		CHECK(holds(&got, cases[i].out), "%s: %s",
		    shown(cases[i].in, cases[i].n), shown(got.s, got.len));
		buf_free(&got);
		free(in);
	}
}

static void
test_field(void **state)
{
	static const char text[] = "size 42\nname bob\nbig "
	    "18446744073709551616\nnone \n";
	const char *p = text, *end = text + sizeof(text) - 1;
	struct field f;
	char copy[4] = "old";
	uint64_t n = 7;

	assert_int_equal(record_next(&p, end, &f), 1);
	assert_int_equal(field_is(&f, "size"), 1);
	assert_int_equal(field_is(&f, "siz"), 0);
	assert_int_equal(field_is(&f, "sizes"), 0);
	assert_int_equal(field_is(&f, ""), 0);
	assert_int_equal(field_u64(&f, &n), 0);
	assert_int_equal(n, 42);
	assert_int_equal(record_next(&p, end, &f), 1);
	CHECK_FAILS(field_u64(&f, &n), EINVAL);
	assert_int_equal(n, 42);
	CHECK_FAILS(field_copy(&f, copy, 3), EMSGSIZE);
	assert_string_equal(copy, "old");
	CHECK_FAILS(field_copy(&f, copy, 0), EMSGSIZE);
	assert_int_equal(field_copy(&f, copy, 4), 0);
	assert_string_equal(copy, "bob");
	assert_int_equal(record_next(&p, end, &f), 1);
	CHECK_FAILS(field_u64(&f, &n), ERANGE);
	assert_int_equal(record_next(&p, end, &f), 1);
	CHECK_FAILS(field_u64(&f, &n), EINVAL);
	assert_int_equal(field_copy(&f, copy, 1), 0);
	assert_string_equal(copy, "");
	assert_int_equal(record_next(&p, end, &f), 0);
}

static void
test_add(void **state)
{
	struct buf b = BUF_MAX(1000);

	assert_int_equal(record_adds(&b, "a", "b c"), 0);
	assert_int_equal(record_add(&b, "d", "efgh", 2), 0);
	assert_int_equal(record_add(&b, "none", NULL, 0), 0);
	assert_int_equal(record_add_u64(&b, "n", UINT64_MAX), 0);
	assert_int_equal(record_add_u64(&b, "n", 0), 0);
	assert_true(holds(&b, "a b c\nd ef\nnone \n"
	    "n 18446744073709551615\nn 0\n"));
	buf_free(&b);
}

/* A value with any octet: it is refused, or comes back as it was. A line's end
 * in a value would be a line of somebody's own. */
static void
test_every_octet(void **state)
{
	int c;

	for (c = 0; c < 256; c++) {
		char value[] = { 'x', (char)c, 'y' };
		int good = c >= 32 && c != 127, r;
		struct buf b = BUF_MAX(100);
		const char *p;
		struct field f;

		assert_int_equal(buf_adds(&b, "z "), 0);
		errno = 0;
		r = record_add(&b, "k", value, 3);
		CHECK(r == (good ? 0 : -1), "octet %d: %d", c, r);
		if (good) {
			p = b.s + 2;
			assert_int_equal(record_next(&p, b.s + b.len, &f), 1);
			assert_int_equal(f.n, 3);
			assert_memory_equal(f.value, value, 3);
		} else {
			assert_int_equal(errno, EINVAL);
			assert_int_equal(b.len, 2);
		}
		buf_free(&b);
	}
}

static void
test_full(void **state)
{
	size_t max;

	for (max = 0; max < 7; max++) {
		struct buf b = BUF_MAX(max);

		CHECK_FAILS(record_adds(&b, "key", "va"), EMSGSIZE);
		assert_int_equal(b.len, 0);
		buf_free(&b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_field),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_every_octet),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
