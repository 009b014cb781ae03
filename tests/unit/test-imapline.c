/* test-imapline - the tokens of IMAP's commands. */
#include "unit.h"

#include "text/imapline.h"

/* A command in memory that may be written to. */
static struct imap_in
input(char *room, const char *s, size_t n)
{
	memcpy(room, s, n);
	return (struct imap_in){ room, room + n };
}

static void
test_announced(void **state)
{
	static const struct {
		const char *line;
		int r;
		uint64_t octets;
		int plus, binary;
	} lines[] = {
		{ "", 0, 0, 0, 0 },
		{ "a LOGIN x", 0, 0, 0, 0 },
		{ "a LOGIN {5}", 1, 5, 0, 0 },
		{ "a LOGIN {5+}", 1, 5, 1, 0 },
		{ "a APPEND x ~{12}", 1, 12, 0, 1 },
		{ "a APPEND x ~{12+}", 1, 12, 1, 1 },
		{ "{0}", 1, 0, 0, 0 },
		{ "~{007}", 1, 7, 0, 1 },
		{ "a {4294967295}", 1, 4294967295u, 0, 0 },
		{ "a {99999999999999}", 1, 99999999999999, 0, 0 },
		{ "a {9223372036854775808}", -1, 0, 0, 0 },
		{ "a {99999999999999999999999}", -1, 0, 0, 0 },
		{ "a {}", 0, 0, 0, 0 }, { "a {+}", 0, 0, 0, 0 },
		{ "}", 0, 0, 0, 0 }, { "5}", 0, 0, 0, 0 }, { "+}", 0, 0, 0, 0 },
		{ "a {5} ", 0, 0, 0, 0 }, { "a {5-}", 0, 0, 0, 0 },
		{ "a {-5}", 0, 0, 0, 0 }, { "a {5++}", 0, 0, 0, 0 },
		{ "a \"{3}", 1, 3, 0, 0 },
	};
	size_t i;

	for (i = 0; i < LENGTH(lines); i++) {
		struct imap_literal l;
		size_t n = strlen(lines[i].line);
		char *s = exactly(lines[i].line, n);
		int r = imap_announced(s, n, &l);

		CHECK(r == lines[i].r, "%s: %d", lines[i].line, r);
		CHECK(r != 1 || (l.octets == lines[i].octets &&
		    l.plus == lines[i].plus && l.binary == lines[i].binary),
		    "%s", lines[i].line);
		free(s);
	}
}

/* One function over one text: what it reads, and how much is left; or NULL. */
static const struct {
	int (*read)(struct imap_in *, struct imap_text *);
	const char *in;
	size_t n;
	const char *out;
	size_t left;
} tokens[] = {
	{ imap_tag, OCTETS("A1.[x] NOOP"), "A1.[x]", 5 },
	{ imap_tag, OCTETS("a]"), "a]", 0 },
	{ imap_tag, OCTETS("+a"), NULL, 0 },
	{ imap_tag, OCTETS(""), NULL, 0 },
	{ imap_tag, OCTETS(" a"), NULL, 0 },
	{ imap_tag, OCTETS("*"), NULL, 0 },
	{ imap_atom, OCTETS("a]"), "a", 1 },
	{ imap_atom, OCTETS("a b"), "a", 2 },
	{ imap_atom, OCTETS("a\x7f"), "a", 1 },
	{ imap_atom, OCTETS("a\xc3"), "a", 1 },
	{ imap_atom, OCTETS("a\0"), "a", 1 },
	{ imap_atom, OCTETS("(a"), NULL, 0 },
	{ imap_flag, OCTETS("\\Seen)"), "\\Seen", 1 },
	{ imap_flag, OCTETS("$Junk "), "$Junk", 1 },
	{ imap_flag, OCTETS("\\*"), NULL, 0 },
	{ imap_flag, OCTETS("\\"), NULL, 0 },
	{ imap_flag, OCTETS("a\\b"), "a", 2 },
	{ imap_str, OCTETS("\"\""), "", 0 },
	{ imap_str, OCTETS("\"a b\" c"), "a b", 2 },
	{ imap_str, OCTETS("\"a\\\"\\\\b\"c"), "a\"\\b", 1 },
	{ imap_str, OCTETS("\"\xc3\xa4\""), "\xc3\xa4", 0 },
	{ imap_str, OCTETS("\"a"), NULL, 0 },
	{ imap_str, OCTETS("\"a\\"), NULL, 0 },
	{ imap_str, OCTETS("\"a\\\""), NULL, 0 },
	{ imap_str, OCTETS("\"a\\b\""), NULL, 0 },
	{ imap_str, OCTETS("\"a\r\nb\""), NULL, 0 },
	{ imap_str, OCTETS("\"a\\\nb\""), NULL, 0 },
	{ imap_str, OCTETS("\"a\0b\""), NULL, 0 },
	{ imap_str, OCTETS("a"), NULL, 0 },
	{ imap_str, OCTETS("{3}\r\na\"b c"), "a\"b", 2 },
	{ imap_str, OCTETS("{3}\na\"b c"), "a\"b", 2 },
	{ imap_str, OCTETS("{2+}\r\n\r\n"), "\r\n", 0 },
	{ imap_str, OCTETS("{0}\r\n"), "", 0 },
	{ imap_str, OCTETS("{3}\r\nab"), NULL, 0 },
	{ imap_str, OCTETS("{3}abc"), NULL, 0 },
	{ imap_str, OCTETS("{3}\r"), NULL, 0 },
	{ imap_str, OCTETS("{18446744073709551615}\r\nab"), NULL, 0 },
	{ imap_str, OCTETS("{3}\r\na\0b"), NULL, 0 },
	{ imap_str, OCTETS("x{1}\r\na"), NULL, 0 },
	{ imap_str, OCTETS("~{2}\r\nab"), "ab", 0 },
	{ imap_astring, OCTETS("a] b"), "a]", 2 },
	{ imap_astring, OCTETS("\"a\"b"), "a", 1 },
	{ imap_astring, OCTETS("{1}\r\nab"), "a", 1 },
	{ imap_astring, OCTETS("~a"), "~a", 0 },
	{ imap_astring, OCTETS("~{1}\r\na"), "a", 0 },
	{ imap_astring, OCTETS("NIL"), "NIL", 0 },
	{ imap_astring, OCTETS("*"), NULL, 0 },
	{ imap_astring, OCTETS("\"a"), NULL, 0 },
	{ imap_pattern, OCTETS("a/%*] x"), "a/%*]", 2 },
	{ imap_pattern, OCTETS("\"*\""), "*", 0 },
	{ imap_nstr, OCTETS("\"NIL\" "), "NIL", 1 },
	{ imap_nstr, OCTETS("NIX"), NULL, 0 },
};

static void
test_tokens(void **state)
{
	char room[100];
	size_t i;

	for (i = 0; i < LENGTH(tokens); i++) {
		const char *name = shown(tokens[i].in, tokens[i].n);
		struct imap_in in = input(room, tokens[i].in, tokens[i].n);
		struct imap_text t = { NULL, 0 };
		int r = tokens[i].read(&in, &t);

		CHECK((r == 0) == (tokens[i].out != NULL), "%s: %d", name, r);
		CHECK(r == 0 || in.p == room, "%s: moved", name);
		if (r == -1)
			continue;
		CHECK(t.n == strlen(tokens[i].out) && memcmp(t.s, tokens[i].out,
		    t.n) == 0, "%s: %s", name, shown(t.s, t.n));
		CHECK((size_t)(in.end - in.p) == tokens[i].left, "%s: left %zu",
		    name, (size_t)(in.end - in.p));
	}
}

static void
test_others(void **state)
{
	char room[40];
	struct imap_in in = input(room, OCTETS("nil 42 4294967295 4294967296 9"));
	struct imap_text t;
	uint64_t big;
	uint32_t v;

	assert_int_equal(imap_nstr(&in, &t), 0);
	assert_null(t.s);
	assert_false(imap_is(&t, ""));
	assert_int_equal(imap_char(&in, ' '), 0);
	CHECK_FAILS(imap_char(&in, ' '), EINVAL);
	assert_int_equal(imap_number(&in, &v), 0);
	assert_int_equal(v, 42);
	assert_int_equal(imap_char(&in, ' '), 0);
	assert_int_equal(imap_number(&in, &v), 0);
	assert_true(v == 4294967295u);
	assert_int_equal(imap_char(&in, ' '), 0);
	CHECK_FAILS(imap_number(&in, &v), EINVAL);
	assert_int_equal(imap_number64(&in, &big), 0);
	assert_true(big == 4294967296u);
	CHECK_FAILS(imap_end(&in), EINVAL);
	assert_int_equal(imap_char(&in, ' '), 0);
	assert_int_equal(imap_char(&in, '9'), 0);
	assert_int_equal(imap_end(&in), 0);
	CHECK_FAILS(imap_number(&in, &v), EINVAL);
	CHECK_FAILS(imap_char(&in, 'x'), EINVAL);
	in = input(room, OCTETS("9223372036854775808"));
	CHECK_FAILS(imap_number64(&in, &big), EINVAL);
}

static void
test_dates(void **state)
{
	static const struct {
		const char *in;
		int64_t day;		/* -1: none */
	} days[] = {
		{ "1-Jan-1970", 0 }, { "\"02-jan-1970\"", 1 },
		{ "29-FEB-2000", 11016 }, { "1-Jan-1969", -365 },
		{ "29-Feb-2001", -1 }, { "\"1-Jan-1970", -1 },
		{ "1-Jan-70", -1 }, { "1-Foo-1970", -1 }, { "001-Jan-1970", -1 },
		{ "-Jan-1970", -1 }, { "1-Ja", -1 }, { "1 Jan 1970", -1 },
	};
	static const struct {
		const char *in;
		int64_t seconds;
		int zone;		/* 9999: none */
	} times[] = {
		{ "\"01-Jan-1970 00:00:00 +0000\"", 0, 0 },
		{ "\" 1-Jan-1970 00:00:01 +0000\"", 1, 0 },
		{ "\"1-Jan-1970 01:30:00 +0130\"", 0, 90 },
		{ "\"31-Dec-1969 16:00:00 -0800\"", 0, -480 },
		{ "01-Jan-1970 00:00:00 +0000", 0, 9999 },
		{ "\"01-Jan-1970 00:00:00 +0000", 0, 9999 },
		{ "\"01-Jan-1970 00:00:00 0000\"", 0, 9999 },
		{ "\"01-Jan-1970 00:00:00 +2400\"", 0, 9999 },
		{ "\"01-Jan-1970 00:00:00 +0060\"", 0, 9999 },
		{ "\"01-Jan-1970 0:00:00 +0000\"", 0, 9999 },
		{ "\"32-Jan-1970 00:00:00 +0000\"", 0, 9999 },
		{ "\"", 0, 9999 },
	};
	char room[100];
	size_t i;

	for (i = 0; i < LENGTH(days); i++) {
		struct imap_in in = input(room, days[i].in, strlen(days[i].in));
		int64_t day = -1;
		int r = imap_date(&in, &day);

		CHECK(day == days[i].day && (r == 0) == (day != -1), "%s: %lld",
		    days[i].in, (long long)day);
		CHECK(in.p == (r == 0 ? in.end : room), "%s: its end",
		    days[i].in);
	}
	for (i = 0; i < LENGTH(times); i++) {
		struct imap_in in = input(room, times[i].in,
		    strlen(times[i].in));
		int64_t seconds = 0;
		int zone = 0, r = imap_date_time(&in, &seconds, &zone);

		CHECK((r == 0) == (times[i].zone != 9999), "%s: %d",
		    times[i].in, r);
		CHECK(r == -1 || (seconds == times[i].seconds &&
		    zone == times[i].zone), "%s: %lld, %d", times[i].in,
		    (long long)seconds, zone);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests_name("imapline", tests, NULL, NULL);
}
