/* test-seqset - sets of numbers: as they are written, and what they are. */
#include "unit.h"

#include "text/seqset.h"

/* Sets, the greatest number there is, and what they settle to; NULL: no set. */
static const struct {
	const char *in;
	uint32_t max;
	const char *out;
	size_t left;		/* octets behind it */
} sets[] = {
	{ "1", 9, "1", 0 },
	{ "1,2,3", 9, "1:3", 0 },
	{ "3,1,2", 9, "1:3", 0 },
	{ "1:5", 9, "1:5", 0 },
	{ "5:1", 9, "1:5", 0 },
	{ "*", 9, "9", 0 },
	{ "*:*", 9, "9", 0 },
	{ "1:*", 9, "1:9", 0 },
	{ "*:3", 9, "3:9", 0 },
	{ "20:*", 9, "9:20", 0 },
	{ "*", 0, "", 0 },
	{ "1:*", 0, "", 0 },
	{ "1:3,7:9,2:8", 9, "1:9", 0 },
	{ "1,3,5:6,8", 9, "1,3,5:6,8", 0 },
	{ "5:6,7,1:2,4", 9, "1:2,4:7", 0 },
	{ "1:*,1:*,1:*", 9, "1:9", 0 },
	{ "4294967295", 9, "4294967295", 0 },
	{ "1:4294967295", 9, "1:4294967295", 0 },
	{ "4294967295:*", 9, "9:4294967295", 0 },
	{ "4294967295,4294967294", 9, "4294967294:4294967295", 0 },
	{ "0001", 9, "1", 0 },
	{ "1 FLAGS", 9, "1", 6 },
	{ "1)", 9, "1", 1 },
	{ "1**", 9, "1", 2 },
	{ "", 9, NULL, 0 }, { "0", 9, NULL, 0 }, { "1,", 9, NULL, 0 },
	{ ",1", 9, NULL, 0 }, { "1:", 9, NULL, 0 }, { ":1", 9, NULL, 0 },
	{ "1:0", 9, NULL, 0 }, { "1,,2", 9, NULL, 0 }, { "a", 9, NULL, 0 },
	{ "4294967296", 9, NULL, 0 }, { "99999999999999999999", 9, NULL, 0 },
	{ "-1", 9, NULL, 0 },
};

static void
test_sets(void **state)
{
	struct seqset s = { .n = 0 };
	size_t i;

	for (i = 0; i < LENGTH(sets); i++) {
		size_t n = strlen(sets[i].in);
		char *in = exactly(sets[i].in, n);
		const char *p = in;
		struct buf out = BUF_MAX(1000);
		int r = seqset_parse(&s, &p, in + n);

		CHECK((r == 0) == (sets[i].out != NULL), "%s: %d", sets[i].in,
		    r);
		CHECK(r == 0 || (p == in && s.n == 0), "%s", sets[i].in);
		if (r == 0) {
			CHECK((size_t)(in + n - p) == sets[i].left, "%s",
			    sets[i].in);
			seqset_settle(&s, sets[i].max);
			seqset_text(&s, &out);
			CHECK(holds(&out, sets[i].out), "%s: %s", sets[i].in,
			    shown(out.s, out.len));
		}
		buf_free(&out);
		free(in);
	}
	seqset_free(&s);
}

static void
test_has(void **state)
{
	static const char in[] = "10:20,5,30:*,1";
	struct seqset s = { .n = 0 };
	const char *p = in;
	uint32_t v;

	assert_int_equal(seqset_parse(&s, &p, in + sizeof(in) - 1), 0);
	assert_false(s.saved);
	seqset_settle(&s, 35);
	for (v = 0; v < 50; v++)
		CHECK(seqset_has(&s, v) == (v == 1 || v == 5 ||
		    (v >= 10 && v <= 20) || (v >= 30 && v <= 35)), "%u", v);
	assert_int_equal(seqset_count(&s), 19);
	p = "$";
	assert_int_equal(seqset_parse(&s, &p, p + 1), 0);
	assert_true(s.saved);
	assert_int_equal(seqset_count(&s), 0);
	assert_false(seqset_has(&s, 1));
	p = "1:4294967295";
	assert_int_equal(seqset_parse(&s, &p, p + 12), 0);
	seqset_settle(&s, 1);
	assert_true(seqset_count(&s) == 4294967295u);
	seqset_free(&s);
}

static void
test_add(void **state)
{
	static const uint32_t add[] = { 1, 2, 2, 4, 6, 7, 4294967294u,
	    4294967295u, 4294967295u };
	struct seqset s = { .n = 0 };
	struct buf out = BUF_MAX(100), tight = BUF_MAX(4);
	size_t i;

	for (i = 0; i < LENGTH(add); i++)
		assert_int_equal(seqset_add(&s, add[i]), 0);
	assert_int_equal(seqset_text(&s, &out), 0);
	assert_true(holds(&out, "1:2,4,6:7,4294967294:4294967295"));
	CHECK_FAILS(seqset_text(&s, &tight), EMSGSIZE);
	assert_int_equal(tight.len, 0);
	buf_free(&out);
	buf_free(&tight);
	seqset_free(&s);
}

static void
test_great(void **state)
{
	struct buf in = BUF_MAX(1000000);
	struct seqset s = { .n = 0 };
	const char *p;
	size_t i;

	for (i = 0; i < SEQSET_RANGES; i++)
		buf_adds(&in, i > 0 ? ",1:*" : "1:*");
	p = in.s;
	assert_int_equal(seqset_parse(&s, &p, in.s + in.len), 0);
	seqset_settle(&s, 100000);
	assert_int_equal(s.n, 1);
	buf_adds(&in, ",1");
	p = in.s;
	CHECK_FAILS(seqset_parse(&s, &p, in.s + in.len), EMSGSIZE);
	buf_free(&in);
	seqset_free(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_great),
	};

	return cmocka_run_group_tests_name("seqset", tests, NULL, NULL);
}
