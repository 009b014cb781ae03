/* test-mutf7 - the names of mailboxes, and patterns for them. */
#include "unit.h"

#include "text/listmatch.h"
#include "text/mutf7.h"

static const struct {
	const char *coded, *utf8;
} names[] = {
	{ "", "" },
	{ "INBOX", "INBOX" },
	{ "a/b c~", "a/b c~" },
	{ "&-", "&" },
	{ "a&-b&-&-", "a&b&&" },
	{ "Entw&APw-rfe", "Entw\xc3\xbcrfe" },
	{ "&U,BTFw-", "\xe5\x8f\xb0\xe5\x8c\x97" },
	{ "~peter/mail/&U,BTFw-/&ZeVnLIqe-",	/* RFC 3501 5.1.3 */
	    "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac"
	    "\xe8\xaa\x9e" },
	{ "&2D3eAA-", "\xf0\x9f\x98\x80" },
	{ "a&2D3eANg93gA-b", "a\xf0\x9f\x98\x80\xf0\x9f\x98\x80" "b" },
	{ "&APw-&-&APw-", "\xc3\xbc&\xc3\xbc" },
	{ "&AAE-", "\x01" }, { "&AH8-", "\x7f" }, { "&AAo-", "\n" },
	{ "&,,8-", "\xef\xbf\xbf" },
};

static const char *const bad[] = {
	"&", "&A", "&APw", "&APw-&APw-", "&AAAA-", "&AAA-", "&AGE-", "&ACY-",
	"&A-", "&AP-", "&APwA-", "&APw=-", "&APx-", "&AP w-", "&AP/8-",
	"&2D0-", "&3gA-", "&2D3YPQ-", "&2D0AYQ-", "&,,8A-", "\xc3\xbc", "a\x01",
	"\x7f", "&\xc3\xbc-", "&--&", "&APw-&APwA-",
};

static void
test_names(void **state)
{
	char out[200];
	size_t i;

	for (i = 0; i < LENGTH(names); i++) {
		size_t n = strlen(names[i].coded), k = strlen(names[i].utf8);
		char *in = exactly(names[i].coded, n);

		CHECK(mutf7_decode(out, sizeof(out), in, n) == (ssize_t)k &&
		    memcmp(out, names[i].utf8, k) == 0, "%s", names[i].coded);
		CHECK(k <= MUTF7_DECODED(n) && n <= MUTF7_ENCODED(k), "%s",
		    names[i].coded);
		if (k > 0)
			CHECK_FAILS(mutf7_decode(out, k - 1, in, n), EMSGSIZE);
		free(in);
		in = exactly(names[i].utf8, k);
		CHECK(mutf7_encode(out, sizeof(out), in, k) == (ssize_t)n &&
		    memcmp(out, names[i].coded, n) == 0, "%s", names[i].coded);
		if (n > 0)
			CHECK_FAILS(mutf7_encode(out, n - 1, in, k), EMSGSIZE);
		free(in);
	}
}

static void
test_bad(void **state)
{
	char out[200];
	size_t i;

	for (i = 0; i < LENGTH(bad); i++) {
		char *in = exactly(bad[i], strlen(bad[i]));

		errno = 0;
		CHECK(mutf7_decode(out, sizeof(out), in, strlen(bad[i])) == -1
		    && errno == EINVAL, "%s", bad[i]);
		free(in);
	}
	CHECK_FAILS(mutf7_encode(out, sizeof(out), OCTETS("\xc3")), EINVAL);
	CHECK_FAILS(mutf7_encode(out, sizeof(out), OCTETS("a\0")), EINVAL);
	CHECK_FAILS(mutf7_encode(out, sizeof(out), OCTETS("\xed\xa0\x80")),
	    EINVAL);
}

static const struct {
	const char *pattern, *name;
	int yes;
} patterns[] = {
	{ "", "", 1 }, { "", "a", 0 }, { "a", "", 0 }, { "a", "a", 1 },
	{ "a", "A", 0 }, { "a", "ab", 0 }, { "ab", "a", 0 },
	{ "*", "", 1 }, { "*", "a/b/c", 1 }, { "%", "", 1 }, { "%", "abc", 1 },
	{ "%", "a/b", 0 }, { "%/%", "a/b", 1 }, { "%/%", "a/b/c", 0 },
	{ "%/%", "a", 0 }, { "*/%", "a/b/c", 1 }, { "a*", "a/b", 1 },
	{ "a%", "a/b", 0 }, { "a%", "abc", 1 }, { "*c", "a/b/c", 1 },
	{ "%c", "a/b/c", 0 }, { "*%", "a/b", 1 }, { "%*", "a/b", 1 },
	{ "%%", "a/b", 0 }, { "a*b*c", "axxbxxbxc", 1 },
	{ "a*b*c", "axxbxxbx", 0 }, { "a%b*d", "axb/c/d", 1 },
	{ "a%b*d", "a/b/c/d", 0 }, { "*a%b", "xa/yaxb", 1 },
	{ "*a%b", "xaxb/yaxc", 0 }, { "/%", "/a", 1 }, { "%/", "a/", 1 },
	{ "inbox", "INBOX", 1 }, { "INBOX", "inbox", 1 },
	{ "inbox/a", "INBOX/a", 1 }, { "inbox/A", "INBOX/a", 0 },
	{ "inboxes", "INBOXES", 0 }, { "in%", "INBOX", 1 },
	{ "%BOX/x", "inbox/x", 1 }, { "a/inbox", "a/INBOX", 0 },
};

static void
test_patterns(void **state)
{
	char great[LIST_NAME + 1];
	struct buf b = BUF_MAX(100000);
	size_t i;

	for (i = 0; i < LENGTH(patterns); i++) {
		size_t p = strlen(patterns[i].pattern);
		size_t n = strlen(patterns[i].name);
		char *pattern = exactly(patterns[i].pattern, p);
		char *name = exactly(patterns[i].name, n);

		CHECK(list_match(pattern, p, name, n, '/') == patterns[i].yes,
		    "%s %s", patterns[i].pattern, patterns[i].name);
		free(pattern);
		free(name);
	}
	memset(great, 'a', sizeof(great));
	assert_int_equal(list_match("*", 1, great, LIST_NAME, '/'), 1);
	assert_int_equal(list_match("*", 1, great, LIST_NAME + 1, '/'), 0);
	for (i = 0; i < 2000; i++)
		buf_adds(&b, "*%");
	assert_int_equal(list_match(b.s, b.len, great, LIST_NAME, '/'), 1);
	buf_adds(&b, "b");
	assert_int_equal(list_match(b.s, b.len, great, LIST_NAME, '/'), 0);
	b.len = 0;
	for (i = 0; i < 20000; i++)
		buf_adds(&b, "*a");
	assert_int_equal(list_match(b.s, b.len, great, LIST_NAME, '/'), 0);
	assert_int_equal(list_match(b.s, 2 * LIST_NAME, great, LIST_NAME, '/'),
	    1);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_patterns),
	};

	return cmocka_run_group_tests_name("mutf7", tests, NULL, NULL);
}
