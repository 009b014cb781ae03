/* test-question - checkpw/question.c */
#include "unit.h"

#include "checkpw/question.h"

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
		cmocka_unit_test(kinds),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
