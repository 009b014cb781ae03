/* test-num - lib/base/num.c */
#include "unit.h"

#include "base/num.h"

static const struct {
	const char *s;
	size_t n;
	int e;			/* errno, or 0 */
	uint64_t v;
} decimals[] = {
	{ OCTETS("0"), 0, 0 },
	{ OCTETS("9"), 0, 9 },
	{ OCTETS("00000000000000000000000000000007"), 0, 7 },
	{ OCTETS("18446744073709551615"), 0, UINT64_MAX },
	{ OCTETS("18446744073709551616"), ERANGE, 0 },
	{ OCTETS("18446744073709551620"), ERANGE, 0 },
	{ OCTETS("99999999999999999999"), ERANGE, 0 },
	{ OCTETS("184467440737095516150"), ERANGE, 0 },
	{ OCTETS(""), EINVAL, 0 },
	{ OCTETS("-1"), EINVAL, 0 },
	{ OCTETS("+1"), EINVAL, 0 },
	{ OCTETS(" 1"), EINVAL, 0 },
	{ OCTETS("1 "), EINVAL, 0 },
	{ OCTETS("1\0"), EINVAL, 0 },
	{ OCTETS("0x1"), EINVAL, 0 },
	{ OCTETS("/"), EINVAL, 0 },
	{ OCTETS(":"), EINVAL, 0 },
	{ OCTETS("\xb1"), EINVAL, 0 },
}, hexes[] = {
	{ OCTETS("0"), 0, 0 },
	{ OCTETS("f"), 0, 15 },
	{ OCTETS("00abcdef"), 0, 0xabcdef },
	{ OCTETS("ffffffff"), 0, UINT32_MAX },
	{ OCTETS("89"), 0, 0x89 },
	{ OCTETS(""), EINVAL, 0 },
	{ OCTETS("000000000"), EINVAL, 0 },
	{ OCTETS("A"), EINVAL, 0 },
	{ OCTETS("g"), EINVAL, 0 },
	{ OCTETS("`"), EINVAL, 0 },
	{ OCTETS("/"), EINVAL, 0 },
	{ OCTETS(":"), EINVAL, 0 },
	{ OCTETS("1\0"), EINVAL, 0 },
};

static void
test_u64(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(decimals); i++) {
		char *s = exactly(decimals[i].s, decimals[i].n);
		uint64_t v = 12345;
		int r;

		errno = 0;
		r = num_u64(s, decimals[i].n, &v);
		CHECK(r == (decimals[i].e == 0 ? 0 : -1) &&
		    errno == decimals[i].e, "%s: %d, errno %d",
		    shown(s, decimals[i].n), r, errno);
		CHECK(v == (r == 0 ? decimals[i].v : 12345), "%s: value",
		    shown(s, decimals[i].n));
		free(s);
	}
}

static void
test_hex32(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(hexes); i++) {
		char *s = exactly(hexes[i].s, hexes[i].n);
		uint32_t v = 12345;
		int r;

		errno = 0;
		r = num_hex32(s, hexes[i].n, &v);
		CHECK(r == (hexes[i].e == 0 ? 0 : -1) && errno == hexes[i].e,
		    "%s: %d, errno %d", shown(s, hexes[i].n), r, errno);
		CHECK(v == (r == 0 ? hexes[i].v : 12345), "%s: value",
		    shown(s, hexes[i].n));
		free(s);
	}
}

static void
test_put(void **state)
{
	static const struct {
		uint64_t	 v;
		const char	*s;
	} numbers[] = {
		{ 0, "0" }, { 9, "9" }, { 10, "10" }, { 1764000000,
		"1764000000" }, { UINT64_MAX, "18446744073709551615" },
	};
	size_t i;

	for (i = 0; i < LENGTH(numbers); i++) {
		char out[NUM_DIGITS];
		size_t n = num_put(out, numbers[i].v);

		CHECK(n == strlen(numbers[i].s) && memcmp(out, numbers[i].s,
		    n) == 0, "%s: %s", numbers[i].s, shown(out, n));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_hex32),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
