/* test-route - lib/text/route.c */
#include "unit.h"

#include "text/route.h"

static const struct {
	const char *line, *key, *way;	/* key NULL: refused */
} lines[] = {
	{ "example.net mx", "example.net", "mx" },
	{ "Example.NET\tMX", "example.net", "mx" },
	{ "* mx tls=may", "*", "mx tls=may" },
	{ ".example.com  relay.example", ".example.com",
	    "smtp:relay.example:25" },
	{ "a.example [relay.example]", "a.example",
	    "smtp:[relay.example]:25" },
	{ "a.example [192.0.2.1]:2525", "a.example", "smtp:[192.0.2.1]:2525" },
	{ "a.example [2001:db8::1]", "a.example", "smtp:[2001:db8::1]:25" },
	{ "a.example [2001:db8::1]:587 tls=must login=school", "a.example",
	    "smtp:[2001:db8::1]:587 tls=must login=school" },
	{ "a.example smtp:relay.example:26", "a.example",
	    "smtp:relay.example:26" },
	{ "a.example lmtp:/run/lists/lmtp", "a.example",
	    "lmtp:/run/lists/lmtp" },
	{ "a.example lmtp:[127.0.0.1]", "a.example", "lmtp:[127.0.0.1]:24" },
	{ "a.example lmtp:[::1]:2003 tls=none", "a.example",
	    "lmtp:[::1]:2003 tls=none" },
	{ "a.example bounce", "a.example", "bounce" },
	{ "a.example bounce it has moved, to b.example", "a.example",
	    "bounce it has moved, to b.example" },
	{ "a.example hold", "a.example", "hold" },
	{ "a.example mx   ", "a.example", "mx" },
	{ "a.example", NULL, NULL },
	{ " a.example mx", NULL, NULL },
	{ "a..example mx", NULL, NULL },
	{ ". mx", NULL, NULL },
	{ "** mx", NULL, NULL },
	{ "a@example.net mx", NULL, NULL },
	{ "a.example [relay", NULL, NULL },
	{ "a.example []", NULL, NULL },
	{ "a.example [a]b", NULL, NULL },
	{ "a.example [[a]]", NULL, NULL },
	{ "a.example relay.example:", NULL, NULL },
	{ "a.example relay.example:0", NULL, NULL },
	{ "a.example relay.example:65536", NULL, NULL },
	{ "a.example relay.example:25x", NULL, NULL },
	{ "a.example :25", NULL, NULL },
	{ "a.example smtp:", NULL, NULL },
	{ "a.example lmtp:", NULL, NULL },
	{ "a.example mx tls", NULL, NULL },
	{ "a.example mx tls=yes", NULL, NULL },
	{ "a.example mx tls=mayb", NULL, NULL },
	{ "a.example mx login=", NULL, NULL },
	{ "a.example mx anything", NULL, NULL },
	{ "a.example bounce \x01", NULL, NULL },
	{ "a.example bounce \x7f", NULL, NULL },
};

static void
test_lines(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(lines); i++) {
		size_t n = strlen(lines[i].line);
		char *s = exactly(lines[i].line, n);
		struct table_text t = { .p = s, .end = s + n };
		struct buf key = BUF_MAX(DOMAIN_OCTETS + 1);
		struct buf way = BUF_MAX(ROUTE_OCTETS);
		int r = route_next(&t, &key, &way);

		if (lines[i].key == NULL)
			CHECK(r == -1 && t.wrong != NULL && t.line == 1,
			    "%s: %d", lines[i].line, r);
		else
			CHECK(r == 1 && holds(&key, lines[i].key) &&
			    holds(&way, lines[i].way), "%s: %d %s",
			    lines[i].line, r, shown(way.s, way.len));
		buf_free(&key);
		buf_free(&way);
		free(s);
	}
}

static void
test_file(void **state)
{
	static const char text[] = "# routes\n\na.example mx\r\n"
	    "  \n# more\n* bounce\nbad\n";
	struct table_text t = { .p = text, .end = text + sizeof(text) - 1 };
	struct buf key = BUF_MAX(DOMAIN_OCTETS + 1);
	struct buf way = BUF_MAX(ROUTE_OCTETS);

	assert_int_equal(route_next(&t, &key, &way), 1);
	assert_true(t.line == 3 && holds(&key, "a.example"));
	assert_int_equal(route_next(&t, &key, &way), 1);
	assert_true(t.line == 6 && holds(&key, "*"));
	assert_int_equal(route_next(&t, &key, &way), -1);
	assert_int_equal(t.line, 7);
	buf_free(&key);
	buf_free(&way);
}

/* As long as a way may be, and one octet more. */
static void
test_length(void **state)
{
	size_t n;

	for (n = ROUTE_OCTETS - 3; n < ROUTE_OCTETS + 3; n++) {
		struct buf text = BUF_MAX(2 * ROUTE_OCTETS);
		struct buf key = BUF_MAX(DOMAIN_OCTETS + 1);
		struct buf way = BUF_MAX(ROUTE_OCTETS);
		struct table_text t = { 0 };

		assert_int_equal(buf_adds(&text, "a.example lmtp:/"), 0);
		assert_int_equal(buf_adds(&text, many('x', n - 6)), 0);
		t.p = text.s;
		t.end = text.s + text.len;
		assert_int_equal(route_next(&t, &key, &way),
		    n < ROUTE_OCTETS ? 1 : -1);
		buf_free(&text);
		buf_free(&key);
		buf_free(&way);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
