/* test-account - what of checkpw/account.c is pure: shadow(5)'s days */
#include "unit.h"

#include "checkpw/account.h"

static const struct {
	long lstchg, max, expire;
	int expired;		/* on day 20000 */
} days[] = {
	{ 19000, 99999, -1, 0 },
	{ -1, -1, -1, 0 },		/* empty fields: no ageing */
	{ 19000, -1, -1, 0 },
	{ -1, 30, -1, 0 },
	{ 19970, 30, -1, 0 },
	{ 19969, 30, -1, 1 },
	{ 20001, 0, -1, 0 },		/* changed by a clock that is ahead */
	{ 20000, 0, -1, 0 },
	{ 0, 99999, -1, 1 },		/* to be changed first */
	{ 19000, 99999, 20001, 0 },
	{ 19000, 99999, 20000, 1 },
	{ 19000, 99999, 1, 1 },
	{ 19000, 99999, 0, 0 },		/* 0 is avoided, shadow(5) says */
};

static void
expired(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(days); i++) {
		struct spwd sp = { .sp_lstchg = days[i].lstchg,
		    .sp_max = days[i].max, .sp_expire = days[i].expire };

		CHECK(account_is_expired(&sp, 20000) == days[i].expired,
		    "case %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
