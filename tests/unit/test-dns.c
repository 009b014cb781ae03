/* test-dns - lib/mail/dns.c */
#include "unit.h"

#include "mail/dns.h"

#define L63	"123456789012345678901234567890123456789012345678901234567890123"
#define N253	L63 "." L63 "." L63 "." \
		"1234567890123456789012345678901234567890123456789012345678901"

static const struct {
	const char *in;
	size_t n;
	const char *out;	/* NULL: refused */
} questions[] = {
	{ OCTETS("mx Example.org\n"), "mx example.org\n" },
	{ OCTETS("mx example.org.\n"), "mx example.org\n" },
	{ OCTETS("addr a\n"), "addr a\n" },
	{ OCTETS("a 1.2.3\n"), "a 1.2.3\n" },
	{ OCTETS("aaaa a-b.c\n"), "aaaa a-b.c\n" },
	{ OCTETS("txt _dmarc.x\n"), "txt _dmarc.x\n" },
	{ OCTETS("tlsa _25._tcp.x\n"), "tlsa _25._tcp.x\n" },
	{ OCTETS("ptr 192.0.2.1\n"), "ptr 192.0.2.1\n" },
	{ OCTETS("ptr 2001:DB8:0::1\n"), "ptr 2001:db8::1\n" },
	{ OCTETS("mx " L63 ".x\n"), "mx " L63 ".x\n" },
	{ OCTETS("mx " L63 "4.x\n"), NULL },
	{ OCTETS("mx " N253 "\n"), "mx " N253 "\n" },
	{ OCTETS("mx " N253 ".\n"), "mx " N253 "\n" },
	{ OCTETS("mx " N253 "2\n"), NULL },
	{ OCTETS(""), NULL },
	{ OCTETS("mx a"), NULL },
	{ OCTETS("mx \n"), NULL },
	{ OCTETS("mx .\n"), NULL },
	{ OCTETS("mx ..\n"), NULL },
	{ OCTETS("mx a..b\n"), NULL },
	{ OCTETS("mx a..\n"), NULL },
	{ OCTETS("mx .a\n"), NULL },
	{ OCTETS("mx a b\n"), NULL },
	{ OCTETS("mx a\\.b\n"), NULL },
	{ OCTETS("mx a*b\n"), NULL },
	{ OCTETS("mx a\0b\n"), NULL },
	{ OCTETS("mx \xc3\xa4.org\n"), NULL },
	{ OCTETS("mx a\nmx b\n"), NULL },
	{ OCTETS("cname a\n"), NULL },
	{ OCTETS("ptr a\n"), NULL },
	{ OCTETS("ptr 192.0.2.1.\n"), NULL },
	{ OCTETS("ptr 1.2.3\n"), NULL },
	{ OCTETS("ptr 1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:b\n"),
	  NULL },
};

static void
test_questions(void **state)
{
	struct dns_question q;
	size_t i;

	for (i = 0; i < LENGTH(questions); i++) {
		char *in = exactly(questions[i].in, questions[i].n);
		int r = dns_question_parse(&q, in, questions[i].n);
		struct buf b = BUF_MAX(DNS_QUESTION);

		CHECK((r == 0) == (questions[i].out != NULL), "%s: %d",
		    shown(in, questions[i].n), r);
		if (r == 0) {
			assert_int_equal(dns_question_format(&b, &q), 0);
			CHECK(holds(&b, questions[i].out), "%s",
			    shown(b.s, b.len));
		}
		buf_free(&b);
		free(in);
	}
}

#define END	"ttl 60\nsecure no\n"

static const struct {
	const char *in, *out;	/* NULL: refused; "": as it was */
} answers[] = {
	{ "status ok\nmx 10 a\nmx 0 .\n" END, "" },
	{ "status ok\na 192.0.2.1\naaaa ::1\ncname x.y\n" END, "" },
	{ "status ok\nptr a.b\n" END, "" },
	{ "status ok\ntxt \ntxt a  b \xe4\n" END, "" },
	{ "status ok\ntlsa 3 1 1 00ff\n" END, "" },
	{ "status none\nttl 0\nsecure yes\n", "" },
	{ "status nodomain\ncname x\n" END, "" },
	{ "status later\nttl 10\nsecure no\n", "" },
	{ "status later\n", "status later\nttl 0\nsecure no\n" },
	{ "status ok\nttl 60\ncname X\nmore x\nmx 1 A.\n",
	  "status ok\nmx 1 a\ncname x\n" END },
	{ "", NULL },
	{ "ttl 60\nstatus none\n", NULL },
	{ "status maybe\n", NULL },
	{ "status ok\n", NULL },
	{ "status none\nmx 1 a\n", NULL },
	{ "status later\na 192.0.2.1\n", NULL },
	{ "status none\nttl 4294967296\n", NULL },
	{ "status none\nttl x\n", NULL },
	{ "status none\nttl 1", NULL },
	{ "status ok\nmx a\n", NULL },
	{ "status ok\nmx 65536 a\n", NULL },
	{ "status ok\nmx  1 a\n", NULL },
	{ "status ok\nmx 1 a b\n", NULL },
	{ "status ok\nmx 1 ..\n", NULL },
	{ "status ok\nmx 1 \n", NULL },
	{ "status ok\na ::1\n", NULL },
	{ "status ok\naaaa 1.2.3.4\n", NULL },
	{ "status ok\naddr 1.2.3.4\n", NULL },
	{ "status ok\nptr .\n", NULL },
	{ "status ok\nptr a\ncname .\n", NULL },
	{ "status ok\ntlsa 3 1 1 0\n", NULL },
	{ "status ok\ntlsa 3 1 1 \n", NULL },
	{ "status ok\ntlsa 3 1 1 0G\n", NULL },
	{ "status ok\ntlsa 3 1 256 00\n", NULL },
	{ "status ok\ntlsa 3 1 00\n", NULL },
};

static void
test_answers(void **state)
{
	struct dns_answer a;
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		size_t n = strlen(answers[i].in);
		const char *out = answers[i].out;
		char *in = exactly(answers[i].in, n);
		int r = dns_answer_parse(&a, in, n);
		struct buf b = BUF_MAX(65536);

		CHECK((r == 0) == (out != NULL), "%s: %d", shown(in, n), r);
		free(in);
		if (r == 0) {
			assert_int_equal(dns_answer_format(&b, &a), 0);
			CHECK(holds(&b, *out != '\0' ? out : answers[i].in),
			    "%s", shown(b.s, b.len));
		}
		buf_free(&b);
	}
}

/* What does not fit is refused, and the fullest answer is a record. */
static void
test_bounds(void **state)
{
	struct dns_record mx = { .type = DNS_MX, .pref = 65535, .text = N253,
	    .n = sizeof(N253) - 1 };
	struct dns_record tlsa = { .type = DNS_TLSA, .usage = 255,
	    .selector = 255, .matching = 255 };
	struct buf b = BUF_MAX(65536), hex = BUF_MAX(DNS_ROOM);
	struct dns_answer a, again;
	unsigned i;

	dns_answer_begin(&a, DNS_OK);
	memcpy(a.cname, N253, sizeof(N253));
	for (i = 0; i < DNS_RECORDS; i++)
		assert_int_equal(dns_answer_add(&a, &mx), 0);
	CHECK_FAILS(dns_answer_add(&a, &mx), EMSGSIZE);
	assert_int_equal(dns_answer_format(&b, &a), 0);
	assert_int_equal(dns_answer_parse(&again, b.s, b.len), 0);
	assert_int_equal(again.n, DNS_RECORDS);
	assert_string_equal(again.record[DNS_RECORDS - 1].text, N253);

	dns_answer_begin(&a, DNS_OK);
	for (i = 0; i < DNS_ROOM / 1000; i++)
		assert_int_equal(buf_adds(&hex, many('a', 1000)), 0);
	tlsa.text = hex.s;
	tlsa.n = hex.len;
	assert_int_equal(dns_answer_add(&a, &tlsa), 0);
	CHECK_FAILS(dns_answer_add(&a, &tlsa), EMSGSIZE);
	tlsa.n = DNS_ROOM - hex.len - 2;
	assert_int_equal(dns_answer_add(&a, &tlsa), 0);
	tlsa.n = 2;
	CHECK_FAILS(dns_answer_add(&a, &tlsa), EMSGSIZE);
	assert_int_equal(a.n, 2);
	assert_int_equal(dns_answer_format(&b, &a), 0);
	buf_free(&b);
	buf_free(&hex);
}

static const struct {
	const char *a, *aaaa, *out;
} joins[] = {
	{ "status ok\na 1.2.3.4\nttl 9\nsecure yes\n",
	  "status ok\naaaa ::1\ncname x\nttl 5\nsecure yes\n",
	  "status ok\na 1.2.3.4\naaaa ::1\ncname x\nttl 5\nsecure yes\n" },
	{ "status ok\na 1.2.3.4\nttl 9\nsecure yes\n",
	  "status none\nttl 60\nsecure no\n",
	  "status ok\na 1.2.3.4\nttl 9\nsecure no\n" },
	{ "status ok\na 1.2.3.4\nttl 9\nsecure yes\n",
	  "status later\nttl 10\nsecure yes\n",
	  "status ok\na 1.2.3.4\nttl 0\nsecure no\n" },
	{ "status later\n", "status ok\naaaa ::1\nttl 9\n",
	  "status ok\naaaa ::1\nttl 0\nsecure no\n" },
	{ "status later\n", "status none\n", "status later\n" END },
	{ "status nodomain\n", "status later\n", "status later\n" END },
	{ "status nodomain\n", "status none\n", "status none\n" END },
	{ "status none\n", "status nodomain\n", "status none\n" END },
	{ "status nodomain\nttl 3\nsecure yes\n",
	  "status nodomain\nttl 4\nsecure yes\n",
	  "status nodomain\nttl 3\nsecure yes\n" },
};

static void
test_join(void **state)
{
	struct dns_answer a, aaaa, want;
	struct buf b = BUF_MAX(65536), w = BUF_MAX(65536);
	size_t i;

	for (i = 0; i < LENGTH(joins); i++) {
		assert_int_equal(dns_answer_parse(&a, joins[i].a,
		    strlen(joins[i].a)), 0);
		assert_int_equal(dns_answer_parse(&aaaa, joins[i].aaaa,
		    strlen(joins[i].aaaa)), 0);
		assert_int_equal(dns_answer_parse(&want, joins[i].out,
		    strlen(joins[i].out)), 0);
		dns_answer_join(&a, &aaaa);
		if (strstr(joins[i].out, END) != NULL)
			want.ttl = a.ttl;	/* it does not matter */
		assert_int_equal(dns_answer_format(&b, &a), 0);
		assert_int_equal(dns_answer_format(&w, &want), 0);
		assert_int_equal(buf_0(&w), 0);
		CHECK(holds(&b, w.s), "%d: %s", (int)i, shown(b.s, b.len));
	}
	buf_free(&b);
	buf_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests_name("dns", tests, NULL, NULL);
}
