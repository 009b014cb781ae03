/* test-buf - lib/base/buf.c */
#include "unit.h"

/* The maximum is the owner's word: one octet more is refused, nothing
 * changes. */
static void
test_max(void **state)
{
	static const size_t maxima[] = { 0, 1, 5, 255, 256, 257, 600, 70000 };
	size_t i;

	for (i = 0; i < LENGTH(maxima); i++) {
		struct buf b = BUF_MAX(maxima[i]);
		size_t k;

		for (k = 0; k < maxima[i]; k++)
			CHECK(buf_add(&b, "abcdefg" + k % 7, 1) == 0,
			    "max %zu at %zu", maxima[i], k);
		CHECK_FAILS(buf_add(&b, "x", 1), EMSGSIZE);
		CHECK_FAILS(buf_0(&b), EMSGSIZE);
		CHECK_FAILS(buf_room(&b, 1), EMSGSIZE);
		CHECK_FAILS(buf_room(&b, SIZE_MAX), EMSGSIZE);
		assert_int_equal(buf_room(&b, 0), 0);
		assert_int_equal(b.len, maxima[i]);
		assert_in_range(b.cap, b.len, b.max);
		for (k = 0; k < maxima[i]; k++)
			CHECK(b.s[k] == "abcdefg"[k % 7], "octet %zu", k);
		buf_free(&b);
	}
}

static void
test_add(void **state)
{
	struct buf b = BUF_MAX(10);

	assert_int_equal(buf_add(&b, NULL, 0), 0);
	assert_null(b.s);
	assert_int_equal(buf_adds(&b, "one"), 0);
	assert_int_equal(buf_add(&b, "\0two", 4), 0);
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.s, "one\0two", 7);
	CHECK_FAILS(buf_adds(&b, "four"), EMSGSIZE);
	assert_int_equal(b.len, 7);
	assert_int_equal(buf_adds(&b, ""), 0);
	assert_int_equal(buf_0(&b), 0);
	assert_int_equal(b.len, 7);
	assert_int_equal(b.s[7], '\0');
	buf_free(&b);
	assert_null(b.s);
	assert_int_equal(b.len + b.cap, 0);
	assert_int_equal(buf_adds(&b, "again"), 0);
	assert_true(holds(&b, "again"));
	buf_free(&b);
}

/* Text shorter and longer than buf_addf's own room. */
static void
test_addf(void **state)
{
	static const int lengths[] = { 0, 1, 510, 511, 512, 513, 2000 };
	size_t i;

	for (i = 0; i < LENGTH(lengths); i++) {
		struct buf b = BUF_MAX(3 + (size_t)lengths[i]);
		int n = lengths[i], k;

		assert_int_equal(buf_adds(&b, "<"), 0);
		CHECK(buf_addf(&b, "%*d>", n + 1, 7) == 0, "%d", n);
		assert_int_equal(b.len, (size_t)n + 3);
		CHECK(b.s[n + 1] == '7' && b.s[n + 2] == '>', "%d", n);
		for (k = 1; k <= n; k++)
			CHECK(b.s[k] == ' ', "%d at %d", n, k);
		b.len = 2;
		CHECK_FAILS(buf_addf(&b, "%*d>", n + 1, 7), EMSGSIZE);
		assert_int_equal(b.len, 2);
		assert_memory_equal(b.s, n > 0 ? "< " : "<7", 2);
		buf_free(&b);
	}
}

static void
test_shift(void **state)
{
	struct buf b = BUF_MAX(10);

	buf_shift(&b, 0);
	assert_int_equal(buf_adds(&b, "abcdef"), 0);
	buf_shift(&b, 0);
	assert_true(holds(&b, "abcdef"));
	buf_shift(&b, 2);
	assert_true(holds(&b, "cdef"));
	buf_shift(&b, 4);
	assert_true(holds(&b, ""));
	buf_free(&b);
}

/* Growth by doubling: a million octets are not copied a thousand times. */
static void
test_growth(void **state)
{
	struct buf b = BUF_MAX(1000000);
	size_t grown = 0, cap = 0;

	while (buf_add(&b, "octet", 5) == 0)
		if (b.cap != cap) {
			cap = b.cap;
			grown++;
		}
	assert_int_equal(b.len, 1000000);
	assert_in_range(grown, 2, 14);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_max),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_addf),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
