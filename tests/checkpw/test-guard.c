/* test-guard - checkpw/guard.c */
#include "unit.h"

#include "checkpw/guard.h"

static struct guard g;

static int
guard_setup(void **state)
{
	memset(&g, 0, sizeof(g));
	return 0;
}

static const struct {
	const char *in, *out;
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "2001:db8:0:1::1", "2001:db8:0:1::/64" },
	{ "2001:DB8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64" },
	{ "2001:db8:0:2::1", "2001:db8:0:2::/64" },
	{ "::1", "::/64" },
	{ "fe80::1%eth0", "fe80::1%eth0" },
	{ "unknown", "unknown" },
};

static void
address_names(void **state)
{
	char out[GUARD_NAME];
	size_t i;

	for (i = 0; i < LENGTH(addresses); i++) {
		guard_address(out, addresses[i].in);
		assert_string_equal(out, addresses[i].out);
	}
	guard_address(out, many('a', 500));
	assert_string_equal(out, many('a', GUARD_NAME - 1));
}

static void
account_names(void **state)
{
	char out[GUARD_NAME];

	guard_account(out, "Alice", "example.org");
	assert_string_equal(out, "alice@example.org");
	guard_account(out, "ALICE@Example.COM", "example.org");
	assert_string_equal(out, "alice@example.com");
	guard_account(out, "Alice", "");
	assert_string_equal(out, "alice");
	guard_account(out, many('a', 500), "example.org");
	assert_string_equal(out, many('a', GUARD_NAME - 1));
}

static int64_t
wait(const char *address, const char *account, int64_t now)
{
	return guard_wait_ms(&g, address, account, now);
}

/* Each failure as soon as it is looked at; the waits in seconds. */
static void
address_waits(void **state)
{
	static const int want[] = { 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128,
		256, 512, 900, 900, 900 };
	int64_t now = 1000000;
	size_t i;

	for (i = 0; i < LENGTH(want); i++) {
		guard_failed(&g, "A", "u", now);
		CHECK(wait("A", "u", now) == want[i] * 1000, "failure %zu: %d",
		    i + 1, (int)wait("A", "u", now));
		assert_int_equal(wait("A", "v", now), want[i] * 1000);
		assert_int_equal(wait("B", "u", now), 0);
		/* forgiven meanwhile: one each 900 s */
		now += want[i] == 900 ? 0 : want[i] * 1000;
	}
	assert_int_equal(wait("A", "u", now + 899999), 1);
	assert_int_equal(wait("A", "u", now + 900000), 0);
}

static void
many_failures(void **state)
{
	int i;

	for (i = 0; i < 100000; i++)
		guard_failed(&g, "A", "u", 5);
	assert_int_equal(wait("A", "u", 5), 900000);
}

static void
forgiven(void **state)
{
	int i;

	for (i = 0; i < 7; i++)
		guard_failed(&g, "A", "u", 0);
	/* three are forgiven, so this is the fifth */
	guard_failed(&g, "A", "u", 3 * 900000);
	assert_int_equal(wait("A", "u", 3 * 900000), 1000);
	guard_failed(&g, "A", "u", INT64_C(900000) * 1000);
	assert_int_equal(wait("A", "u", INT64_C(900000) * 1000), 0);
}

static void
account_waits(void **state)
{
	char address[32];
	int i;

	for (i = 1; i <= 21; i++) {
		snprintf(address, sizeof(address), "A%d", i);
		guard_failed(&g, address, "u", 0);
		assert_int_equal(wait("new", "u", 0), i < 20 ? 0 :
		    i == 20 ? 1000 : 2000);
	}
	assert_int_equal(wait("new", "v", 0), 0);
}

/* One address alone never makes an account wait for others. */
static void
one_address(void **state)
{
	int64_t now = 0;
	int i;

	for (i = 0; i < 2000; i++) {
		now += wait("A", "u", now);
		guard_failed(&g, "A", "u", now);
		CHECK(wait("B", "u", now) == 0, "failure %d", i);
	}
	for (i = 0; i < 100; i++)	/* checks that ran side by side */
		guard_failed(&g, "C", "v", 0);
	assert_int_equal(wait("B", "v", 0), 0);
}

static void
good_pair(void **state)
{
	char address[32];
	int i;

	guard_passed(&g, "home", "u", 0);
	for (i = 0; i < 100; i++) {
		snprintf(address, sizeof(address), "A%d", i);
		guard_failed(&g, address, "u", 0);
		guard_failed(&g, "home", "v", 0);
	}
	assert_true(wait("new", "u", 0) > 0);
	assert_true(wait("home", "w", 0) > 0);
	assert_int_equal(wait("home", "u", 0), 0);
	for (i = 0; i < 5; i++)
		guard_failed(&g, "home", "u", 0);
	assert_int_equal(wait("home", "u", 0), 1000);
	guard_passed(&g, "home", "u", 1000);
	assert_int_equal(wait("home", "u", 1000), 0);
	guard_failed(&g, "home", "u", 1000);
	assert_int_equal(wait("home", "u", 1000), 0);
}

/* A full table forgets what was used longest ago, and finds the rest. */
static void
full(void **state)
{
	char address[32];
	int i, j, n = GUARD_MARKS;

	for (i = 0; i < n + 100; i++) {
		snprintf(address, sizeof(address), "A%d", i);
		for (j = 0; j < 5; j++)
			guard_failed(&g, address, "u", i);
	}
	for (i = 0; i < n + 100; i++) {
		snprintf(address, sizeof(address), "A%d", i);
		CHECK((g.mark[BY_PAIR][0].name[0] == '\0') &&
		    (wait(address, "v", i) > 0) == (i >= 100), "%d", i);
	}
	for (i = 0; i < 3 * n; i++) {
		snprintf(address, sizeof(address), "P%d", i);
		guard_passed(&g, address, "u", i);
		if (i % 500 == 0)	/* used again and again */
			guard_passed(&g, "kept", "u", i);
	}
	assert_true(wait("new", "u", 0) > 0);
	assert_int_equal(wait("kept", "u", 0), 0);
	assert_int_equal(wait("P6143", "u", 0), 0);
	assert_true(wait("P1", "u", 0) > 0);
}

static void
shown_counters(void **state)
{
	struct buf b = BUF_MAX(4096);
	uint64_t next;
	unsigned lines = 0;
	size_t i;
	char name[200];

	for (i = 0; i < 6; i++)
		guard_failed(&g, "A", "u v", 0);
	guard_passed(&g, "B", "w", 0);
	assert_int_equal(guard_show(&g, 0, 500, &b), 0);
	assert_true(holds(&b, "address 6 2 A\naccount 5 0 u v\n"
	    "pair 0 0 B w\n"));
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%s%zu", many('x', 150), i);
		guard_passed(&g, name, "w", 0);
	}
	next = 0;
	do {
		b.len = 0;
		next = guard_show(&g, next, 0, &b);
		assert_true(b.len <= 4096 - 64);
		for (i = 0; i < b.len; i++)
			lines += b.s[i] == '\n';
	} while (next > 0);
	assert_int_equal(lines, 103);
	b.len = 0;
	assert_int_equal(guard_show(&g, UINT64_MAX, 0, &b), 0);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_names),
		cmocka_unit_test(account_names),
		cmocka_unit_test_setup(address_waits, guard_setup),
		cmocka_unit_test_setup(many_failures, guard_setup),
		cmocka_unit_test_setup(forgiven, guard_setup),
		cmocka_unit_test_setup(account_waits, guard_setup),
		cmocka_unit_test_setup(one_address, guard_setup),
		cmocka_unit_test_setup(good_pair, guard_setup),
		cmocka_unit_test_setup(full, guard_setup),
		cmocka_unit_test_setup(shown_counters, guard_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
