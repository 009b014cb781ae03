/* test-subject - encoded words as text, base subjects, and message ids. */
#include "unit.h"

#include "base/ascii.h"
#include "text/decoded.h"
#include "text/msgid.h"
#include "text/subject.h"

static const struct {
	const char *in;
	size_t n;
	const char *out;
} values[] = {
	{ OCTETS(""), "" },
	{ OCTETS("  a \t b\r\n c  "), "a b c" },
	{ OCTETS("a\0b"), "ab" },
	{ OCTETS("\xc3\xa4 \xff"), "\xc3\xa4 \xff" },
	{ OCTETS("=?utf-8?q?J=C3=b6rg_x?="), "J\xc3\xb6rg x" },
	{ OCTETS("=?UTF-8?B?SsO2cmc=?="), "J\xc3\xb6rg" },
	{ OCTETS("=?utf-8*de?Q?a?= b"), "a b" },
	{ OCTETS("a =?us-ascii?q?b?= c"), "a b c" },
	{ OCTETS("=?utf-8?q?a?= =?utf-8?q?b?=\r\n =?utf-8?q?c?="), "abc" },
	{ OCTETS("=?utf-8?q?a?= b =?utf-8?q?c?="), "a b c" },
	{ OCTETS("=?utf-8?q?a_?= =?utf-8?q?_b?="), "a b" },
	{ OCTETS("=?utf-8?q?a?=b=?utf-8?q?c?="), "abc" },
	{ OCTETS("=?iso-8859-1?q?=FCber?="), "\xc3\xbc" "ber" },
	{ OCTETS("=?ISO-8859-1?B?/A==?="), "\xc3\xbc" },
	{ OCTETS("=?windows-1252?q?=80=93=81?="),
	    "\xe2\x82\xac\xe2\x80\x9c\xef\xbf\xbd" },
	{ OCTETS("=?utf-8?q?a=0D=0Ab=00?="), "a b" },
	{ OCTETS("=?utf-8?q?" "?= x"), "x" },
	/* as they are */
	{ OCTETS("=?koi8-r?q?=C1?="), "=?koi8-r?q?=C1?=" },
	{ OCTETS("=?koi8-r?q?=C1?= =?utf-8?q?a?="), "=?koi8-r?q?=C1?= a" },
	{ OCTETS("=?utf-8?q?=FF?="), "=?utf-8?q?=FF?=" },
	{ OCTETS("=?utf-8?q?=C?="), "=?utf-8?q?=C?=" },
	{ OCTETS("=?utf-8?b?YQ?="), "=?utf-8?b?YQ?=" },
	{ OCTETS("=?utf-8?x?a?="), "=?utf-8?x?a?=" },
	{ OCTETS("=?utf-8?qq?a?="), "=?utf-8?qq?a?=" },
	{ OCTETS("=?utf-8?q?a b?="), "=?utf-8?q?a b?=" },
	{ OCTETS("=?utf-8?q?a"), "=?utf-8?q?a" },
	{ OCTETS("=?utf-8?q?a?"), "=?utf-8?q?a?" },
	{ OCTETS("=?utf-8?q"), "=?utf-8?q" },
	{ OCTETS("=?=?utf-8?q?a?="), "=?a" },
};

static void
test_decoded(void **state)
{
	struct buf tight = BUF_MAX(3), great = BUF_MAX(30000000),
	    out = BUF_MAX(30000000);
	size_t i;

	for (i = 0; i < LENGTH(values); i++) {
		char *in = exactly(values[i].in, values[i].n);
		struct buf b = BUF_MAX(300);

		assert_int_equal(decoded_add(&b, in, values[i].n), 0);
		CHECK(holds(&b, values[i].out), "%s: %s", shown(in,
		    values[i].n), shown(b.s, b.len));
		buf_free(&b);
		free(in);
	}
	buf_adds(&tight, "x");
	CHECK_FAILS(decoded_add(&tight, OCTETS("abc")), EMSGSIZE);
	assert_true(holds(&tight, "x"));
	for (i = 0; i < 2000000; i++)
		buf_adds(&great, "=?a?q?");
	assert_int_equal(decoded_add(&out, great.s, great.len), 0);
	buf_free(&tight);
	buf_free(&great);
	buf_free(&out);
}

static const struct {
	const char *in, *out;
	int reply;
} subjects[] = {
	{ "", "", 0 }, { " ", "", 0 }, { "a", "a", 0 }, { " a  b ", "a b", 0 },
	{ "Re: a", "a", 1 }, { "re:a", "a", 1 }, { "RE : a", "a", 1 },
	{ "Fw: a", "a", 1 }, { "Fwd: a", "a", 1 }, { "fwdx: a", "fwdx: a", 0 },
	{ "Re: Fwd: RE: a", "a", 1 }, { "Re[2]: a", "a", 1 },
	{ "Re [x y] : a", "a", 1 }, { "Re[2] a", "Re[2] a", 0 },
	{ "[list] a", "a", 0 }, { "[list] Re: a", "a", 1 },
	{ "[a] [b] Re: [c] a", "a", 1 }, { "[a][b]", "[b]", 0 },
	{ "[list]", "[list]", 0 }, { "Re: [list]", "[list]", 1 },
	{ "[a[b] x", "[a[b] x", 0 }, { "[a x", "[a x", 0 },
	{ "a (fwd)", "a", 1 }, { "a (FWD) (fwd) ", "a", 1 },
	{ "Re: a (fwd)", "a", 1 }, { "(fwd)", "", 1 },
	{ "[fwd: a]", "a", 1 }, { "[Fwd: Re: a]", "a", 1 },
	{ "[fwd: [fwd: a]]", "a", 1 }, { "Re: [fwd: a (fwd)]", "a", 1 },
	{ "[fwd: a] b", "b", 0 }, { "Re:", "", 1 }, { "re", "re", 0 },
	{ "Re: re", "re", 1 }, { "Aw: a", "Aw: a", 0 },
	{ "=?utf-8?q?Re=3A_J=C3=B6rg?=", "J\xc3\xb6rg", 1 },
	{ "Re:\r\n\ta", "a", 1 },
};

static void
test_subjects(void **state)
{
	struct buf tight = BUF_MAX(2), great = BUF_MAX(100000);
	size_t i;

	for (i = 0; i < LENGTH(subjects); i++) {
		size_t n = strlen(subjects[i].in);
		char *in = exactly(subjects[i].in, n);
		struct buf b = BUF_MAX(300);

		buf_adds(&b, "x");
		CHECK(subject_base(&b, in, n) == subjects[i].reply, "%s",
		    subjects[i].in);
		CHECK(b.len == strlen(subjects[i].out) + 1 && memcmp(b.s + 1,
		    subjects[i].out, b.len - 1) == 0, "%s: %s",
		    subjects[i].in, shown(b.s, b.len));
		buf_free(&b);
		free(in);
	}
	CHECK_FAILS(subject_base(&tight, OCTETS("abc")), EMSGSIZE);
	for (i = 0; i < 10000; i++)
		buf_adds(&great, "[a]Re:");
	assert_int_equal(subject_base(&great, great.s, great.len), 1);
	buf_free(&tight);
	buf_free(&great);
}

/* Fields, and their ids with a blank behind each. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} ids[] = {
	{ OCTETS(""), "" },
	{ OCTETS("<a@b>"), "a@b " },
	{ OCTETS("<a@b><c@d>\r\n <e@f>"), "a@b c@d e@f " },
	{ OCTETS("x <a@b> y"), "a@b " },
	{ OCTETS("(<no@no>) <a@b>"), "a@b " },
	{ OCTETS("<\"a\"@b> <\"a\\\"c\"@b>"), "a@b a\"c@b " },
	{ OCTETS("<a (c) @ b>"), "a@b " },
	{ OCTETS("<a@[b.c]>"), "a@[b.c] " },
	{ OCTETS("<a> <@b> <a@> <> <c@d>"), "c@d " },
	{ OCTETS("<a@b <c@d>"), "c@d " },
	{ OCTETS("<a@b"), "" }, { OCTETS("<\"a@b>"), "" },
	{ OCTETS("<A@B> <a@b>"), "A@B a@b " },
	{ OCTETS("<a@b@c>"), "a@b@c " },
};

static void
test_ids(void **state)
{
	char id[MSGID_OCTETS];
	size_t i, k;

	for (i = 0; i < LENGTH(ids); i++) {
		char *in = exactly(ids[i].in, ids[i].n);
		const char *p = in, *end = in + ids[i].n;
		struct buf out = BUF_MAX(200);

		while ((k = msgid_next(&p, end, id)) > 0)
			buf_addf(&out, "%.*s ", (int)k, id);
		CHECK(p == end && holds(&out, ids[i].out), "%s: %s",
		    shown(in, ids[i].n), shown(out.s, out.len));
		buf_free(&out);
		free(in);
	}
}

static void
test_references(void **state)
{
	uint64_t got[MSGID_REFERENCES];
	struct buf b = BUF_MAX(30000000);
	size_t i;

	assert_int_equal(msgid_references(OCTETS("<a@b> <\"a\"@b>"), got), 2);
	assert_true(got[0] == ascii_fnv("a@b", 3) && got[0] == got[1]);
	for (i = 0; i < 1000000; i++)
		buf_addf(&b, "<%zu@x>\n ", i);
	assert_int_equal(msgid_references(b.s, b.len, got), MSGID_REFERENCES);
	assert_true(got[0] == ascii_fnv("0@x", 3));
	assert_true(got[MSGID_REFERENCES - 1] == ascii_fnv("999999@x", 8));
	b.len = 0;
	buf_addf(&b, "<%s", many('a', 990));
	buf_addf(&b, "@%s> <%s", many('b', 7), many('a', 990));
	buf_addf(&b, "@%s>", many('b', 8));
	assert_int_equal(msgid_references(b.s, b.len, got), 1);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decoded),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests_name("subject", tests, NULL, NULL);
}
