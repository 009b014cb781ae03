/* test-nexthop - lib/text/nexthop.c */
#include "unit.h"

#include "text/nexthop.h"

static const struct {
	const char *in;
	enum nexthop_to to;
	const char *host;		/* NULL: refused */
	unsigned port;			/* nexthop_port's */
	int lmtp, chosen;
} places[] = {
	{ "mx:example.org", TO_MX, "example.org", 25, 0, 0 },
	{ "mx:Example.ORG.", TO_MX, "example.org", 25, 0, 0 },
	{ "MX:example.org", TO_MX, "example.org", 25, 0, 0 },
	{ "mx:[192.0.2.1]", TO_ADDRESS, "192.0.2.1", 25, 0, 0 },
	{ "mx:[IPv6:2001:DB8::0:1]", TO_ADDRESS, "2001:db8::1", 25, 0, 0 },
	{ "mx:[2001:db8::1]", TO_ADDRESS, "2001:db8::1", 25, 0, 0 },
	{ "smtp:relay.example", TO_MX, "relay.example", 25, 0, 1 },
	{ "smtp:relay.example:587", TO_MX, "relay.example", 587, 0, 1 },
	{ "smtp:[relay.example]:587", TO_HOST, "relay.example", 587, 0, 1 },
	{ "smtp:[Relay1]", TO_HOST, "relay1", 25, 0, 1 },
	{ "smtp:[relay.lan1]", TO_HOST, "relay.lan1", 25, 0, 1 },
	{ "smtp:[192.0.2.1]:2525", TO_ADDRESS, "192.0.2.1", 2525, 0, 1 },
	{ "smtp:192.0.2.1:2525", TO_ADDRESS, "192.0.2.1", 2525, 0, 1 },
	{ "smtp:192.0.2.1", TO_ADDRESS, "192.0.2.1", 25, 0, 1 },
	{ "smtp:[::1]:65535", TO_ADDRESS, "::1", 65535, 0, 1 },
	{ "[192.0.2.1]:25", TO_ADDRESS, "192.0.2.1", 25, 0, 1 },
	{ "[IPv6:::1]:1", TO_ADDRESS, "::1", 1, 0, 1 },
	{ "[host]", TO_HOST, "host", 25, 0, 1 },
	{ "lmtp:[127.0.0.1]", TO_ADDRESS, "127.0.0.1", 24, 1, 1 },
	{ "lmtp:[store]:2424", TO_HOST, "store", 2424, 1, 1 },
	{ "lmtp:/run/dovecot/lmtp", TO_PATH, "/run/dovecot/lmtp", 24, 1, 1 },
	{ "lmtp:/", TO_PATH, "/", 24, 1, 1 },
	{ "", 0, NULL, 0, 0, 0 },
	{ "mx:", 0, NULL, 0, 0, 0 },
	{ "mx:.", 0, NULL, 0, 0, 0 },
	{ "mx:a..b", 0, NULL, 0, 0, 0 },
	{ "mx:a b", 0, NULL, 0, 0, 0 },
	{ "mx:example.org:25", 0, NULL, 0, 0, 0 },
	{ "mx:[example.org]", 0, NULL, 0, 0, 0 },
	{ "mx:[192.0.2.1]:25", 0, NULL, 0, 0, 0 },
	{ "mx:[192.0.2.256]", 0, NULL, 0, 0, 0 },
	{ "mx:[192.0.2.1", 0, NULL, 0, 0, 0 },
	{ "mx:[]", 0, NULL, 0, 0, 0 },
	{ "mx: example.org", 0, NULL, 0, 0, 0 },
	{ "mx:b\xfc" "cher.example", 0, NULL, 0, 0, 0 },
	{ "smtp:", 0, NULL, 0, 0, 0 },
	{ "smtp::25", 0, NULL, 0, 0, 0 },
	{ "smtp:relay.example:", 0, NULL, 0, 0, 0 },
	{ "smtp:relay.example:0", 0, NULL, 0, 0, 0 },
	{ "smtp:relay.example:65536", 0, NULL, 0, 0, 0 },
	{ "smtp:relay.example:+25", 0, NULL, 0, 0, 0 },
	{ "smtp:relay.example:25x", 0, NULL, 0, 0, 0 },
	{ "smtp:[relay.example", 0, NULL, 0, 0, 0 },
	{ "smtp:[relay.example]25", 0, NULL, 0, 0, 0 },
	{ "smtp:[192.0.2.300]", 0, NULL, 0, 0, 0 },
	{ "smtp:192.0.2.300", 0, NULL, 0, 0, 0 },
	{ "smtp:[2001:db8::g]", 0, NULL, 0, 0, 0 },
	{ "smtp:[re lay]", 0, NULL, 0, 0, 0 },
	{ "smtp:/path", 0, NULL, 0, 0, 0 },
	{ "lmtp:", 0, NULL, 0, 0, 0 },
	{ "lmtp:store", 0, NULL, 0, 0, 0 },
	{ "lmtp:path", 0, NULL, 0, 0, 0 },
	{ "uucp:x", 0, NULL, 0, 0, 0 },
	{ "example.org", 0, NULL, 0, 0, 0 },
	{ "[]", 0, NULL, 0, 0, 0 },
};

static void
test_places(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(places); i++) {
		size_t n = strlen(places[i].in);
		char *s = exactly(places[i].in, n);
		int want = places[i].host != NULL ? 0 : -1, r;
		struct nexthop h;

		memset(&h, 'x', sizeof(h));
		errno = 0;
		r = nexthop_parse(&h, s, n);
		CHECK(r == want && (r == 0 || errno == EINVAL), "%s: %d",
		    places[i].in, r);
		if (r == 0) {
			CHECK(h.to == places[i].to && h.lmtp == places[i].lmtp
			    && strcmp(h.host, places[i].host) == 0 &&
			    nexthop_port(&h) == places[i].port &&
			    h.chosen == places[i].chosen &&
			    h.login[0] == '\0' && !h.implicit, "%s: %s %u",
			    places[i].in, h.host, nexthop_port(&h));
			assert_int_equal(h.tls, h.to == TO_PATH ?
			    TLS_WANT_NONE : TLS_WANT_MAY);
		}
		free(s);
	}
}

static const struct {
	const char *words;
	int good;
	enum nexthop_tls tls;
	int implicit;
	const char *login;
	unsigned port;
} words[] = {
	{ "", 1, TLS_WANT_MAY, 0, "", 25 },
	{ " tls=none", 1, TLS_WANT_NONE, 0, "", 25 },
	{ " tls=may", 1, TLS_WANT_MAY, 0, "", 25 },
	{ " tls=must", 1, TLS_WANT_MUST, 0, "", 25 },
	{ " TLS=Verify", 1, TLS_WANT_VERIFY, 0, "", 25 },
	{ " tls=implicit", 1, TLS_WANT_VERIFY, 1, "", 465 },
	{ ":587 tls=implicit", 1, TLS_WANT_VERIFY, 1, "", 587 },
	{ " tls=implicit tls=must", 1, TLS_WANT_MUST, 1, "", 465 },
	{ " tls=verify tls=implicit", 1, TLS_WANT_VERIFY, 1, "", 465 },
	{ " login=isp", 1, TLS_WANT_MAY, 0, "isp", 25 },
	{ " login=me@isp_2.example-x tls=verify", 1, TLS_WANT_VERIFY, 0,
	  "me@isp_2.example-x", 25 },
	{ " tls=implicit tls=may", 0, 0, 0, "", 0 },
	{ " tls=implicit tls=none", 0, 0, 0, "", 0 },
	{ " tls=implicit tls=implicit", 0, 0, 0, "", 0 },
	{ " tls=may tls=may", 0, 0, 0, "", 0 },
	{ " tls=may tls=must", 0, 0, 0, "", 0 },
	{ " tls=maybe", 0, 0, 0, "", 0 },
	{ " tls=", 0, 0, 0, "", 0 },
	{ " tls", 0, 0, 0, "", 0 },
	{ " login=isp tls=none", 0, 0, 0, "", 0 },
	{ " login=", 0, 0, 0, "", 0 },
	{ " login=a/b", 0, 0, 0, "", 0 },
	{ " login=a login=b", 0, 0, 0, "", 0 },
	{ " ", 0, 0, 0, "", 0 },
	{ "  tls=may", 0, 0, 0, "", 0 },
	{ " tls=may ", 0, 0, 0, "", 0 },
	{ " retry=5", 0, 0, 0, "", 0 },
	{ "\ttls=may", 0, 0, 0, "", 0 },
};

static void
test_words(void **state)
{
	char in[200];
	size_t i;

	for (i = 0; i < LENGTH(words); i++) {
		struct nexthop h;
		int r;

		snprintf(in, sizeof(in), "smtp:[relay]%s", words[i].words);
		r = nexthop_parse(&h, in, strlen(in));
		CHECK(r == (words[i].good ? 0 : -1), "%s: %d", in, r);
		if (r == 0)
			CHECK(h.tls == words[i].tls &&
			    h.implicit == words[i].implicit &&
			    strcmp(h.login, words[i].login) == 0 &&
			    nexthop_port(&h) == words[i].port, "%s", in);
	}
}

/* No TLS and no secret on a UNIX socket. */
static void
test_path_words(void **state)
{
	static const struct {
		const char *in;
		int good;
	} cases[] = {
		{ "lmtp:/run/lmtp tls=none", 1 },
		{ "lmtp:/run/lmtp tls=may", 0 },
		{ "lmtp:/run/lmtp tls=implicit", 0 },
		{ "lmtp:/run/lmtp login=x", 0 },
		{ "lmtp:/run/a\tb", 0 },
		{ "lmtp:/run/\xe4", 0 },
	};
	struct nexthop h;
	size_t i;

	for (i = 0; i < LENGTH(cases); i++)
		CHECK(nexthop_parse(&h, cases[i].in, strlen(cases[i].in)) ==
		    (cases[i].good ? 0 : -1), "%s", cases[i].in);
}

static void
test_lengths(void **state)
{
	struct nexthop h;
	char in[400];

	snprintf(in, sizeof(in), "lmtp:/%s", many('p', NEXTHOP_PATH - 1));
	assert_int_equal(nexthop_parse(&h, in, strlen(in)), 0);
	assert_int_equal(strlen(h.host), NEXTHOP_PATH);
	snprintf(in, sizeof(in), "lmtp:/%s", many('p', NEXTHOP_PATH));
	CHECK_FAILS(nexthop_parse(&h, in, strlen(in)), EINVAL);
	snprintf(in, sizeof(in), "[h] login=%s", many('l', NEXTHOP_LOGIN));
	assert_int_equal(nexthop_parse(&h, in, strlen(in)), 0);
	snprintf(in, sizeof(in), "[h] login=%s", many('l', NEXTHOP_LOGIN + 1));
	CHECK_FAILS(nexthop_parse(&h, in, strlen(in)), EINVAL);
	snprintf(in, sizeof(in), "mx:%s.example", many('l', 63));
	assert_int_equal(nexthop_parse(&h, in, strlen(in)), 0);
	snprintf(in, sizeof(in), "mx:%s.example", many('l', 64));
	CHECK_FAILS(nexthop_parse(&h, in, strlen(in)), EINVAL);
	CHECK_FAILS(nexthop_parse(&h, "[127.0.0.1\0]", 12), EINVAL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_path_words),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests_name("nexthop", tests, NULL, NULL);
}
