/* test-quota - lib/text/quota.c */
#include "unit.h"

#include "text/quota.h"

/* What is read, and how it is written; NULL: it is no quota. */
static const struct {
	const char *in, *out;
} quotas[] = {
	{ "", "" },
	{ "0", "" },
	{ "0S,0C", "" },
	{ "1000000S,1000C", "1000000S,1000C" },
	{ "1000C,1000000S", "1000000S,1000C" },
	{ "1000000", "1000000S" },
	{ "1000000S", "1000000S" },
	{ "1000C", "1000C" },
	{ "100M,5000", "104857600S,5000C" },
	{ "100m", "104857600S" },
	{ "2GS", "2147483648S" },
	{ "1k,1kC", "1024S,1024C" },
	{ "0,7", "7C" },
	{ "9223372036854775807,9223372036854775807",
	  "9223372036854775807S,9223372036854775807C" },
	{ "9223372036854775808", NULL },
	{ "8589934592G", NULL },
	{ "18446744073709551616", NULL },
	{ ",", NULL },
	{ "1,", NULL },
	{ ",1", NULL },
	{ "1,2,3", NULL },
	{ "S", NULL },
	{ "M", NULL },
	{ "1T", NULL },
	{ "-1", NULL },
	{ " 1", NULL },
	{ "1 ", NULL },
	{ "1MM", NULL },
	{ "1SS", NULL },
	{ "none", NULL },
};

static void
test_parse(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(quotas); i++) {
		size_t n = strlen(quotas[i].in);
		char *in = exactly(quotas[i].in, n), out[QUOTA_OCTETS] = "-";
		struct quota q = { .octets = 7 };
		int r = quota_parse(in, n, &q);

		if (r == 0)
			quota_format(out, &q);
		CHECK((r == 0) == (quotas[i].out != NULL) && (r == -1 ?
		    q.octets == 7 : strcmp(out, quotas[i].out) == 0),
		    "%s: %d %s", quotas[i].in, r, out);
		free(in);
	}
}

/* A maildirsize; how many lines it has, its sums, its limit. */
static const struct {
	const char *in;
	int lines;
	int64_t octets, messages;
	const char *limit;
} files[] = {
	{ "1000000S,1000C\n500 2\n", 1, 500, 2, "1000000S,1000C" },
	{ "1000S\n500 2\n30 1\n-500 -2\n", 3, 30, 1, "1000S" },
	{ "1000S\n        500          2\n", 1, 500, 2, "1000S" },
	{ "1000S\n500 2 \n", 1, 500, 2, "1000S" },
	{ "\n500 2\n", 1, 500, 2, "" },
	{ "1000S\n0 0\n", 1, 0, 0, "1000S" },
	{ "", -1, 0, 0, "" },
	{ "1000S", -1, 0, 0, "" },
	{ "1000S\n", -1, 0, 0, "1000S" },
	{ "1000S\n500 2", -1, 0, 0, "1000S" },
	{ "1000S\n500 2\n30", -1, 0, 0, "1000S" },
	{ "1000S\n500\n", -1, 0, 0, "1000S" },
	{ "1000S\n500 2 3\n", -1, 0, 0, "1000S" },
	{ "1000S\n-500 2\n", -1, 0, 0, "1000S" },
	{ "1000S\n500 -2\n", -1, 0, 0, "1000S" },
	{ "1000S\n\n", -1, 0, 0, "1000S" },
	{ "1000S\nx 1\n", -1, 0, 0, "1000S" },
	{ "1000S\n9999999999999999 1\n", -1, 0, 0, "1000S" },
	{ "1000S\r\n500 2\n", -1, 0, 0, "" },
	{ "nonsense\n500 2\n", -1, 0, 0, "" },
};

static void
test_read(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(files); i++) {
		size_t n = strlen(files[i].in);
		char *in = exactly(files[i].in, n), limit[QUOTA_OCTETS];
		struct quota q;
		struct usage u;
		int r = quota_read(in, n, &q, &u);

		quota_format(limit, &q);
		CHECK(r == files[i].lines && strcmp(limit, files[i].limit) == 0
		    && (r == -1 || (u.octets == files[i].octets &&
		    u.messages == files[i].messages)), "%s: %d %s",
		    shown(in, n), r, limit);
		free(in);
	}
}

static void
test_read_long(void **state)
{
	struct buf b = BUF_MAX(2 * QUOTA_SIZE_FILE);
	struct quota q;
	struct usage u;

	assert_int_equal(buf_adds(&b, "1000S\n"), 0);
	while (b.len <= QUOTA_SIZE_FILE - 4)
		assert_int_equal(buf_adds(&b, "1 1\n"), 0);
	assert_true(quota_read(b.s, b.len, &q, &u) > 1000);
	assert_int_equal(buf_adds(&b, "1 1\n"), 0);
	assert_int_equal(quota_read(b.s, b.len, &q, &u), -1);
	assert_int_equal(q.octets, 1000);
	buf_free(&b);
}

static void
test_names(void **state)
{
	static const struct {
		const char *name;
		int64_t octets;		/* -1: it tells none */
	} names[] = {
		{ "1.2-3.host,S=500,W=510:2,S", 500 },
		{ "1.2-3.host,W=510,S=500", 500 },
		{ "1.host,S=0", 0 },
		{ "1.host,S=5:2,", 5 },
		{ "1.host,S=", -1 },
		{ "1.host,S=5x", -1 },
		{ "1.host,S=99999999999999999999", -1 },
		{ "1.host:2,S", -1 },
		{ "1.host", -1 },
	};
	size_t i;

	for (i = 0; i < LENGTH(names); i++) {
		uint64_t got = 0;
		int r = quota_name(names[i].name, &got);

		CHECK(r == -1 ? names[i].octets == -1 :
		    (int64_t)got == names[i].octets, "%s", names[i].name);
	}
}

static void
test_limits(void **state)
{
	struct quota q = { .octets = 1000, .messages = 20 }, none = { 0, 0 };
	struct usage u = { 1000, 20 };

	assert_false(quota_is_over(&q, &u));
	assert_true(quota_is_near(&q, &u));
	u.octets++;
	assert_true(quota_is_over(&q, &u));
	assert_false(quota_is_over(&none, &u));
	assert_false(quota_is_near(&none, &u));
	u = (struct usage){ 899, 21 };
	assert_true(quota_is_over(&q, &u));
	u.messages = 17;
	assert_false(quota_is_near(&q, &u));
	u.messages = 18;
	assert_true(quota_is_near(&q, &u));
	u = (struct usage){ 900, 0 };
	assert_true(quota_is_near(&q, &u));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_long),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
