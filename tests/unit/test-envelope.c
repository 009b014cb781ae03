/* test-envelope - ENVELOPE, its addresses, its strings, and the header's fields. */
#include "unit.h"

#include "text/address.h"
#include "text/envelope.h"
#include "text/fields.h"
#include "text/imapstring.h"

/* Lists of addresses; up to the blank line Dovecot gives the same. */
static const struct {
	const char *in, *out;
} lists[] = {
	{ "", "NIL" },
	{ "(x", "NIL" },
	{ "a@b", "((NIL NIL \"a\" \"b\"))" },
	{ "a@[1.2.3.4]", "((NIL NIL \"a\" \"[1.2.3.4]\"))" },
	{ "A <a@b>", "((\"A\" NIL \"a\" \"b\"))" },
	{ "Bob B. Builder <a@b>", "((\"Bob B. Builder\" NIL \"a\" \"b\"))" },
	{ "\"A \\\"B\\\" C\" <a@b>", "((\"A \\\"B\\\" C\" NIL \"a\" \"b\"))" },
	{ "\"A  B\"\t<a@b>", "((\"A B\" NIL \"a\" \"b\"))" },
	{ "A\n\t B <a@b>", "((\"A B\" NIL \"a\" \"b\"))" },
	{ "\"a b\"@c", "((NIL NIL \"a b\" \"c\"))" },
	{ "a@b (Bob (x) y)", "((\"Bob (x) y\" NIL \"a\" \"b\"))" },
	{ "Foo Bar <foo@bar> (baz)", "((\"Foo Bar\" NIL \"foo\" \"bar\"))" },
	{ "<@x,@y:a@b>", "((NIL \"@x,@y\" \"a\" \"b\"))" },
	{ "=?utf-8?q?J=C3?= <a@b>",
	    "((\"=?utf-8?q?J=C3?=\" NIL \"a\" \"b\"))" },
	{ "J\xc3\xb6 <a@b>", "(({3}\r\nJ\xc3\xb6 NIL \"a\" \"b\"))" },
	{ "G: a@b, c@d;, x@y", "((NIL NIL \"G\" NIL)(NIL NIL \"a\" \"b\")"
	    "(NIL NIL \"c\" \"d\")(NIL NIL NIL NIL)(NIL NIL \"x\" \"y\"))" },
	{ "undisclosed-recipients:;",
	    "((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL))" },
	{ "G:a@b", "((NIL NIL \"G\" NIL)(NIL NIL \"a\" \"b\")"
	    "(NIL NIL NIL NIL))" },
	{ "mailto:a@b", "((NIL NIL \"mailto\" NIL)(NIL NIL \"a\" \"b\")"
	    "(NIL NIL NIL NIL))" },
	{ "<a@b> <c@d>", "((NIL NIL \"a\" \"b\"))" },

	{ "root", "((NIL NIL \"root\" \"\"))" },
	{ "a@b, ,, <c@d>,", "((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))" },
	{ "a@b; c@d", "((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))" },
	{ "a . b @ c . d", "((NIL NIL \"a.b\" \"c.d\"))" },
	{ "x@y <a@b>", "((\"x@y\" NIL \"a\" \"b\"))" },
	{ "A (c) B <a@b> x, c@d",
	    "((\"A B\" NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))" },
	{ "G:;H:;", "((NIL NIL \"G\" NIL)(NIL NIL NIL NIL)(NIL NIL \"H\" NIL)"
	    "(NIL NIL NIL NIL))" },
	{ "\"\" <a@b>", "((\"\" NIL \"a\" \"b\"))" },
	{ "a b", "((\"a b\" NIL \"\" \"\"))" },
	{ "a b <>", "((\"a b\" NIL \"\" \"\"))" },
	{ "<>", "((NIL NIL \"\" \"\"))" },
	{ "x y@z", "((\"x y@z\" NIL \"\" \"\"))" },
	{ "a@b@c", "((\"a@b@c\" NIL \"\" \"\"))" },
	{ "@b", "((NIL NIL \"\" \"b\"))" },
	{ "a@", "((NIL NIL \"a\" \"\"))" },
	{ "<a@b", "((NIL NIL \"a\" \"b\"))" },
	{ "<<a@b>>", "((NIL NIL \"a\" \"b\"))" },
	{ "<@x:@y:a@b>", "((NIL \"@x\" \"a\" \"b\"))" },
	{ "\"x", "((NIL NIL \"x\" \"\"))" },
	{ "[x", "((NIL NIL \"[x\" \"\"))" },
	{ "A: B: c@d;;", "((NIL NIL \"A\" NIL)(\"B: c@d\" NIL \"\" \"\")"
	    "(NIL NIL NIL NIL))" },
	{ "(a) (b) x@y (c\\)\n d)", "((\"c) d\" NIL \"x\" \"y\"))" },
};

static void
test_lists(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(lists); i++) {
		struct buf in = BUF_MAX(1000), out = BUF_MAX(2000),
		    want = BUF_MAX(2000);
		char *s;

		buf_addf(&in, "To: %s\n", lists[i].in);
		buf_addf(&want, "(NIL NIL NIL NIL NIL %s NIL NIL NIL NIL)",
		    lists[i].out);
		buf_0(&want);
		s = exactly(in.s, in.len);
		assert_int_equal(envelope_add(&out, s, in.len), 0);
		CHECK(holds(&out, want.s), "%s: %s", lists[i].in,
		    shown(out.s, out.len));
		free(s);
		buf_free(&in);
		buf_free(&out);
		buf_free(&want);
	}
}

static const struct {
	const char *in;
	size_t n;
	const char *out;
} headers[] = {
	{ OCTETS(""), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ OCTETS("\nDate: x\n"), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ OCTETS("Date: Mon,\r\n 1 Jan\r\nSUBJECT : a\r\n b\t  c\r\n\r\nTo: x"),
	    "(\"Mon, 1 Jan\" \"a b c\" NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ OCTETS("Subject:  \n"),
	    "(NIL \"\" NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ OCTETS("Subject: \"q\" \\ x\nno field\n"),
	    "(NIL \"\\\"q\\\" \\\\ x\" NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ OCTETS("Subject: \xff \x80"),
	    "(NIL {3}\r\n\xff \x80 NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ OCTETS("Subject: a\0b\x01\rc"),
	    "(NIL \"ab\x01 c\" NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ OCTETS("Message-ID: (c) <a@b>\nIn-Reply-To: x\n <y@z>"),
	    "(NIL NIL NIL NIL NIL NIL NIL NIL \"x <y@z>\" \"(c) <a@b>\")" },
	{ OCTETS("From: a@b\nFrom: c@d\nSubject: x\nSubject: y"),
	    "(NIL \"x\" ((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))"
	    " ((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))"
	    " ((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))"
	    " NIL NIL NIL NIL NIL)" },
	{ OCTETS("From: x@y\nReply-To: r@r\nSender:\nCc: c@c\nBcc: b@b"),
	    "(NIL NIL ((NIL NIL \"x\" \"y\")) ((NIL NIL \"x\" \"y\"))"
	    " ((NIL NIL \"r\" \"r\")) NIL ((NIL NIL \"c\" \"c\"))"
	    " ((NIL NIL \"b\" \"b\")) NIL NIL)" },
};

static void
test_headers(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(headers); i++) {
		char *in = exactly(headers[i].in, headers[i].n);
		struct buf out = BUF_MAX(2000);

		assert_int_equal(envelope_add(&out, in, headers[i].n), 0);
		CHECK(holds(&out, headers[i].out), "%s: %s", shown(in,
		    headers[i].n), shown(out.s, out.len));
		buf_free(&out);
		free(in);
	}
}

/* Great lists take linear time; what is too much is left out, or told. */
static void
test_great(void **state)
{
	struct buf in = BUF_MAX(30000000), out = BUF_MAX(100000000),
	    small = BUF_MAX(60);
	size_t i;

	for (i = 0; i < 500000; i++)
		buf_adds(&in, "To: a@b,\n\tc@d,\n");
	assert_int_equal(envelope_add(&out, in.s, in.len), 0);
	in.len = out.len = 0;
	buf_adds(&in, "From: ");
	for (i = 0; i < 2000000; i++)
		buf_adds(&in, "a@b,((((<");
	assert_int_equal(envelope_add(&out, in.s, in.len), 0);
	assert_in_range(out.len, 1, 3 * 8 * ENVELOPE_ADDRESSES);
	CHECK_FAILS(envelope_add(&small, in.s, in.len), EMSGSIZE);
	assert_int_equal(small.len, 0);
	buf_free(&in);
	buf_free(&out);
	buf_free(&small);
}

/* Parts of an address are cut where their room ends. */
static void
test_long(void **state)
{
	struct buf in = BUF_MAX(20000);
	struct address a;
	struct address_list l = { .in_group = 0 };

	buf_addf(&in, "%s%s <", many('n', 999), many('n', 999));
	buf_addf(&in, "@%s%s:", many('r', 999), many('r', 999));
	buf_addf(&in, "%s@h> (%s%s)", many('m', 999), many('c', 999),
	    many('c', 999));
	l.p = in.s;
	l.end = in.s + in.len;
	assert_int_equal(address_next(&l, &a), 1);
	assert_int_equal(a.name.n, ADDRESS_TEXT);
	assert_int_equal(a.route.n, ADDRESS_TEXT);
	assert_int_equal(a.mailbox.n, 999);
	assert_int_equal(a.host.n, 0);	/* no room was left for it */
	assert_int_equal(address_next(&l, &a), 0);
	buf_free(&in);
}

static void
test_strings(void **state)
{
	struct buf b = BUF_MAX(100), tight = BUF_MAX(5);

	imap_string(&b, NULL, 0);
	imap_string(&b, OCTETS(""));
	imap_string(&b, OCTETS(" a \"\\"));
	imap_string(&b, OCTETS("a\r\n"));
	imap_string(&b, OCTETS("\xc3\xa4\0\""));
	imap_value(&b, OCTETS(" \t"));
	imap_value(&b, OCTETS("\r\n a\r\n\t\xff "));
	assert_true(holds(&b, "NIL\"\"\" a \\\"\\\\\"{3}\r\na\r\n"
	    "{3}\r\n\xc3\xa4\"\"\"{3}\r\na \xff"));
	CHECK_FAILS(imap_string(&tight, OCTETS("\"\"")), EMSGSIZE);
	assert_int_equal(tight.len, 0);
	CHECK_FAILS(imap_value(&tight, OCTETS("\xff")), EMSGSIZE);
	assert_int_equal(tight.len, 0);
	assert_int_equal(imap_string(&tight, OCTETS("abc")), 0);
	buf_free(&b);
	buf_free(&tight);
}

static void
test_fields(void **state)
{
	static const char in[] = "A: b\r\n c\r\nD \t:e\nno field\n:x\nF:\r\n\r\nG: h";
	static const struct {
		const char *name, *value;
	} want[] = {
		{ "A", " b\r\n c" }, { "D", "e" }, { "", "no field" },
		{ "", "x" }, { "F", "" },
	};
	const char *p = in, *end = in + sizeof(in) - 1;
	struct header_field f;
	size_t i;

	for (i = 0; i < LENGTH(want); i++) {
		assert_int_equal(fields_next(&p, end, &f), 1);
		assert_int_equal(f.name_n, strlen(want[i].name));
		assert_memory_equal(f.name, want[i].name, f.name_n);
		assert_int_equal(f.n, strlen(want[i].value));
		assert_memory_equal(f.value, want[i].value, f.n);
	}
	assert_int_equal(fields_next(&p, end, &f), 0);
	assert_string_equal(p, "\r\nG: h");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_great),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
