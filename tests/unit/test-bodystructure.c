/* test-bodystructure - BODYSTRUCTURE and BODY, and the parameters in them. */
#include "unit.h"

#include "text/bodystructure.h"
#include "text/params.h"

/*
 * Messages and their BODYSTRUCTURE, with ` for " and T for what a text begins with.
 * Up to the comment Dovecot 2.3 gives the same.
 */
static const char text[] =
    "\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\"";

static const struct {
	const char *in;
	size_t n;
	const char *out;
} cases[] = {
	{ OCTETS("A: b\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: TEXT/HTML; Charset=\"UTF-8\"\n\nx\n"),
	    "(`TEXT` `HTML` (`Charset` `UTF-8`) NIL NIL `7bit` 3 1 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: image/png; name=\"a \\\"b\\\".png\"\n\nx\n"),
	    "(`image` `png` (`name` `a \\`b\\`.png`) NIL NIL `7bit` 3 NIL "
	    "NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name*0=ab; name*1=cd\n\nx\n"),
	    "(`application` `x` (`name` `abcd`) NIL NIL `7bit` 3 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name*=utf-8''a%20b\n\nx\n"),
	    "(`application` `x` (`name*` `utf-8''a%20b`) NIL NIL `7bit` 3 "
	    "NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name*0*=utf-8''a%20; name*1=b; "
	    "name*2*=%41\n\nx\n"),
	    "(`application` `x` (`name*` `utf-8''a%20b%41`) NIL NIL `7bit` "
	    "3 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name*1=b; name*0=a\n\nx\n"),
	    "(`application` `x` (`name` `ab`) NIL NIL `7bit` 3 NIL NIL NIL "
	    "NIL)" },
	{ OCTETS("Content-Type: application/x; name=foo bar.pdf; x=y\n\nx\n"),
	    "(`application` `x` (`name` `foo` `x` `y`) NIL NIL `7bit` 3 "
	    "NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name=\"a\n b\"\n\nx\n"),
	    "(`application` `x` (`name` `a b`) NIL NIL `7bit` 3 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name=\"J\xc3\xb6\"\n\nx\n"),
	    "(`application` `x` (`name` {3}\r\nJ\xc3\xb6) NIL NIL `7bit` 3 "
	    "NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name=\n\nx\n"),
	    "(`application` `x` (`name` ``) NIL NIL `7bit` 3 NIL NIL NIL "
	    "NIL)" },
	{ OCTETS("Content-Type: application/x; name\n\nx\n"),
	    "(`application` `x` NIL NIL NIL `7bit` 3 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; a=1; a=2\n\nx\n"),
	    "(`application` `x` (`a` `1` `a` `2`) NIL NIL `7bit` 3 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: application/x;;; a=b;\n\nx\n"),
	    "(`application` `x` (`a` `b`) NIL NIL `7bit` 3 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain; format=flowed\n"
	    "Content-Transfer-Encoding: BASE64\nContent-ID: <a@b>\n"
	    "Content-Description: a \"b\"\n c\nContent-MD5: abc==\n"
	    "Content-Language: en, de\nContent-Location: http://x/ y\n"
	    "Content-Disposition: Attachment; FileName=\"x y\"; size=3\n\n"
	    "x\n"),
	    "(`text` `plain` (`format` `flowed` `charset` `us-ascii`) "
	    "`<a@b>` `a \\`b\\` c` `BASE64` 3 1 `abc==` (`Attachment` "
	    "(`FileName` `x y` `size` `3`)) (`en` `de`) `http://x/ y`)" },
	{ OCTETS("Content-Disposition: ;x=y\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Disposition: \n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Transfer-Encoding: \n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Language: \n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\nx\n"),
	    "((T 0 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n"),
	    "((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: Multipart/Mixed; boundary=b; x=y\n"
	    "Content-Language: en\nContent-Disposition: inline\n"
	    "Content-Location: x\nContent-MD5: y\n\n--b\n\nx\n--b\n"
	    "Content-Type: text/html\n\ny\n\n--b--\n"),
	    "((T 1 0 NIL NIL NIL NIL)(`text` `html` (`charset` `us-ascii`) "
	    "NIL NIL `7bit` 3 1 NIL NIL NIL NIL) `Mixed` (`boundary` `b` "
	    "`x` `y`) (`inline` NIL) (`en`) `x`)" },
	{ OCTETS("Content-Type: message/rfc822\n\nSubject: x\n\ny\n"),
	    "(`message` `rfc822` NIL NIL NIL `7bit` 17 (NIL `x` NIL NIL "
	    "NIL NIL NIL NIL NIL NIL) (T 3 1 NIL NIL NIL NIL) 3 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: message/rfc822\nContent-MD5: y\n\nSubject: x\n"
	    "Content-Type: multipart/a; boundary=b\n\n--b\n\nx\n--b--\n"),
	    "(`message` `rfc822` NIL NIL NIL `7bit` 70 (NIL `x` NIL NIL "
	    "NIL NIL NIL NIL NIL NIL) ((T 1 0 NIL NIL NIL NIL) `a` "
	    "(`boundary` `b`) NIL NIL NIL) 7 `y` NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: "
	    "x\n\ny\n--b--\n"),
	    "((`message` `rfc822` NIL NIL NIL `7bit` 15 (NIL `x` NIL NIL "
	    "NIL NIL NIL NIL NIL NIL) (T 1 0 NIL NIL NIL NIL) 2 NIL NIL "
	    "NIL NIL) `digest` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/digest; boundary=b\n\n--b\n"
	    "Content-Type: text/plain\n\nSubject: x\n\ny\n--b--\n"),
	    "((T 15 2 NIL NIL NIL NIL) `digest` (`boundary` `b`) NIL NIL "
	    "NIL)" },
	{ OCTETS("Content-Type: text/plain\n\n"),
	    "(T 0 0 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain\n\na\nb"),
	    "(T 4 1 NIL NIL NIL NIL)" },
	{ OCTETS(""),
	    "(T 0 0 NIL NIL NIL NIL)" },
	{ OCTETS("Subject: x"),
	    "(T 0 0 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n"),
	    "((T 0 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: message/delivery-status\n\na: b\n\nc: d\n"),
	    "(`message` `delivery-status` NIL NIL NIL `7bit` 14 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: message/partial\n\nx\n"),
	    "(`message` `partial` NIL NIL NIL `7bit` 3 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: image/png\nContent-Type: text/plain\n\nx\n"),
	    "(`image` `png` NIL NIL NIL `7bit` 3 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain (c); (d) charset (e) = (f) x (g)\n\n"
	    "x\n"),
	    "(`text` `plain` (`charset` `x`) NIL NIL `7bit` 3 1 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: text / plain\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: a.b/c.d\n\nx\n"),
	    "(`a.b` `c.d` NIL NIL NIL `7bit` 3 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain; x='a;b'\n\nx\n"),
	    "(`text` `plain` (`x` `'a` `charset` `us-ascii`) NIL NIL "
	    "`7bit` 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain; charset\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--b\n\n"
	    "y\n--b--\n"),
	    "(((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `c`) NIL NIL "
	    "NIL)(T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL "
	    "NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\nx\n"
	    "--bb--\n--b\n\ny\n--b--\n"),
	    "(((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `bb`) NIL NIL "
	    "NIL)(T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL "
	    "NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=bb\n\n--bb\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--bb\n"
	    "\ny\n--bb--\n"),
	    "(((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL "
	    "NIL)(T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `bb`) NIL NIL "
	    "NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\nA: b\n"
	    "--b--\n"),
	    "((T 0 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\n"
	    "\n\n--b--"),
	    "((T 0 0 NIL NIL NIL NIL)(T 0 0 NIL NIL NIL NIL)(T 0 0 NIL NIL "
	    "NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b--\n--b\n\nx\n"),
	    "((T 0 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n"
	    "--b\n\ny\n"),
	    "((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b  \n\nx\n"
	    "--b--\x09\n"),
	    "((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\r\n\r\nx\r\n"
	    "--b\n\ny\n--b--\r\n"),
	    "((T 1 0 NIL NIL NIL NIL)(T 1 0 NIL NIL NIL NIL) `mixed` "
	    "(`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: message/rfc822\n\nSubject: x\n--b--\n"),
	    "((`message` `rfc822` NIL NIL NIL `7bit` 12 (NIL `x` NIL NIL "
	    "NIL NIL NIL NIL NIL NIL) (T 0 0 NIL NIL NIL NIL) 1 NIL NIL "
	    "NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: message/rfc822\n\n--b--\n"),
	    "((`message` `rfc822` NIL NIL NIL `7bit` 0 (NIL NIL NIL NIL "
	    "NIL NIL NIL NIL NIL NIL) (T 0 0 NIL NIL NIL NIL) 0 NIL NIL "
	    "NIL NIL) `mixed` (`boundary` `b`) NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n"
	    "--ab\n\nx\n--ab--\n"),
	    "((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `ab`) NIL NIL "
	    "NIL)" },

	/* Ours alone. */
	{ OCTETS("Content-Type: text\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: ;x=y\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name*0=a; name*2=c\n\nx\n"),
	    "(`application` `x` (`name` `a` `name*2` `c`) NIL NIL `7bit` 3 "
	    "NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x; name*=x; name=y\n\nx\n"),
	    "(`application` `x` (`name*` `x` `name` `y`) NIL NIL `7bit` 3 "
	    "NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: application/x name=y\n\nx\n"),
	    "(`application` `x` NIL NIL NIL `7bit` 3 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Language: en\n\nx\n"),
	    "(T 3 1 NIL NIL (`en`) NIL)" },
	{ OCTETS("Content-Disposition: inline\n\nx\n"),
	    "(T 3 1 NIL (`inline` NIL) NIL NIL)" },
	{ OCTETS("Content-Transfer-Encoding: x y (c)\n\nx\n"),
	    "(`text` `plain` (`charset` `us-ascii`) NIL NIL `x` 3 1 NIL "
	    "NIL NIL NIL)" },
	{ OCTETS("Content-Language: en (x), de-DE ,, fr\n\nx\n"),
	    "(T 3 1 NIL NIL (`en` `de-DE` `fr`) NIL)" },
	{ OCTETS("Content-Type: multipart/mixed\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain; charset=x(y)\n\nx\n"),
	    "(`text` `plain` (`charset` `x(y)`) NIL NIL `7bit` 3 1 NIL NIL "
	    "NIL NIL)" },
	{ OCTETS("Content-Type: text/plain; x=a=b/c\n\nx\n"),
	    "(`text` `plain` (`x` `a=b/c` `charset` `us-ascii`) NIL NIL "
	    "`7bit` 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: \"text\"/plain\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text plain\n\nx\n"),
	    "(T 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: text/plain; name=\"unended\n\nx\n"),
	    "(`text` `plain` (`name` `unended` `charset` `us-ascii`) NIL "
	    "NIL `7bit` 3 1 NIL NIL NIL NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=\"b \"\n\n--b\n\nx\n"
	    "--b--\n"),
	    "((T 1 0 NIL NIL NIL NIL) `mixed` (`boundary` `b `) NIL NIL "
	    "NIL)" },
	{ OCTETS("Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n"
	    "----\n"),
	    "(T 15 4 NIL NIL NIL NIL)" },
};

/* What the notation of the table stands for. */
static void
spell(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '`')
			buf_adds(b, "\"");
		else if (*s == 'T' && b->len > 0 && b->s[b->len - 1] == '(' &&
		    s[1] == ' ')
			buf_adds(b, text);
		else
			buf_add(b, s, 1);
	buf_0(b);
}

static void
structure(struct buf *out, const char *s, size_t n, int all)
{
	struct mime m = { .n = 0 };
	char *in = exactly(s, n);

	assert_int_equal(mime_parse(&m, in, n), 0);
	assert_int_equal(bodystructure_add(out, &m, in, all), 0);
	mime_free(&m);
	free(in);
}

static void
test_cases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct buf out = BUF_MAX(4096), want = BUF_MAX(4096);

		structure(&out, cases[i].in, cases[i].n, 1);
		spell(&want, cases[i].out);
		CHECK(holds(&out, want.s), "%s:\n%.*s\nnot\n%s",
		    shown(cases[i].in, cases[i].n), (int)out.len, out.s,
		    want.s);
		buf_free(&out);
		buf_free(&want);
	}
}

/* BODY is the same without what may be added. */
static void
test_body(void **state)
{
	static const struct {
		const char *in, *out;
	} bodies[] = {
		{ "Content-Type: text/plain; a=b\nContent-MD5: x\n\nx\n",
		    "(`text` `plain` (`a` `b` `charset` `us-ascii`) NIL NIL"
		    " `7bit` 3 1)" },
		{ "Content-Type: multipart/x; boundary=b\n\n--b\n\nx\n--b--\n",
		    "((T 1 0) `x`)" },
		{ "Content-Type: multipart/x; boundary=b\n\n", "((T 0 0) `x`)" },
		{ "Content-Type: message/rfc822\n\n\nx",
		    "(`message` `rfc822` NIL NIL NIL `7bit` 3 (NIL NIL NIL NIL"
		    " NIL NIL NIL NIL NIL NIL) (T 1 0) 1)" },
		{ "Content-Type: message/rfc822\n",
		    "(`message` `rfc822` NIL NIL NIL `7bit` 0 (NIL NIL NIL NIL"
		    " NIL NIL NIL NIL NIL NIL) (T 0 0) 0)" },
	};
	size_t i;

	for (i = 0; i < LENGTH(bodies); i++) {
		struct buf out = BUF_MAX(4096), want = BUF_MAX(4096);

		structure(&out, bodies[i].in, strlen(bodies[i].in), 0);
		spell(&want, bodies[i].out);
		CHECK(holds(&out, want.s), "%s: %s", bodies[i].in,
		    shown(out.s, out.len));
		buf_free(&out);
		buf_free(&want);
	}
}

/* What stands too deep is octets, whatever it says. */
static void
test_deep(void **state)
{
	struct buf in = BUF_MAX(1000000), out = BUF_MAX(10000000),
	    tight = BUF_MAX(1000);
	struct mime m = { .n = 0 };
	int i;

	for (i = 0; i < 1000; i++)
		buf_adds(&in, "Content-Type: message/rfc822\n\n");
	structure(&out, in.s, in.len, 1);
	buf_0(&out);
	assert_non_null(strstr(out.s, "(\"application\" \"octet-stream\" NIL"));
	assert_int_equal(mime_parse(&m, in.s, in.len), 0);
	buf_adds(&tight, "x");
	CHECK_FAILS(bodystructure_add(&tight, &m, in.s, 1), EMSGSIZE);
	assert_true(holds(&tight, "x"));
	mime_free(&m);
	buf_free(&in);
	buf_free(&out);
	buf_free(&tight);
}

/* Parameters and what is made of them, as name=value. */
static const struct {
	const char *in, *out;
} params[] = {
	{ "", "" },
	{ "; a=b", "a=b " },
	{ "; a*0=x; a*1=y; b=z", "a=xy b=z " },
	{ "; a*1=y; b=z; A*0=x", "a=xy b=z " },
	{ "; a*0*=u''%41; a*1=b", "a*=u''%41b " },
	{ "; a*=u''%41", "a*=u''%41 " },
	{ "; a*0=x; a*2=z", "a=x a*2=z " },
	{ "; a*1=x", "a*1=x " },
	{ "; a*1*=x", "a*1*=x " },
	{ "; a*0=x; a*0=y", "a=x a=y " },
	{ "; a*=x; a=y; a*0=z", "a*=x a=y a=z " },
	{ "; a*b=x; a**=y; *=z; *0=w", "a*b=x a**=y *=z *0=w " },
	{ "; a*99=x; a*100=y; a*99999999999999999999=z",
	    "a*99=x a*100=y a*99999999999999999999=z " },
	{ "; a*00=x; a*01=y", "a=xy " },
	{ "; a=\"b\\\"c\r\n d\"", "a=b\"c d " },
};

static void
test_params(void **state)
{
	struct params all;
	struct param_text one;
	size_t i;

	for (i = 0; i < LENGTH(params); i++) {
		struct buf out = BUF_MAX(1000), value = BUF_MAX(100);
		const char *s = params[i].in;

		params_read(&all, s, s + strlen(s));
		while (params_next(&all, &one, &value))
			buf_addf(&out, "%.*s=%.*s ", (int)one.n, one.name,
			    (int)value.len, value.s);
		CHECK(holds(&out, params[i].out), "%s: %s", s,
		    shown(out.s, out.len));
		buf_free(&out);
		buf_free(&value);
	}
}

/* A flood of them: the first CONTENT_PARAMS. */
static void
test_flood(void **state)
{
	struct buf in = BUF_MAX(30000000), value = BUF_MAX(8);
	struct params all;
	struct param_text one;
	size_t i;

	for (i = 0; i < 1000000; i++)
		buf_addf(&in, "; a*%zu*=123", i);
	params_read(&all, in.s, in.s + in.len);
	assert_int_equal(all.n, CONTENT_PARAMS);
	assert_int_equal(params_next(&all, &one, &value), 1);
	assert_true(holds(&value, "123123"));	/* what it has room for */
	assert_int_equal(params_next(&all, &one, &value), 0);
	buf_free(&in);
	buf_free(&value);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests_name("bodystructure", tests, NULL, NULL);
}
