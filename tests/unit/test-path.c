/* test-path - lib/text/path.c */
#include "unit.h"

#include "text/path.h"

#define KEPT	"kept:"		/* what stood in the buffer before */

struct path_case {
	const char *in;
	size_t n;
	const char *out;	/* NULL: refused with errno e */
	int e;
	size_t rest;		/* octets behind the path */
};

static const struct path_case cases[] = {
	{ OCTETS("<>"), "", 0, 0 },
	{ OCTETS("<> SIZE=1"), "", 0, 7 },
	{ OCTETS("<a@b>"), "a@b", 0, 0 },
	{ OCTETS("<a@b>c"), "a@b", 0, 1 },
	{ OCTETS("<Bob@Example.ORG> BODY=7BIT"), "Bob@Example.ORG", 0, 10 },
	{ OCTETS("<postmaster>"), "postmaster", 0, 0 },
	{ OCTETS("<!#$%&'*+-/=?^_`{|}~.09@b>"), "!#$%&'*+-/=?^_`{|}~.09@b",
	  0, 0 },
	{ OCTETS("<.a..b.@c>"), ".a..b.@c", 0, 0 },	/* phones had these */
	{ OCTETS("<a@b_c.d-e.f>"), "a@b_c.d-e.f", 0, 0 },
	{ OCTETS("<a@1.2>"), "a@1.2", 0, 0 },

	{ OCTETS(""), NULL, EINVAL, 0 },
	{ OCTETS("<"), NULL, EINVAL, 0 },
	{ OCTETS("a@b"), NULL, EINVAL, 0 },
	{ OCTETS(" <a@b>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b"), NULL, EINVAL, 0 },
	{ OCTETS("<a"), NULL, EINVAL, 0 },
	{ OCTETS("<a@"), NULL, EINVAL, 0 },
	{ OCTETS("<a@>"), NULL, EINVAL, 0 },
	{ OCTETS("<@b>"), NULL, EINVAL, 0 },
	{ OCTETS("<@>"), NULL, EINVAL, 0 },
	{ OCTETS("<<a@b>>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b@c>"), NULL, EINVAL, 0 },
	{ OCTETS("< a@b>"), NULL, EINVAL, 0 },
	{ OCTETS("<a @b>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b >"), NULL, EINVAL, 0 },
	{ OCTETS("<a@ b>"), NULL, EINVAL, 0 },
	{ OCTETS("<a,b@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a:b@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a\\b@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a(x)@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b.>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@.b>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b..c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b/c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@\"b\">"), NULL, EINVAL, 0 },

	/* quoting */
	{ OCTETS("<\"a b\"@c>"), "a b@c", 0, 0 },
	{ OCTETS("<\"a\"@c>"), "a@c", 0, 0 },
	{ OCTETS("<\"a\\\"b\"@c>"), "a\"b@c", 0, 0 },
	{ OCTETS("<\"a\\\\\"@c>"), "a\\@c", 0, 0 },
	{ OCTETS("<\"\\a\\ b\"@c>"), "a b@c", 0, 0 },
	{ OCTETS("<\"a@b\"@c>"), "a@b@c", 0, 0 },
	{ OCTETS("<\"a>b\"@c>"), "a>b@c", 0, 0 },
	{ OCTETS("<\"@x:y\"@c>"), "@x:y@c", 0, 0 },
	{ OCTETS("<\"a b\">"), "a b", 0, 0 },
	{ OCTETS("<\"a\"b@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a\"b\"@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<\"a\".\"b\"@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<\"a@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<\""), NULL, EINVAL, 0 },
	{ OCTETS("<\"a\\"), NULL, EINVAL, 0 },
	{ OCTETS("<\"a\\\"@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<\"a@b\">"), NULL, EINVAL, 0 },	/* what domain? */
	{ OCTETS("<\"\">"), NULL, EINVAL, 0 },	/* is no null sender */
	{ OCTETS("<\"\""), NULL, EINVAL, 0 },

	/* source routes are skipped */
	{ OCTETS("<@a:b@c>"), "b@c", 0, 0 },
	{ OCTETS("<@a,@b.c:d@e>"), "d@e", 0, 0 },
	{ OCTETS("<@a:\"x y\"@e>"), "x y@e", 0, 0 },
	{ OCTETS("<@a:>"), NULL, EINVAL, 0 },
	{ OCTETS("<@a:@b>"), NULL, EINVAL, 0 },
	{ OCTETS("<@a,b@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<@a:b:c@d>"), NULL, EINVAL, 0 },
	{ OCTETS("<@a> X=y:b@c>"), NULL, EINVAL, 0 },	/* ends at '>' */
	{ OCTETS("<@a\1:b@c>"), NULL, EINVAL, 0 },

	/* literals */
	{ OCTETS("<a@[127.0.0.1]>"), "a@[127.0.0.1]", 0, 0 },
	{ OCTETS("<a@[IPv6:::1]> X"), "a@[IPv6:::1]", 0, 2 },
	{ OCTETS("<a@[]>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@x]>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x]y>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x].y>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x[y]>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x\\y]>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x y]>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x>y]>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@[x@y]>"), NULL, EINVAL, 0 },	/* local "a@[x"? */

	/* NUL */
	{ OCTETS("<a\0b@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b\0>"), NULL, EINVAL, 0 },
	{ OCTETS("<a@b\0c>"), NULL, EINVAL, 0 },
	{ OCTETS("<\"a\0b\"@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<\"a\\\0b\"@c>"), NULL, EINVAL, 0 },
	{ OCTETS("<\0>"), NULL, EINVAL, 0 },
	{ OCTETS("\0"), NULL, EINVAL, 0 },
};

/* Parse; the result, what the buffer holds and errno must be as said. */
static void
check(const struct path_case *c)
{
	char *in = exactly(c->in, c->n);
	struct buf b = BUF_MAX(ADDRESS_OCTETS + sizeof(KEPT)), want = b;
	ssize_t r, whole = c->out == NULL ? -1 : (ssize_t)(c->n - c->rest);

	assert_int_equal(buf_adds(&b, KEPT), 0);
	assert_int_equal(buf_addf(&want, KEPT "%s", c->out ? c->out : ""), 0);
	assert_int_equal(buf_0(&want), 0);
	errno = 0;
	r = path_parse(in, c->n, &b);
	CHECK(r == whole, "%s: %zd", shown(c->in, c->n), r);
	CHECK(r != -1 || errno == c->e, "%s: errno %d", shown(c->in, c->n),
	    errno);
	CHECK(holds(&b, want.s), "%s: %s", shown(c->in, c->n),
	    shown(b.s, b.len));
	buf_free(&b);
	buf_free(&want);
	free(in);
}

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		check(cases + i);
}

/* Into a buffer that has no memory yet, too. */
static void
test_fresh_buffer(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf b = BUF_MAX(ADDRESS_OCTETS);
		ssize_t r = path_parse(cases[i].in, cases[i].n, &b);

		CHECK((r == -1) == (cases[i].out == NULL) &&
		    holds(&b, cases[i].out != NULL ? cases[i].out : ""),
		    "%s: %zd", shown(cases[i].in, cases[i].n), r);
		buf_free(&b);
	}
}

/* No control octet, nothing over 126, wherever it stands. */
static void
test_octets(void **state)
{
	static const char *const places[] = {
		"<a?b@c>", "<?@c>", "<a@b?c>", "<a@?>", "<\"a?b\"@c>",
		"<\"a\\?b\"@c>", "<a@[1?2]>", "<@a?:b@c>",
	};
	size_t i;
	int c;

	for (i = 0; i < LENGTH(places); i++)
		for (c = 1; c < 256; c++) {
			struct path_case one = { .in = NULL, .e = EINVAL };
			char in[32];

			if (c >= 32 && c < 127)
				continue;
			strcpy(in, places[i]);
			*strchr(in, '?') = (char)c;
			one.in = in;
			one.n = strlen(in);
			check(&one);
		}
}

/* RFC 5321 4.5.3.1: a local part of 64 octets, a domain of 255, not one
 * more. */
static void
test_lengths(void **state)
{
	char d255[256], in[1200], out[1200];
	struct path_case c = { .in = in };
	size_t local, domain, quoted;

	snprintf(d255, sizeof(d255), "%s.%s.%s.%s", many('a', 63),
	    many('b', 63), many('c', 63), many('d', 63));
	for (local = 63; local <= 66; local++)
		for (domain = 253; domain <= 258; domain++)
			for (quoted = 0; quoted < 3; quoted++) {
				static const char *const mark[] = {
					"", "\"", "\"\\x" };
				const char *d = domain <= 255 ?
				    d255 + 255 - domain : d255;

				c.n = (size_t)sprintf(in, "<%s%s%s@%s%s>",
				    mark[quoted], many('x', local -
				    (quoted == 2)), quoted ? "\"" : "", d,
				    domain > 255 ? many('e', domain - 255) :
				    "");
				sprintf(out, "%s@%s", many('x', local), d);
				c.out = local > 64 || domain > 255 ? NULL :
				    out;
				c.e = EMSGSIZE;
				check(&c);
			}
}

static void
test_labels(void **state)
{
	char in[300];

	sprintf(in, "%s.org", many('a', 63));
	assert_int_equal(domain_is_valid(in, strlen(in)), 1);
	sprintf(in, "%s.org", many('a', 64));
	assert_int_equal(domain_is_valid(in, strlen(in)), 0);
	sprintf(in, "org.%s", many('a', 64));
	assert_int_equal(domain_is_valid(in, strlen(in)), 0);
	sprintf(in, "[%s]", many('1', 253));
	assert_int_equal(domain_is_valid(in, 255), 1);
	sprintf(in, "[%s]", many('1', 254));
	assert_int_equal(domain_is_valid(in, 256), 0);
}

static void
test_domain(void **state)
{
	static const struct {
		const char *s;
		size_t n;
		int valid;
	} domains[] = {
		{ OCTETS("a"), 1 }, { OCTETS("A.b-c.d_e"), 1 },
		{ OCTETS("9"), 1 }, { OCTETS("[1.2.3.4]"), 1 },
		{ OCTETS(""), 0 }, { OCTETS("."), 0 }, { OCTETS("a."), 0 },
		{ OCTETS(".a"), 0 }, { OCTETS("a b"), 0 },
		{ OCTETS("a@b"), 0 }, { OCTETS("a\0"), 0 },
		{ OCTETS("\xc3\xa4"), 0 }, { OCTETS("a:b"), 0 },
		{ OCTETS("["), 0 }, { OCTETS("[]"), 0 }, { OCTETS("[a"), 0 },
		{ OCTETS("a\n"), 0 },
	};
	size_t i;

	for (i = 0; i < LENGTH(domains); i++) {
		char *s = exactly(domains[i].s, domains[i].n);

		CHECK(domain_is_valid(s, domains[i].n) == domains[i].valid,
		    "%s", shown(s, domains[i].n));
		free(s);
	}
}

static void
test_local(void **state)
{
	static const struct {
		const char *s;
		size_t n;
	} addresses[] = {
		{ "", 0 }, { "a", 1 }, { "abc", 3 }, { "a@b", 1 },
		{ "@b", 0 }, { "a@", 1 }, { "a@b@c", 3 }, { "a b@c", 3 },
	};
	size_t i;

	for (i = 0; i < LENGTH(addresses); i++) {
		size_t n = strlen(addresses[i].s);
		char *s = exactly(addresses[i].s, n);

		CHECK(address_local(s, n) == addresses[i].n, "%s",
		    addresses[i].s);
		free(s);
	}
}

/* An address as a header has it; and read again it is the same. */
static void
test_quote(void **state)
{
	static const struct {
		const char *address, *quoted;
	} quotes[] = {
		{ "", "" },
		{ "a@b", "a@b" },
		{ "a.b+c@d", "a.b+c@d" },
		{ "postmaster", "postmaster" },
		{ "a b@c", "\"a b\"@c" },
		{ "a@b@c", "\"a@b\"@c" },
		{ ".a@b", "\".a\"@b" },
		{ "a.@b", "\"a.\"@b" },
		{ "a..b@c", "\"a..b\"@c" },
		{ "a\"b@c", "\"a\\\"b\"@c" },
		{ "a\\@c", "\"a\\\\\"@c" },
		{ "a>b@c", "\"a>b\"@c" },
		{ "a b", "\"a b\"" },
		{ "a@[1.2.3.4]", "a@[1.2.3.4]" },
	};
	char quoted[QUOTED_OCTETS + 1], in[QUOTED_OCTETS + 3];
	size_t i;

	for (i = 0; i < LENGTH(quotes); i++) {
		struct path_case back = { .in = in, .out = quotes[i].address };

		address_quote(quoted, quotes[i].address);
		assert_string_equal(quoted, quotes[i].quoted);
		back.n = (size_t)sprintf(in, "<%s>", quoted);
		check(&back);
	}
}

/* The longest one has its room; what is longer than any address is cut. */
static void
test_quote_lengths(void **state)
{
	char quoted[QUOTED_OCTETS + 1], in[2000];

	sprintf(in, "%s@%s", many('"', LOCAL_OCTETS), many('d', 255));
	address_quote(quoted, in);
	assert_int_equal(strlen(quoted), QUOTED_OCTETS);
	assert_memory_equal(quoted + 2 * LOCAL_OCTETS, "\"\"@ddd", 6);
	sprintf(in, "%s@%s", many('"', LOCAL_OCTETS), many('d', 900));
	address_quote(quoted, in);
	assert_int_equal(strlen(quoted), QUOTED_OCTETS);
	sprintf(in, "%s@%s", many('"', 900), many('d', 900));
	address_quote(quoted, in);
	assert_int_equal(strlen(quoted), QUOTED_OCTETS);
}

/* The buffer's own maximum is kept, and nothing of a half address stays. */
static void
test_small_buffer(void **state)
{
	static const char in[] = "<abc@de>";
	size_t max;

	for (max = 0; max <= 6; max++) {
		struct buf b = BUF_MAX(max);

		if (max < 6) {
			CHECK_FAILS((int)path_parse(in, 8, &b), EMSGSIZE);
			assert_int_equal(b.len, 0);
		} else
			assert_int_equal(path_parse(in, 8, &b), 8);
		buf_free(&b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_quote_lengths),
		cmocka_unit_test(test_small_buffer),
		cmocka_unit_test(test_fresh_buffer),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
