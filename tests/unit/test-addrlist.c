/* test-addrlist - lists of addresses as people and programs write them. */
#include "unit.h"

#include "text/addrlist.h"

/* What a list gives: each address and a LF; "!" for what is none, "+" behind one
 * without a domain, "<>" for an empty one. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} cases[] = {
	{ OCTETS(""), "" },
	{ OCTETS(" \t\r\n "), "" },
	{ OCTETS(",,; ,"), "" },
	{ OCTETS("a@b"), "a@b\n" },
	{ OCTETS("a@b,c@d"), "a@b\nc@d\n" },
	{ OCTETS(",a@b, ,c@d ,\n\t,"), "a@b\nc@d\n" },
	{ OCTETS("a@b; c@d;"), "a@b\nc@d\n" },
	{ OCTETS("root"), "root\n+" },
	{ OCTETS("root, <bob>"), "root\n+bob\n+" },
	{ OCTETS("!#$%&'*+-/=?^_`{|}~@b"), "!#$%&'*+-/=?^_`{|}~@b\n" },
	{ OCTETS("Bob@Example.ORG"), "Bob@Example.ORG\n" },
	{ OCTETS("a@[127.0.0.1]"), "a@[127.0.0.1]\n" },
	{ OCTETS("a@[IPv6:::1]"), "a@[IPv6:::1]\n" },

	/* names and comments */
	{ OCTETS("<a@b>"), "a@b\n" },
	{ OCTETS("Bob <a@b>"), "a@b\n" },
	{ OCTETS("Bob B. Builder <a@b>"), "a@b\n" },
	{ OCTETS("Bob<a@b>, Ann<c@d>"), "a@b\nc@d\n" },
	{ OCTETS("\"Builder, Bob\" <a@b>, c@d"), "a@b\nc@d\n" },
	{ OCTETS("\"Bob \\\"B\\\" <x@y>\" <a@b>"), "a@b\n" },
	{ OCTETS("\"x@y\" <a@b>"), "a@b\n" },
	{ OCTETS("x@y <a@b>"), "a@b\n" },
	{ OCTETS("=?utf-8?q?J=C3=B6rg?= <a@b>"), "a@b\n" },
	{ OCTETS("=?utf-8?b?xJ==?=\n =?utf-8?q?x?= <a@b>"), "a@b\n" },
	{ OCTETS("J\xc3\xb6rg <a@b>"), "a@b\n" },
	{ OCTETS("a@b (Bob)"), "a@b\n" },
	{ OCTETS("root (Cron Daemon)"), "root\n+" },
	{ OCTETS("(x, y@z) a@b"), "a@b\n" },
	{ OCTETS("a@b (x (y, z) \\) ), c@d"), "a@b\nc@d\n" },
	{ OCTETS("(only a comment)"), "" },
	{ OCTETS("(one), a@b"), "a@b\n" },
	{ OCTETS("a (x) @ (y) b"), "a@b\n" },
	{ OCTETS("Bob <a@b> (x)"), "a@b\n" },
	{ OCTETS("Bob (x) < (y) a@b (z) >"), "a@b\n" },
	{ OCTETS("Bob\n\t<a@b>,\r\n c@d"), "a@b\nc@d\n" },
	{ OCTETS("a . b @ c . d"), "a.b@c.d\n" },
	{ OCTETS("a\n @b"), "a@b\n" },
	{ OCTETS("Bob's <a@b>"), "a@b\n" },

	/* groups */
	{ OCTETS("undisclosed-recipients:;"), "" },
	{ OCTETS("undisclosed recipients: ;, a@b"), "a@b\n" },
	{ OCTETS("All: a@b, C <c@d>; e@f"), "a@b\nc@d\ne@f\n" },
	{ OCTETS("\"A, B\":a@b;"), "a@b\n" },
	{ OCTETS("All: a@b, c@d"), "a@b\nc@d\n" },
	{ OCTETS("A:a@b;,B:;,C:c@d;"), "a@b\nc@d\n" },
	{ OCTETS("mailto:a@b"), "a@b\n" },

	/* quoting */
	{ OCTETS("\"a b\"@c"), "a b@c\n" },
	{ OCTETS("\"a,b\"@c, d@e"), "a,b@c\nd@e\n" },
	{ OCTETS("\"a\\\"b\"@c"), "a\"b@c\n" },
	{ OCTETS("<\"a>b\"@c>"), "a>b@c\n" },
	{ OCTETS("a.\"b c\"@d"), "a.b c@d\n" },
	{ OCTETS("\"a b\""), "a b\n+" },
	{ OCTETS("\"a@b\"@c"), "a@b@c\n" },

	/* routes and nobody */
	{ OCTETS("<@x:a@b>"), "a@b\n" },
	{ OCTETS("<@x,@y.z:a@b>, c@d"), "a@b\nc@d\n" },
	{ OCTETS("<>"), "<>\n" },
	{ OCTETS("< >, a@b"), "<>\na@b\n" },
	{ OCTETS("<@x:>"), "!" },

	/* no addresses; what stands behind them is still read */
	{ OCTETS("a b"), "!" },
	{ OCTETS("a b, c@d"), "!c@d\n" },
	{ OCTETS("a@b c@d"), "!" },
	{ OCTETS("a@b@c"), "!" },
	{ OCTETS("@b"), "!" },
	{ OCTETS("a@, c@d"), "!c@d\n" },
	{ OCTETS("a@b..c"), "!" },
	{ OCTETS("a@b."), "!" },
	{ OCTETS("a@b/c"), "!" },
	{ OCTETS("a@\"b\""), "!" },
	{ OCTETS("a[b]@c"), "!" },
	{ OCTETS("a@[b"), "!" },
	{ OCTETS("\"a\"b@c"), "!" },
	{ OCTETS("a\"b\"@c"), "!" },
	{ OCTETS("\"\""), "!" },
	{ OCTETS("\"a@b\""), "!" },
	{ OCTETS("<a@b"), "!" },
	{ OCTETS("Bob <a@b, c@d"), "!" },
	{ OCTETS("<a@b> <c@d>"), "!" },
	{ OCTETS("<a@b> x, e@f"), "!e@f\n" },
	{ OCTETS("<<a@b>>"), "!" },
	{ OCTETS("<a@b>>"), "!" },
	{ OCTETS("a@b>"), "!" },
	{ OCTETS("a\\b@c"), "!" },
	{ OCTETS("a@b)"), "!" },
	{ OCTETS("(x"), "!" },
	{ OCTETS("(x\\"), "!" },
	{ OCTETS("\"x"), "!" },
	{ OCTETS("\"x\\"), "!" },
	{ OCTETS("a@b:c"), "c\n+" },		/* a group with an odd name */
	{ OCTETS("<a:b@c>"), "!" },
	{ OCTETS("j\xc3\xb6rg@b"), "!" },
	{ OCTETS("a\0b@c"), "!" },
	{ OCTETS("\0"), "!" },
	{ OCTETS("N\0N <a@b>"), "a@b\n" },
	{ OCTETS("\"a\nb\"@c"), "!" },
	{ OCTETS("a@b\x7f"), "!" },
};

static void
read_all(const char *in, size_t n, struct buf *out)
{
	const char *p = in, *stop = in + n, *was = p;
	struct mailbox_text m;
	int r;

	while ((r = addrlist_next(&p, stop, &m)) != 0) {
		CHECK(p > was && p <= stop, "%s: no step", shown(in, n));
		CHECK(m.from >= was && m.to == p && m.from < m.to,
		    "%s: its place", shown(in, n));
		was = p;
		if (r == -1) {
			assert_int_equal(buf_adds(out, "!"), 0);
			continue;
		}
		CHECK(m.end > m.from && m.end <= m.to, "%s: its end",
		    shown(in, n));
		assert_int_equal(buf_addf(out, "%s\n%s", m.address[0] != '\0' ?
		    m.address : "<>", m.qualified ? "" : "+"), 0);
	}
	CHECK(p == stop, "%s: not read to its end", shown(in, n));
}

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char *in = exactly(cases[i].in, cases[i].n);
		struct buf out = BUF_MAX(4096);

		read_all(in, cases[i].n, &out);
		CHECK(holds(&out, cases[i].out), "%s: %s", shown(in,
		    cases[i].n), shown(out.s, out.len));
		buf_free(&out);
		free(in);
	}
}

/* "@domain" goes where an address ends, whatever stands around it. */
static void
test_end(void **state)
{
	static const struct {
		const char *in, *out;
	} ends[] = {
		{ "root", "root@X" },
		{ "root (Cron Daemon)", "root@X (Cron Daemon)" },
		{ "Bob <bob >, a", "Bob <bob@X >, a@X" },
		{ "\"a b\" (c) , d", "\"a b\"@X (c) , d@X" },
		{ "G: a, b@c;", "G: a@X, b@c;" },
		{ "<> , a . b", "<> , a . b@X" },
	};
	size_t i;

	for (i = 0; i < LENGTH(ends); i++) {
		const char *p = ends[i].in, *stop = p + strlen(p), *done = p;
		struct buf out = BUF_MAX(200);
		struct mailbox_text m;

		while (addrlist_next(&p, stop, &m) == 1)
			if (!m.qualified) {
				buf_add(&out, done, (size_t)(m.end - done));
				buf_adds(&out, "@X");
				done = m.end;
			}
		buf_add(&out, done, (size_t)(stop - done));
		CHECK(holds(&out, ends[i].out), "%s: %s", ends[i].in,
		    shown(out.s, out.len));
		buf_free(&out);
	}
}

static void
expect_error(const char *in, int e)
{
	const char *p = in;
	struct mailbox_text m;
	int r;

	errno = 0;
	r = addrlist_next(&p, in + strlen(in), &m);
	CHECK(r == (e == 0 ? 1 : -1) && errno == e, "%.60s: %d, errno %d", in, r,
	    errno);
}

/* RFC 5321 4.5.3.1, as in commands. */
static void
test_lengths(void **state)
{
	char in[3000], d255[256];

	snprintf(d255, sizeof(d255), "%s.%s.%s.%s", many('a', 63),
	    many('b', 63), many('c', 63), many('d', 63));
	sprintf(in, "%s@%s", many('x', 64), d255);
	expect_error(in, 0);
	sprintf(in, "<%s@%s>", many('x', 64), d255);
	expect_error(in, 0);
	sprintf(in, "%s@b", many('x', 65));
	expect_error(in, EMSGSIZE);
	sprintf(in, "<%s@b>", many('x', 900));
	expect_error(in, EMSGSIZE);
	sprintf(in, "\"%s\"@%se", many('x', 64), d255);
	expect_error(in, EMSGSIZE);
	sprintf(in, "%s <a@b>", many('x', 900));
	expect_error(in, 0);
	expect_error("a b", EINVAL);
}

/* Deep nesting costs no stack. */
static void
test_deep(void **state)
{
	size_t n = 200000, i;
	char *in = malloc(n);
	const char *p = in;
	struct mailbox_text m;

	for (i = 0; i < n; i++)
		in[i] = '(';
	CHECK_FAILS(addrlist_next(&p, in + n, &m), EINVAL);
	assert_int_equal(addrlist_next(&p, in + n, &m), 0);
	free(in);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests_name("addrlist", tests, NULL, NULL);
}
