/* test-final - lib/text/final.c: what stands behind an address. */
#include "unit.h"

#include "text/final.h"

static const struct {
	const char *in, *address, *way;
	int plain;
} cases[] = {
	{ "bob@example.org", "bob@example.org", "", 0 },
	{ "\\bob@example.org", "bob@example.org", "", 1 },
	{ "bob@example.org|exec /bin/x a@b.example", "bob@example.org",
	    "|exec /bin/x a@b.example", 0 },
	{ "bob@example.org/home/bob/Maildir/", "bob@example.org",
	    "/home/bob/Maildir/", 0 },
	{ "bob@[127.0.0.1]|x", "bob@[127.0.0.1]", "|x", 0 },
	{ "a|b@example.org", "a|b@example.org", "", 0 },
	{ "a/b@example.org", "a/b@example.org", "", 0 },
	{ "a/b@example.org/c", "a/b@example.org", "/c", 0 },
	{ "a@b@example.org|c", "a@b@example.org", "|c", 0 },
	{ "a@ |x@example.org", "a@ |x@example.org", "", 0 },
	{ "@example.org|x", "@example.org", "|x", 0 },
	{ "bob", "bob", "", 0 },
	{ "bob|x", "bob|x", "", 0 },
	{ "bob@", "bob@", "", 0 },
	{ "bob@|x", "bob@|x", "", 0 },
	{ "\\", "", "", 1 },
	{ "", "", "", 0 },
};

static void
test_split(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		size_t n = strlen(cases[i].in);
		char *s = exactly(cases[i].in, n);
		struct final_text f;

		final_split(s, n, &f);
		CHECK(f.plain == cases[i].plain &&
		    f.n == strlen(cases[i].address) &&
		    memcmp(f.address, cases[i].address, f.n) == 0 &&
		    f.way_n == strlen(cases[i].way) &&
		    memcmp(f.way, cases[i].way, f.way_n) == 0, "%s: %s %s",
		    cases[i].in, shown(f.address, f.n), shown(f.way, f.way_n));
		free(s);
	}
}

static void
test_ext(void **state)
{
	static const char *const good[] = { "a", "list-1", "a.b", "$(x)", "\xc3" };
	static const char *const bad[] = { "", ".", "..", ".a", "a/b", "/", "a b",
	    "a\n", "\x7f" };
	size_t i;

	for (i = 0; i < LENGTH(good); i++)
		CHECK(ext_is(good[i], strlen(good[i])), "%s", good[i]);
	for (i = 0; i < LENGTH(bad); i++)
		CHECK(!ext_is(bad[i], strlen(bad[i])), "%s", bad[i]);
	assert_true(ext_is(many('a', EXT_OCTETS), EXT_OCTETS));
	assert_false(ext_is(many('a', EXT_OCTETS + 1), EXT_OCTETS + 1));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_ext),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
