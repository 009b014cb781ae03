/* test-tlstalk - lib/text/tlstalk.c: the question to tls-client, its answer. */
#include "unit.h"

#include "text/tlstalk.h"

#define H	"host mail.example.org\n"
#define P	"policy may\n"
#define N	"name a.example\n"

static const struct {
	const char *in;
	size_t n;
	const char *host;	/* NULL: refused */
	enum tls_policy policy;
	size_t names;
} questions[] = {
	{ OCTETS(H P), "mail.example.org", TLS_MAY, 0 },
	{ OCTETS("policy must\n" H), "mail.example.org", TLS_MUST, 0 },
	{ OCTETS(N H "policy verify\n" N), "mail.example.org", TLS_VERIFY, 2 },
	{ OCTETS("host Mail.Example.ORG.\n" P), "mail.example.org", TLS_MAY,
	    0 },
	{ OCTETS("host localhost\n" P), "localhost", TLS_MAY, 0 },
	{ OCTETS("host under_score.example\n" P), "under_score.example",
	    TLS_MAY, 0 },
	{ OCTETS("host 192.0.2.1\n" P), "192.0.2.1", TLS_MAY, 0 },
	{ OCTETS("host [192.0.2.1]\n" P), "[192.0.2.1]", TLS_MAY, 0 },
	{ OCTETS("host 2001:DB8::1\n" P), "2001:db8::1", TLS_MAY, 0 },
	{ OCTETS(H P N N N N N N N N), "mail.example.org", TLS_MAY, 8 },
	{ OCTETS(H P N N N N N N N N N), NULL, 0, 0 },
	{ OCTETS(""), NULL, 0, 0 },
	{ OCTETS(H), NULL, 0, 0 },
	{ OCTETS(P), NULL, 0, 0 },
	{ OCTETS(H P H), NULL, 0, 0 },
	{ OCTETS(P H P), NULL, 0, 0 },
	{ OCTETS(H P "more x\n"), NULL, 0, 0 },
	{ OCTETS(H "policy mayb\n"), NULL, 0, 0 },
	{ OCTETS(H "policy \n"), NULL, 0, 0 },
	{ OCTETS(H "policy MAY\n"), NULL, 0, 0 },
	{ OCTETS(H "policy may"), NULL, 0, 0 },
	{ OCTETS(P "host \n"), NULL, 0, 0 },
	{ OCTETS(P "host .\n"), NULL, 0, 0 },
	{ OCTETS(P "host a..example\n"), NULL, 0, 0 },
	{ OCTETS(P "host .example\n"), NULL, 0, 0 },
	{ OCTETS(P "host a b\n"), NULL, 0, 0 },
	{ OCTETS(P "host a\xe4\n"), NULL, 0, 0 },
	{ OCTETS(P "host a\0b\n"), NULL, 0, 0 },
	{ OCTETS(P "host x:y\n"), NULL, 0, 0 },
	{ OCTETS(P "host a/../b\n"), NULL, 0, 0 },
	{ OCTETS(H P "name \n"), NULL, 0, 0 },
	{ OCTETS(H P "name *.example.org\n"), NULL, 0, 0 },
	{ OCTETS(H P "name 192.0.2.1\n"), NULL, 0, 0 },
	{ OCTETS(H P "name [192.0.2.1]\n"), NULL, 0, 0 },
	{ OCTETS(H P "name 2001:db8::1\n"), NULL, 0, 0 },
};

static void
test_question(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(questions); i++) {
		char *p = exactly(questions[i].in, questions[i].n);
		struct tls_question q;
		int r = tls_question_read(&q, p, questions[i].n);

		CHECK(r == (questions[i].host == NULL ? -1 : 0),
		    "%s: %d", shown(questions[i].in, questions[i].n), r);
		if (r == 0) {
			assert_string_equal(q.host, questions[i].host);
			assert_int_equal(q.policy, questions[i].policy);
			assert_int_equal(q.names, questions[i].names);
		} else
			assert_int_equal(errno, EPROTO);
		free(p);
	}
}

static void
test_long_names(void **state)
{
	char in[TLS_QUESTION];
	struct tls_question q;
	const char *label = many('a', 63);
	int n = snprintf(in, sizeof(in), P "host %s.%s.%s.%s\n", label, label,
	    label, label);

	assert_int_equal(tls_question_read(&q, in, (size_t)n), 0);
	assert_int_equal(strlen(q.host), 255);
	n = snprintf(in, sizeof(in), P "host %s.%s.%s.%s.b\n", label, label,
	    label, label);
	CHECK_FAILS(tls_question_read(&q, in, (size_t)n), EPROTO);
	n = snprintf(in, sizeof(in), P "host %s\n", many('a', 64));
	CHECK_FAILS(tls_question_read(&q, in, (size_t)n), EPROTO);
}

static void
test_question_write(void **state)
{
	struct buf b = BUF_MAX(TLS_QUESTION);
	struct tls_question q = { .host = "mail.example.org",
	    .policy = TLS_VERIFY, .names = 1, .name = { "a.example" } };

	assert_int_equal(tls_question_write(&b, &q), 0);
	assert_true(holds(&b, H "policy verify\n" N));
	strcpy(q.host, "a\nb");
	CHECK_FAILS(tls_question_write(&b, &q), EINVAL);
	assert_true(holds(&b, H "policy verify\n" N));
	buf_free(&b);
}

static void
test_address(void **state)
{
	static const char *const yes[] = { "192.0.2.1", "[192.0.2.1]", "1.2",
	    "[IPv6:2001:db8::1]", "2001:db8::1", "::", "::ffff:192.0.2.1" };
	static const char *const no[] = { "localhost", "mail.example.org",
	    "1.example", "192.0.2.a1", "abc", "x:y" };
	size_t i;

	for (i = 0; i < LENGTH(yes); i++)
		CHECK(tls_is_address(yes[i]), "%s", yes[i]);
	for (i = 0; i < LENGTH(no); i++)
		CHECK(!tls_is_address(no[i]), "%s", no[i]);
}

#define OK	"ok TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256"

static const struct {
	const char *in;
	size_t n;
	int r, yes, verified;
} answers[] = {
	{ OCTETS(OK " verified"), 0, 1, 1 },
	{ OCTETS(OK " unverified"), 0, 1, 0 },
	{ OCTETS("failed TLS: timeout"), 0, 0, 0 },
	{ OCTETS("failed x"), 0, 0, 0 },
	{ OCTETS("failed"), -1, 0, 0 },
	{ OCTETS("failed "), -1, 0, 0 },
	{ OCTETS("failed \x01"), -1, 0, 0 },
	{ OCTETS("failed \xe4"), -1, 0, 0 },
	{ OCTETS("failed a\nb"), -1, 0, 0 },
	{ OCTETS(""), -1, 0, 0 },
	{ OCTETS("ok"), -1, 0, 0 },
	{ OCTETS("yes"), -1, 0, 0 },
	{ OCTETS(OK), -1, 0, 0 },
	{ OCTETS(OK " "), -1, 0, 0 },
	{ OCTETS(OK " perhaps"), -1, 0, 0 },
	{ OCTETS(OK " verified "), -1, 0, 0 },
	{ OCTETS(OK " verified x"), -1, 0, 0 },
	{ OCTETS("ok  TLSv1.2 X verified"), -1, 0, 0 },
	{ OCTETS("ok TLS\0v1 X verified"), -1, 0, 0 },
	{ OCTETS("ok 1234567890123456 X verified"), -1, 0, 0 },
	{ OCTETS("ok TLS 123456789012345678901234567890123456789012345678 "
	    "verified"), -1, 0, 0 },
};

static void
test_answer(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		char *p = exactly(answers[i].in, answers[i].n);
		char again[TLS_ANSWER];
		struct tls_answer a;
		int r = tls_answer_read(&a, p, answers[i].n);

		CHECK(r == answers[i].r && a.yes == answers[i].yes &&
		    a.verified == answers[i].verified, "%s: %d %d %d",
		    shown(answers[i].in, answers[i].n), r, a.yes, a.verified);
		if (r == 0) {
			assert_int_equal(tls_answer_write(again, &a),
			    answers[i].n + 1);
			assert_memory_equal(again, p, answers[i].n);
		}
		free(p);
	}
}

static void
test_answer_long(void **state)
{
	char out[TLS_ANSWER], in[TLS_ANSWER + 10];
	struct tls_answer a = { .yes = 0 };
	int n;

	memset(a.words, 'w', TLS_WORDS);
	assert_int_equal(tls_answer_write(out, &a), 8 + TLS_WORDS);
	assert_int_equal(tls_answer_read(&a, out, 7 + TLS_WORDS), 0);
	n = snprintf(in, sizeof(in), "failed %s", many('w', TLS_WORDS + 1));
	CHECK_FAILS(tls_answer_read(&a, in, (size_t)n), EPROTO);
	a = (struct tls_answer){ .yes = 1, .verified = 0 };
	memset(a.protocol, 'p', sizeof(a.protocol) - 1);
	memset(a.cipher, 'c', sizeof(a.cipher) - 1);
	n = (int)tls_answer_write(out, &a);
	assert_int_equal(out[n - 1], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_question),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_question_write),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_answer_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
