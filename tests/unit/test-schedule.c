/* test-schedule - qrunner/schedule.c */
#include "unit.h"

#include "qrunner/runner.h"

static void
test_growth(void **state)
{
	static const struct schedule usual = { .first_s = 300, .max_s = 14400,
	    .factor_100 = 150 };
	static const int64_t waits_ms[] = {
		300000, 450000, 675000, 1012500, 1518750, 2278125, 3417187,
		5125780, 7688670, 11533005, 14400000, 14400000,
	};
	unsigned i;

	for (i = 0; i < LENGTH(waits_ms); i++)
		assert_int_equal(schedule_wait_ms(&usual, i + 1, i * 12345), waits_ms[i]);
	assert_int_equal(schedule_wait_ms(&usual, 0, 7), 300000);
	assert_int_equal(schedule_wait_ms(&usual, UINT32_MAX, 7), 14400000);
}

/* The edges that qrunner lets through as settings. */
static void
test_edges(void **state)
{
	static const struct {
		struct schedule s;
		unsigned n;
		int64_t ms;
	} cases[] = {
		{ { .first_s = 1, .max_s = 1, .factor_100 = 100 }, 5, 1000 },
		{ { .first_s = 7, .max_s = 9, .factor_100 = 100 }, 999999,
		  7000 },
		{ { .first_s = 9, .max_s = 7, .factor_100 = 150 }, 1, 7000 },
		{ { .first_s = 1, .max_s = 864000, .factor_100 = 10000 }, 3,
		  10000000 },
		{ { .first_s = 1, .max_s = 864000, .factor_100 = 10000 }, 4,
		  864000000 },
		{ { .first_s = 864000, .max_s = 864000, .factor_100 = 10000 },
		  2, 864000000 },
		{ { .first_s = 1, .max_s = 864000, .factor_100 = 200 }, 20,
		  524288000 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		CHECK(schedule_wait_ms(&cases[i].s, cases[i].n, 9) ==
		    cases[i].ms, "case %zu", i);
}

/* Never shorter than before, never over the longest, whatever the numbers. */
static void
test_grows(void **state)
{
	int i;

	for (i = 0; i < 2000; i++) {
		struct schedule s = { .first_s = dice(864000) + 1,
		    .max_s = dice(864000) + 1, .factor_100 = 100 + dice(9901) };
		int64_t before = 0;
		unsigned n;

		for (n = 1; n < 60; n++) {
			int64_t ms = schedule_wait_ms(&s, n, 7);

			assert_in_range(ms, before > 0 ? before : 1,
			    s.max_s * 1000);
			before = ms;
		}
	}
}

/* The waits of the n-th attempt go from least to most, each as likely. */
static void
test_jitter(void **state)
{
	static const struct {
		struct schedule s;
		unsigned n;
		int64_t least, most;
	} cases[] = {
		{ { .first_s = 300, .max_s = 14400, .factor_100 = 150,
		    .jitter = 10 }, 1, 270000, 330000 },
		{ { .first_s = 300, .max_s = 14400, .factor_100 = 150,
		    .jitter = 10 }, 2, 405000, 495000 },
		{ { .first_s = 300, .max_s = 14400, .factor_100 = 150,
		    .jitter = 10 }, 50, 12960000, 14400000 },
		{ { .first_s = 95, .max_s = 100, .factor_100 = 150,
		    .jitter = 10 }, 1, 85500, 100000 },
		{ { .first_s = 1, .max_s = 1, .factor_100 = 100,
		    .jitter = 50 }, 1, 500, 1000 },
		{ { .first_s = 864000, .max_s = 864000, .factor_100 = 100,
		    .jitter = 50 }, 1, 432000000, 864000000 },
		{ { .first_s = 10, .max_s = 100, .factor_100 = 100,
		    .jitter = 1 }, 1, 9900, 10100 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		const struct schedule *s = &cases[i].s;
		int64_t span = cases[i].most - cases[i].least, sum = 0, ms;
		int k;

		assert_int_equal(schedule_wait_ms(s, cases[i].n, 0),
		    cases[i].least);
		assert_int_equal(schedule_wait_ms(s, cases[i].n,
		    (uint32_t)span), cases[i].most);
		for (k = 0; k < 20000; k++) {
			ms = schedule_wait_ms(s, cases[i].n, dice(UINT32_MAX));
			assert_in_range(ms, cases[i].least, cases[i].most);
			sum += ms - cases[i].least;
		}
		CHECK(sum / k > span * 48 / 100 && sum / k < span * 52 / 100,
		    "case %zu: %lld of %lld", i, (long long)(sum / k),
		    (long long)span);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_jitter),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
