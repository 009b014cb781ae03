/* test-esmtp - lib/text/esmtp.c */
#include "unit.h"

#include "text/esmtp.h"

/* What the parameters are: "key=value;" each, "key;" without one; "!" at a
 * mistake. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} cases[] = {
	{ OCTETS(""), "" },
	{ OCTETS("   \t "), "" },
	{ OCTETS("SIZE=1"), "SIZE=1;" },
	{ OCTETS(" SIZE=1"), "SIZE=1;" },
	{ OCTETS(" SIZE=1 \t BODY=8BITMIME "), "SIZE=1;BODY=8BITMIME;" },
	{ OCTETS("SMTPUTF8"), "SMTPUTF8;" },
	{ OCTETS("a b-c 9"), "a;b-c;9;" },
	{ OCTETS("AUTH=<>"), "AUTH=<>;" },
	{ OCTETS("X=!~"), "X=!~;" },
	{ OCTETS("X=+3D"), "X=+3D;" },
	{ OCTETS("x- X--=-"), "x-;X--=-;" },
	{ OCTETS("="), "!" },
	{ OCTETS("=1"), "!" },
	{ OCTETS("-X=1"), "!" },
	{ OCTETS("X="), "!" },
	{ OCTETS("X= Y"), "!" },
	{ OCTETS("X=a=b"), "!" },
	{ OCTETS("A X==b"), "A;!" },
	{ OCTETS("X_Y=1"), "!" },
	{ OCTETS("X.Y"), "!" },
	{ OCTETS("X\0=1"), "!" },
	{ OCTETS("X=1\0"), "!" },
	{ OCTETS("X=1\r"), "!" },
	{ OCTETS("X=\x7f"), "!" },
	{ OCTETS("X=\xc3\xa4"), "!" },
	{ OCTETS("\xe4=1"), "!" },
	{ OCTETS("X=1\x1f"), "!" },
};

static void
add(struct buf *b, const struct param *p)
{
	assert_int_equal(buf_add(b, p->key, p->key_n), 0);
	if (p->value != NULL) {
		assert_int_equal(buf_adds(b, "="), 0);
		assert_int_equal(buf_add(b, p->value, p->n), 0);
	}
	assert_int_equal(buf_adds(b, ";"), 0);
}

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *in = exactly(cases[i].in, cases[i].n);
		const char *p = in, *end = in + cases[i].n;
		struct buf got = BUF_MAX(1000);
		struct param param;
		int r;

		errno = 0;
		while ((r = esmtp_next(&p, end, &param)) == 1)
			add(&got, &param);
		if (r == -1) {
			assert_int_equal(errno, EINVAL);
			assert_int_equal(buf_adds(&got, "!"), 0);
		} else
			CHECK(p == end, "%s: stops early",
			    shown(cases[i].in, cases[i].n));
		CHECK(holds(&got, cases[i].out), "%s: %s",
		    shown(cases[i].in, cases[i].n), shown(got.s, got.len));
		buf_free(&got);
		free(in);
	}
}

static const struct {
	const char *in;
	size_t n;
	int is;
} xtexts[] = {
	{ OCTETS(""), 1 },
	{ OCTETS("<>"), 1 },
	{ OCTETS("e+3Dmc2@example.com"), 1 },
	{ OCTETS("+2B+3D"), 1 },
	{ OCTETS("!~+00"), 1 },
	{ OCTETS("+"), 0 },
	{ OCTETS("a+3"), 0 },
	{ OCTETS("+3d"), 0 },
	{ OCTETS("+G0"), 0 },
	{ OCTETS("a=b"), 0 },
	{ OCTETS("a b"), 0 },
	{ OCTETS("a\0"), 0 },
	{ OCTETS("\xe4"), 0 },
};

static void
test_xtext(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(xtexts); i++) {
		char *in = exactly(xtexts[i].in, xtexts[i].n);

		CHECK(esmtp_is_xtext(in, xtexts[i].n) == xtexts[i].is, "%s",
		    shown(in, xtexts[i].n));
		free(in);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_xtext),
	};

	return cmocka_run_group_tests_name("esmtp", tests, NULL, NULL);
}
