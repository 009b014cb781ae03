/* test-date - lib/text/date.c, also against the C library. */
#include "unit.h"

#include <time.h>

#include "text/date.h"

#define DAY	86400
#define LAST	253402300799	/* of the year 9999 */

static void
test_known(void **state)
{
	static const struct {
		uint64_t t;
		const char *s;
	} cases[] = {
		{ 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
		{ 1, "Thu, 1 Jan 1970 00:00:01 +0000" },
		{ 86399, "Thu, 1 Jan 1970 23:59:59 +0000" },
		{ 86400, "Fri, 2 Jan 1970 00:00:00 +0000" },
		{ 68169600, "Tue, 29 Feb 1972 00:00:00 +0000" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
		{ 951868800, "Wed, 1 Mar 2000 00:00:00 +0000" },
		{ 978307199, "Sun, 31 Dec 2000 23:59:59 +0000" },
		{ 1709164800, "Thu, 29 Feb 2024 00:00:00 +0000" },
		{ 2147483647, "Tue, 19 Jan 2038 03:14:07 +0000" },
		{ 2147483648, "Tue, 19 Jan 2038 03:14:08 +0000" },
		{ 4107542399, "Sun, 28 Feb 2100 23:59:59 +0000" },
		{ 4107542400, "Mon, 1 Mar 2100 00:00:00 +0000" },
		{ 4294967296, "Sun, 7 Feb 2106 06:28:16 +0000" },
		{ LAST, "Fri, 31 Dec 9999 23:59:59 +0000" },
	};
	char got[DATE_OCTETS];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		date_mail(got, cases[i].t);
		assert_string_equal(got, cases[i].s);
	}
}

static void
compare(uint64_t t)
{
	char want[DATE_OCTETS], day[8], rest[32], got[DATE_OCTETS];
	time_t when = (time_t)t;
	struct tm tm;

	assert_non_null(gmtime_r(&when, &tm));
	strftime(day, sizeof(day), "%a, ", &tm);
	strftime(rest, sizeof(rest), " %b %Y %H:%M:%S +0000", &tm);
	snprintf(want, sizeof(want), "%s%d%s", day, tm.tm_mday, rest);
	date_mail(got, t);
	CHECK(strcmp(got, want) == 0, "%llu: %s, not %s",
	    (unsigned long long)t, got, want);
}

/* The turns of every year, and of February. */
static void
test_turns(void **state)
{
	struct tm tm = { .tm_mday = 1 };
	int year;

	for (year = 1970; year <= 9999; year++) {
		uint64_t t;

		tm.tm_year = year - 1900;
		tm.tm_mon = 0;
		t = (uint64_t)timegm(&tm);
		compare(t);
		if (t > 0)
			compare(t - 1);
		compare(t + 58 * DAY);		/* 28 February */
		compare(t + 59 * DAY);		/* the 29th or 1 March */
		compare(t + 60 * DAY - 1);
		compare(t + 60 * DAY);
	}
}

static void
test_random(void **state)
{
	int i;

	for (i = 0; i < 20000; i++)
		compare(((uint64_t)dice(UINT32_MAX) << 16 | dice(65536)) %
		    (LAST + 1));
}

/* Nonsense from a clock or a file must not run off. */
static void
test_beyond(void **state)
{
	static const uint64_t cases[] = {
		LAST + 1, (uint64_t)1 << 40, INT64_MAX, UINT64_MAX - 1,
		UINT64_MAX,
	};
	char got[DATE_OCTETS];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		memset(got, 'x', sizeof(got));
		date_mail(got, cases[i]);
		assert_non_null(memchr(got, '\0', sizeof(got)));
		assert_non_null(strstr(got, " +0000"));
	}
}

/* date_join undoes date_split, and refuses what is no time. */
static void
test_join(void **state)
{
	static const struct date wrong[] = {
		{ .year = 0, .day = 1 }, { .year = 10000, .day = 1 },
		{ .year = 2000, .month = 12, .day = 1 },
		{ .year = 2000, .day = 0 }, { .year = 2000, .day = 32 },
		{ .year = 2001, .month = 1, .day = 29 },
		{ .year = 1900, .month = 1, .day = 29 },
		{ .year = 2000, .day = 1, .hour = 24 },
		{ .year = 2000, .day = 1, .minute = 60 },
		{ .year = 2000, .day = 1, .second = 61 },
	};
	struct date d = { .year = 1, .day = 1 };
	int64_t got;
	uint64_t t;
	size_t i;

	assert_int_equal(date_join(&d, &got), 0);
	assert_true(got == -62135596800);
	for (t = 0; t < LAST; t += DAY * 13 + 12347) {
		date_split(&d, t);
		assert_int_equal(date_join(&d, &got), 0);
		assert_true(got == (int64_t)t);
	}
	for (i = 0; i < LENGTH(wrong); i++)
		CHECK_FAILS(date_join(wrong + i, &got), EINVAL);
	assert_int_equal(date_month("jAN"), 0);
	assert_int_equal(date_month("Dec"), 11);
	assert_int_equal(date_month("Foo"), -1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
