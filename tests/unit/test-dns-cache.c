/* test-dns-cache - deliver/dns-cache.c */
#include "unit.h"

#include "deliver/dns-cache.h"

static struct cache c;

static void
put(const char *key, const char *answer, int64_t until)
{
	cache_put(&c, key, strlen(key), answer, strlen(answer), until);
}

/* What is kept of key at a time, or NULL. */
static const char *
get(const char *key, int64_t now)
{
	static char room[1000];
	const struct cached *e = cache_find(&c, key, strlen(key), now);

	if (e == NULL)
		return NULL;
	memcpy(room, cache_answer(e), e->n);
	room[e->n] = '\0';
	return room;
}

static void
test_time(void **state)
{
	assert_null(get("a", 0));
	put("a", "one", 100);
	put("b", "", 50);
	assert_string_equal(get("a", 99), "one");
	assert_string_equal(get("b", 49), "");
	assert_null(get("b", 50));
	assert_null(get("b", 0));
	assert_int_equal(c.entries, 1);
	put("a", "another", 200);
	assert_string_equal(get("a", 150), "another");
	assert_int_equal(c.entries, 1);
	assert_null(get("a", 200));
	assert_int_equal(c.entries, 0);
	assert_int_equal(c.octets, 0);
	assert_null(c.newest);
	assert_null(c.oldest);
}

static const char *
key_of(int i)
{
	static char key[32];

	snprintf(key, sizeof(key), "mx %d.org\n", i);
	return key;
}

/* What was used longest ago goes. */
static void
test_use(void **state)
{
	int i;

	for (i = 0; i < CACHE_ENTRIES; i++)
		put(key_of(i), "x", 10);
	assert_non_null(get(key_of(0), 1));
	put("more", "x", 10);
	assert_int_equal(c.entries, CACHE_ENTRIES);
	assert_non_null(get(key_of(0), 1));
	assert_null(get(key_of(1), 1));
	assert_non_null(get(key_of(2), 1));
	put(key_of(3), "y", 10);	/* in its own place */
	assert_non_null(get(key_of(4), 1));
	cache_free(&c);
	assert_int_equal(c.entries, 0);
	assert_int_equal(c.octets, 0);
}

/* Long answers too are bounded. */
static void
test_octets(void **state)
{
	static char big[65536];
	int i;

	memset(big, 'x', sizeof(big));
	for (i = 0; i < 1000; i++) {
		const char *key = key_of(i);

		cache_put(&c, key, strlen(key), big, sizeof(big), 10);
		assert_true(c.octets <= CACHE_OCTETS);
	}
	assert_true(c.entries > 200 && c.entries < 300);
	assert_non_null(cache_find(&c, key_of(999), strlen(key_of(999)), 1));
	cache_free(&c);
}

/* Against a plain table, at random: it never has what it should not. */
static void
test_random(void **state)
{
	static int64_t until[6000];
	int i;

	for (i = 0; i < 100000; i++) {
		int k = (int)dice(LENGTH(until));
		const char *got;

		if (dice(2) == 0) {
			until[k] = i + (int)dice(20000);
			put(key_of(k), key_of(k), until[k]);
			continue;
		}
		got = get(key_of(k), i);
		if (got != NULL) {
			assert_string_equal(got, key_of(k));
			assert_true(i < until[k]);
		}
		assert_true(c.entries <= CACHE_ENTRIES);
	}
	cache_free(&c);
	assert_int_equal(c.octets, 0);
}

static void
test_seconds(void **state)
{
	static struct dns_answer a;

	a.status = DNS_OK;
	a.ttl = 100000;
	assert_int_equal(cache_seconds(&a), 3600);
	a.ttl = 5;
	assert_int_equal(cache_seconds(&a), 5);
	a.ttl = 0;
	assert_int_equal(cache_seconds(&a), 0);
	a.status = DNS_NONE;
	a.ttl = 100000;
	assert_int_equal(cache_seconds(&a), 300);
	a.status = DNS_NODOMAIN;
	assert_int_equal(cache_seconds(&a), 300);
	a.status = DNS_LATER;
	assert_int_equal(cache_seconds(&a), 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests_name("dns-cache", tests, NULL, NULL);
}
