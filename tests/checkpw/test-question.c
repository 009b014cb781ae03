/* test-question - checkpw/question.c and checkpw/base64.c */
#include "unit.h"

#include "checkpw/base64.h"
#include "checkpw/question.h"

static const struct {
	const char *in;
	size_t n;
	const char *out;
	ssize_t out_n;		/* -1: refused */
} codes[] = {
	{ OCTETS(""), OCTETS("") },
	{ OCTETS("Zg=="), OCTETS("f") },
	{ OCTETS("Zm8="), OCTETS("fo") },
	{ OCTETS("Zm9v"), OCTETS("foo") },
	{ OCTETS("Zm9vYg=="), OCTETS("foob") },
	{ OCTETS("Zm9vYmE="), OCTETS("fooba") },
	{ OCTETS("Zm9vYmFy"), OCTETS("foobar") },
	{ OCTETS("AP+/+w=="), OCTETS("\0\xff\xbf\xfb") },
	{ OCTETS("TWlVc3Vhcmlv"), OCTETS("MiUsuario") },
	{ OCTETS("Z"), NULL, -1 },
	{ OCTETS("Zg"), NULL, -1 },
	{ OCTETS("Zg="), NULL, -1 },
	{ OCTETS("Z==="), NULL, -1 },
	{ OCTETS("===="), NULL, -1 },
	{ OCTETS("=Zg="), NULL, -1 },
	{ OCTETS("Zg==Zg=="), NULL, -1 },
	{ OCTETS("Zh=="), NULL, -1 },		/* bits behind the last octet */
	{ OCTETS("Zm9="), NULL, -1 },
	{ OCTETS("Zm9v\n"), NULL, -1 },
	{ OCTETS("Zm 9"), NULL, -1 },
	{ OCTETS("Zm-_"), NULL, -1 },
	{ OCTETS("Zm\xe4v"), NULL, -1 },
	{ OCTETS("Zm\0v"), NULL, -1 },
};

static void
base64(void **state)
{
	char out[16];
	size_t i;

	for (i = 0; i < LENGTH(codes); i++) {
		char *in = exactly(codes[i].in, codes[i].n);
		ssize_t n = base64_decode(out, sizeof(out), in, codes[i].n);

		CHECK(n == codes[i].out_n && (n == -1 ||
		    memcmp(out, codes[i].out, (size_t)n) == 0), "%s: %zd",
		    shown(in, codes[i].n), n);
		free(in);
	}
	assert_int_equal(base64_decode(out, 3, OCTETS("Zm9v")), 3);
	CHECK_FAILS(base64_decode(out, 2, OCTETS("Zm9v")), EMSGSIZE);
	CHECK_FAILS(base64_decode(out, 0, OCTETS("Zg==")), EMSGSIZE);
	CHECK_FAILS(base64_decode(out, 3, OCTETS("Zg=")), EINVAL);
}

static const struct {
	const char *in;
	size_t n;
	int kind;		/* -1: refused */
} records[] = {
	{ OCTETS("client 192.0.2.1\nuser bob\nsecret Zm9v\n"), Q_SECRET },
	{ OCTETS("secret Zm9v\nuser bob\nclient ::1\n"), Q_SECRET },
	{ OCTETS("client a\nuser b\nsecret \n"), Q_SECRET },
	{ OCTETS("client a\nuser b c\nsecret AA==\n"), Q_SECRET },
	{ OCTETS("client a\nmore x\nuser b\nsecret AA==\n"), Q_SECRET },
	{ OCTETS("client a\nuser b\n"), Q_WAIT },
	{ OCTETS("client a\nuser b\ntold yes\n"), Q_TOLD_YES },
	{ OCTETS("client a\nuser b\ntold no\n"), Q_TOLD_NO },
	{ OCTETS("client a\nuser b\ntold maybe\n"), Q_TOLD_NO },
	{ OCTETS("show 12\n"), Q_SHOW },
	{ OCTETS(""), -1 },
	{ OCTETS("client a\n"), -1 },
	{ OCTETS("user b\nsecret AA==\n"), -1 },
	{ OCTETS("client a\nsecret AA==\n"), -1 },
	{ OCTETS("client \nuser b\nsecret AA==\n"), -1 },
	{ OCTETS("client a b\nuser b\nsecret AA==\n"), -1 },
	{ OCTETS("client \xe4\nuser b\nsecret AA==\n"), -1 },
	{ OCTETS("client a\nuser \nsecret AA==\n"), -1 },
	{ OCTETS("client a\nuser b\nuser c\nsecret AA==\n"), -1 },
	{ OCTETS("client a\nclient a\nuser b\nsecret AA==\n"), -1 },
	{ OCTETS("client a\nuser b\nsecret AA==\nsecret AA==\n"), -1 },
	{ OCTETS("client a\nuser b\nsecret AA\n"), -1 },
	{ OCTETS("client a\nuser b\nsecret AA==\ntold yes\n"), -1 },
	{ OCTETS("client a\nuser b\nshow 0\n"), -1 },
	{ OCTETS("show x\n"), -1 },
	{ OCTETS("show 0\nshow 0\n"), -1 },
	{ OCTETS("client a\nuser b\nsecret AA=="), -1 },
	{ OCTETS("client a\nuser b\0\nsecret AA==\n"), -1 },
	{ OCTETS("client a\nuser b\x01\nsecret AA==\n"), -1 },
};

static void
kinds(void **state)
{
	struct question q;
	size_t i;

	for (i = 0; i < LENGTH(records); i++) {
		char *in = exactly(records[i].in, records[i].n);
		int r = question_parse(&q, in, records[i].n);

		CHECK((r == -1 ? -1 : (int)q.kind) == records[i].kind, "%s: %d",
		    shown(in, records[i].n), r);
		free(in);
	}
}

static void
values(void **state)
{
	static struct question q;
	struct buf b = BUF_MAX(4096);

	assert_int_equal(question_parse(&q,
	    OCTETS("client 192.0.2.1\nuser Bob B\nsecret AGEA\n")), 0);
	assert_string_equal(q.client, "192.0.2.1");
	assert_string_equal(q.user, "Bob B");
	assert_int_equal(q.secret_n, 3);
	assert_memory_equal(q.secret, "\0a\0", 3);
	assert_int_equal(question_parse(&q, OCTETS("show 12\n")), 0);
	assert_int_equal(q.from, 12);
	/* nothing of the question before is left */
	assert_string_equal(q.client, "");
	assert_string_equal(q.user, "");
	assert_int_equal(q.secret_n, 0);

	assert_int_equal(buf_addf(&b, "client a\nuser %s\n",
	    many('u', 511)), 0);
	assert_int_equal(question_parse(&q, b.s, b.len), 0);
	b.len = 0;
	assert_int_equal(buf_addf(&b, "client a\nuser %s\n",
	    many('u', 512)), 0);
	CHECK_FAILS(question_parse(&q, b.s, b.len), EMSGSIZE);
	b.len = 0;
	assert_int_equal(buf_addf(&b, "client a\nuser u\nsecret %s=\n",
	    many('A', 683)), 0);
	assert_int_equal(question_parse(&q, b.s, b.len), 0);
	assert_int_equal(q.secret_n, 512);
	b.len = 0;
	assert_int_equal(buf_addf(&b, "client a\nuser u\nsecret %s\n",
	    many('A', 684)), 0);
	CHECK_FAILS(question_parse(&q, b.s, b.len), EMSGSIZE);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64),
		cmocka_unit_test(kinds),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
