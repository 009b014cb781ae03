/* test-show - admin/show.c and lib/text/tame.c: numbers and strangers' texts */
#include "unit.h"

#include "admin/show.h"
#include "text/tame.h"

static void
test_sizes(void **state)
{
	static const struct {
		uint64_t n;
		const char *text;
	} cases[] = {
		{ 0, "0" }, { 999, "999" }, { 1023, "1023" }, { 1024, "1.0K" },
		{ 1536, "1.5K" }, { 9 * 1024 + 900, "9.9K" }, { 10240, "10K" },
		{ 1023 * 1024, "1023K" }, { 1024 * 1024, "1.0M" },
		{ 25 * 1024 * 1024, "25M" }, { 5ull << 30, "5.0G" },
		{ 1ull << 60, "1.0E" }, { UINT64_MAX, "16E" },
	};
	char out[SHOW_OCTETS];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		assert_string_equal(show_size(out, cases[i].n), cases[i].text);
}

static void
test_spans(void **state)
{
	static const struct {
		uint64_t s;
		const char *text;
	} cases[] = {
		{ 0, "0s" }, { 59, "59s" }, { 60, "1m" }, { 119, "1m" },
		{ 3599, "59m" }, { 3600, "1h" }, { 3660, "1h1m" },
		{ 86399, "23h59m" }, { 86400, "1d" }, { 90000, "1d1h" },
		{ 31 * 86400, "31d" }, { UINT64_MAX, "213503982334601d7h" },
	};
	char out[SHOW_OCTETS];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		assert_string_equal(show_span(out, cases[i].s), cases[i].text);
}

static void
test_times(void **state)
{
	struct buf b = BUF_MAX(100);
	char out[SHOW_OCTETS];

	assert_string_equal(show_time(out, 1795522005913668),
	    "2026-11-24 12:06:45");
	assert_string_equal(show_time(out, 0), "1970-01-01 00:00:00");
	(void)show_time(out, UINT64_MAX);
	assert_int_equal(json_time(&b, 1795522005913668), 0);
	assert_true(holds(&b, "\"2026-11-24T12:06:45Z\""));
	buf_free(&b);
}

static void
test_json(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} cases[] = {
		{ OCTETS(""), "\"\"" },
		{ OCTETS("a b"), "\"a b\"" },
		{ OCTETS("a\"b\\c/"), "\"a\\\"b\\\\c/\"" },
		{ OCTETS("\n\t\r\0\x1b\x7f"),
		  "\"\\n\\u0009\\u000d\\u0000\\u001b\\u007f\"" },
		{ OCTETS("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"),
		  "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ OCTETS("a\xffz"), "\"a\xef\xbf\xbdz\"" },
		{ OCTETS("\xc3"), "\"\xef\xbf\xbd\"" },
		{ OCTETS("\xc3("), "\"\xef\xbf\xbd(\"" },
		{ OCTETS("\xed\xa0\x80"),	/* a surrogate */
		  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ OCTETS("\xf0\x9f\x98"),
		  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf b = BUF_MAX(200);
		char *s = exactly(cases[i].in, cases[i].n);

		assert_int_equal(json_string(&b, s, cases[i].n), 0);
		CHECK(holds(&b, cases[i].out), "%s: %s", shown(cases[i].in,
		    cases[i].n), shown(b.s, b.len));
		b.max = b.len + 1;
		assert_int_equal(json_string(&b, s, cases[i].n), -1);
		CHECK(holds(&b, cases[i].out), "%s: half of it stays",
		    shown(cases[i].in, cases[i].n));
		buf_free(&b);
		free(s);
	}
}

static void
test_tame(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} cases[] = {
		{ OCTETS(""), "" }, { OCTETS("plain ~"), "plain ~" },
		{ OCTETS("\x1b[2J\0\n\x7f"), "?[2J???" },
		{ OCTETS("\xc3\xbc\xe2\x82\xac"), "\xc3\xbc\xe2\x82\xac" },
		{ OCTETS("\xc2\x9b\xc2\xa0"), "?\xc2\xa0" },
		{ OCTETS("\xfc\xc3\xbc"), "???" },
		{ OCTETS("\x9b"), "?" }, { OCTETS("\xc2"), "?" },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf b = BUF_MAX(100);
		char *s = exactly(cases[i].in, cases[i].n);

		assert_int_equal(tame_add(&b, s, cases[i].n), 0);
		CHECK(holds(&b, cases[i].out), "%s: %s", shown(cases[i].in,
		    cases[i].n), shown(b.s, b.len));
		buf_free(&b);
		free(s);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_tame),
	};

	return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
