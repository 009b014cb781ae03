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
		assert_int_equal(schedule_wait_ms(&usual, i + 1), waits_ms[i]);
	assert_int_equal(schedule_wait_ms(&usual, 0), 300000);
	assert_int_equal(schedule_wait_ms(&usual, UINT32_MAX), 14400000);
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
		CHECK(schedule_wait_ms(&cases[i].s, cases[i].n) == cases[i].ms,
		    "case %zu: %lld", i, (long long)schedule_wait_ms(
		    &cases[i].s, cases[i].n));
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
			int64_t ms = schedule_wait_ms(&s, n);

			assert_in_range(ms, before > 0 ? before : 1,
			    s.max_s * 1000);
			before = ms;
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_grows),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
