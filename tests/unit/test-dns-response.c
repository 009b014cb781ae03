/* test-dns-response - deliver/dns-response.c, and ask_server of dns-ask.c */
#include "unit.h"

#include <arpa/inet.h>

#include "deliver/dns-ask.h"
#include "deliver/dns-response.h"

#define NAME		"\7example\3org\0"
#define QUESTION(type)	NAME "\0" type "\0\1"
#define PTR		"\xc0\x0c"	/* the question's name */
#define TTL		"\0\0\1\0"
#define SOA_DATA	"\0\0" "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1" "\0\0\0\7"
#define SOA		PTR "\0\6\0\1" TTL "\0\26" SOA_DATA

/* Head: id, flags, how many questions, answers, authority, more. */
#define HEAD(flags, code, an, ns) \
	"\0\1" flags code "\0\1" "\0" an "\0" ns "\0\0"
#define GOOD(an)	HEAD("\x81", "\x80", an, "\0")

static const struct {
	enum dns_type type;
	const char *in;
	size_t n;
	const char *out;
} cases[] = {
	{ DNS_A, OCTETS(GOOD("\1") QUESTION("\1") PTR "\0\1\0\1" TTL
	  "\0\4\xc0\0\2\1"), "status ok\na 192.0.2.1\nttl 256\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x81", "\xa0", "\1", "\0") QUESTION("\1") PTR
	  "\0\1\0\1\x80\0\0\0" "\0\4\xc0\0\2\1"),
	  "status ok\na 192.0.2.1\nttl 0\nsecure yes\n" },
	{ DNS_A, OCTETS(GOOD("\1") QUESTION("\1") PTR "\0\1\0\1" TTL
	  "\0\5\xc0\0\2\1\1"), "status later\nttl 0\nsecure no\n" },
	{ DNS_AAAA, OCTETS(GOOD("\1") QUESTION("\34") PTR "\0\34\0\1" TTL
	  "\0\20\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	  "status ok\naaaa 2001:db8::1\nttl 256\nsecure no\n" },
	{ DNS_MX, OCTETS(GOOD("\2") QUESTION("\17") PTR "\0\17\0\1" TTL
	  "\0\7\0\12\2Mx" PTR PTR "\0\17\0\1\0\0\0\5" "\0\3\0\0\0"),
	  "status ok\nmx 10 mx.example.org\nmx 0 .\nttl 5\nsecure no\n" },
	{ DNS_MX, OCTETS(GOOD("\1") QUESTION("\17") PTR "\0\17\0\1" TTL
	  "\0\2\0\12"), "status later\nttl 0\nsecure no\n" },
	{ DNS_MX, OCTETS(GOOD("\1") QUESTION("\17") PTR "\0\17\0\1" TTL
	  "\0\3\0\12" "\2mx" PTR), "status later\nttl 0\nsecure no\n" },
	{ DNS_TXT, OCTETS(GOOD("\1") QUESTION("\20") PTR "\0\20\0\1" TTL
	  "\0\7\3a\nb\0\1c"), "status ok\ntxt a?bc\nttl 256\nsecure no\n" },
	{ DNS_TXT, OCTETS(GOOD("\1") QUESTION("\20") PTR "\0\20\0\1" TTL
	  "\0\3\3ab"), "status later\nttl 0\nsecure no\n" },
	{ DNS_TLSA, OCTETS(GOOD("\1") QUESTION("\64") PTR "\0\64\0\1" TTL
	  "\0\5\3\1\1\x0f\xf0"),
	  "status ok\ntlsa 3 1 1 0ff0\nttl 256\nsecure no\n" },
	{ DNS_TLSA, OCTETS(GOOD("\1") QUESTION("\64") PTR "\0\64\0\1" TTL
	  "\0\3\3\1\1"), "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x81", "\x80", "\0", "\1") QUESTION("\1") SOA),
	  "status none\nttl 7\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x81", "\x83", "\0", "\1") QUESTION("\1") SOA),
	  "status nodomain\nttl 7\nsecure no\n" },
	{ DNS_A, OCTETS(GOOD("\0") QUESTION("\1")),
	  "status none\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x81", "\0", "\0", "\0") QUESTION("\1")),
	  "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x81", "\x82", "\0", "\0") QUESTION("\1")),
	  "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x83", "\x80", "\0", "\1") QUESTION("\1") SOA),
	  "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\1", "\x80", "\0", "\1") QUESTION("\1") SOA),
	  "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x81", "\x80", "\0", "\1") QUESTION("\17") SOA),
	  "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(HEAD("\x81", "\x80", "\0", "\1") QUESTION("\1") SOA
	  "x"), "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(GOOD("\2") QUESTION("\1") PTR "\0\5\0\1\0\0\0\3"
	  "\0\4\1b" PTR "\1B" PTR "\0\1\0\1" TTL "\0\4\xc0\0\2\1"),
	  "status ok\na 192.0.2.1\ncname b.example.org\nttl 3\nsecure no\n" },
	{ DNS_A, OCTETS(GOOD("\1") QUESTION("\1") PTR "\0\5\0\1" TTL
	  "\0\2" PTR), "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS(""), "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS("\0\1\x81\x80\0\0\0\0\0\0\0\0"),
	  "status later\nttl 0\nsecure no\n" },
	{ DNS_A, OCTETS("\0\1\x81\x80\xff\xff\xff\xff\xff\xff\xff\xff"),
	  "status later\nttl 0\nsecure no\n" },
};

/* Every beginning of each case is read without harm. */
static void
test_read(void **state)
{
	struct dns_question q = { .name = "example.org" };
	struct dns_answer a;
	struct buf b = BUF_MAX(65536);
	size_t i, n;

	for (i = 0; i < LENGTH(cases); i++)
		for (n = 0; n <= cases[i].n; n++) {
			char *in = exactly(cases[i].in, n);

			q.type = cases[i].type;
			dns_response_read(&a, &q, (unsigned char *)in, n);
			assert_int_equal(dns_answer_format(&b, &a), 0);
			if (n < cases[i].n && cases[i].out[7] != 'l')
				assert_int_equal(a.status, DNS_LATER);
			else if (n == cases[i].n)
				CHECK(holds(&b, cases[i].out), "%d: %s",
				    (int)i, shown(b.s, b.len));
			free(in);
		}
	buf_free(&b);
}

static void
test_names(void **state)
{
	struct dns_question q;
	char name[DNS_NAME];

	assert_int_equal(dns_question_set(&q, DNS_PTR, OCTETS("192.0.2.10")),
	    0);
	dns_rr_name(name, &q);
	assert_string_equal(name, "10.2.0.192.in-addr.arpa");
	assert_int_equal(dns_question_set(&q, DNS_PTR, OCTETS("2001:db8::ab")),
	    0);
	dns_rr_name(name, &q);
	assert_string_equal(name, "b.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	    "0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

static const struct {
	const char *in;
	int family, port;	/* 0: refused */
} servers[] = {
	{ "192.0.2.1", AF_INET, 53 }, { "192.0.2.1:5353", AF_INET, 5353 },
	{ "2001:db8::1", AF_INET6, 53 }, { "::1", AF_INET6, 53 },
	{ "[::1]", AF_INET6, 53 }, { "[::1]:65535", AF_INET6, 65535 },
	{ "", 0, 0 }, { "localhost", 0, 0 }, { ":53", 0, 0 },
	{ "192.0.2.1:", 0, 0 }, { "192.0.2.1:0", 0, 0 },
	{ "192.0.2.1:65536", 0, 0 }, { "192.0.2.1:x", 0, 0 },
	{ "[::1", 0, 0 }, { "[::1]x", 0, 0 }, { "[::1]x:53", 0, 0 },
	{ "[::1]:", 0, 0 }, { "[192.0.2.1]:53", 0, 0 }, { "[]:53", 0, 0 },
	{ "::1 ", 0, 0 },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", 0, 0 },
};

static void
test_server(void **state)
{
	struct sockaddr_in6 addr;
	size_t i;

	for (i = 0; i < LENGTH(servers); i++) {
		int r = ask_server(&addr, servers[i].in);

		CHECK((r == 0) == (servers[i].family != 0), "%s: %d",
		    servers[i].in, r);
		if (r == 0)	/* the port is at the same place in both */
			CHECK(addr.sin6_family == servers[i].family &&
			    ntohs(addr.sin6_port) == servers[i].port, "%s",
			    servers[i].in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_server),
	};

	return cmocka_run_group_tests_name("dns-response", tests, NULL, NULL);
}
