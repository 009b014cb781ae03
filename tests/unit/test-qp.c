/* test-qp - lib/text/qp.c */
#include "unit.h"

#include "text/qp.h"

static const struct {
	const char *in;
	size_t n;
	const char *out;
} cases[] = {
	{ OCTETS(""), "" },
	{ OCTETS("plain text\n\nmore\n"), "plain text\n\nmore\n" },
	{ OCTETS("a=b"), "a=3Db" },
	{ OCTETS("caf\xc3\xa9\n"), "caf=C3=A9\n" },
	{ OCTETS("blank \ntab\t\nend "), "blank=20\ntab=09\nend=20" },
	{ OCTETS("a b\tc"), "a b\tc" },
	{ OCTETS("\0\r\x7f"), "=00=0D=7F" },
	{ OCTETS("."), "." },
};

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *in = exactly(cases[i].in, cases[i].n);
		struct buf b = BUF_MAX(1000);

		assert_int_equal(qp_encode(&b, in, cases[i].n), 0);
		CHECK(holds(&b, cases[i].out), "%s: %s", shown(in, cases[i].n),
		    shown(b.s, b.len));
		buf_free(&b);
		free(in);
	}
}

/* Lines of 76 octets at most; no octet of one is cut from the others. */
static void
test_long(void **state)
{
	struct buf b = BUF_MAX(1000);

	assert_int_equal(qp_encode(&b, many('x', 160), 160), 0);
	assert_int_equal(b.len, 164);
	assert_memory_equal(b.s + 74, "x=\nx", 4);
	b.len = 0;
	assert_int_equal(qp_encode(&b, many('=', 30), 30), 0);
	assert_memory_equal(b.s + 72, "=3D=\n=3D", 8);
	b.len = 0;
	b.max = 50;
	CHECK_FAILS(qp_encode(&b, many('x', 80), 80), EMSGSIZE);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("qp", tests, NULL, NULL);
}
