/* test-sasl - lib/text/sasl.c */
#include "unit.h"

#include "text/sasl.h"

/* "authzid|user|secret", or NULL: refused. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} messages[] = {
	{ OCTETS("\0pablo\0secreto"), "|pablo|secreto" },
	{ OCTETS("pablo\0pablo@example.org\0secreto"),
	    "pablo|pablo@example.org|secreto" },
	{ OCTETS("\0a\0b"), "|a|b" },
	{ OCTETS("\0a b\0 "), "|a b| " },
	{ OCTETS("\0\xe4\0\xff\x01"), "|\xe4|\xff\x01" },	/* not UTF-8 */
	{ OCTETS(""), NULL },
	{ OCTETS("\0"), NULL },
	{ OCTETS("\0\0"), NULL },
	{ OCTETS("\0pablo"), NULL },
	{ OCTETS("pablo\0secreto"), NULL },
	{ OCTETS("\0pablo\0"), NULL },		/* no secret */
	{ OCTETS("\0\0secreto"), NULL },	/* no user */
	{ OCTETS("pablo\0\0secreto"), NULL },
	{ OCTETS("\0pablo\0secreto\0"), NULL },
	{ OCTETS("\0pablo\0sec\0reto"), NULL },
	{ OCTETS("\0\0\0"), NULL },
};

static void
test_parse(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(messages); i++) {
		char *in = exactly(messages[i].in, messages[i].n);
		struct buf got = BUF_MAX(100);
		struct plain p;
		int r;

		errno = 0;
		r = plain_parse(&p, in, messages[i].n);
		if (r == -1)
			assert_int_equal(errno, EINVAL);
		else
			buf_addf(&got, "%.*s|%.*s|%.*s", (int)p.authzid_n,
			    p.authzid, (int)p.user_n, p.user, (int)p.secret_n,
			    p.secret);
		CHECK(messages[i].out == NULL ? r == -1 :
		    r == 0 && holds(&got, messages[i].out), "%s: %d %s",
		    shown(in, messages[i].n), r, shown(got.s, got.len));
		buf_free(&got);
		free(in);
	}
}

static const struct {
	const char *authzid, *user, *domain;
	int same;
} accounts[] = {
	{ "", "pablo", "example.org", 1 },
	{ "pablo", "pablo", "example.org", 1 },
	{ "pablo", "pablo@example.org", "example.org", 1 },
	{ "Pablo@Example.ORG", "pablo", "example.org", 1 },
	{ "pablo", "PABLO", "", 1 },
	{ "p@q@example.org", "p@q@EXAMPLE.org", "", 1 },
	{ "pablo", "pedro", "example.org", 0 },
	{ "pabl", "pablo", "example.org", 0 },
	{ "pablo", "pabl", "example.org", 0 },
	{ "pablo@example.com", "pablo", "example.org", 0 },
	{ "pablo", "pablo@example.com", "example.org", 0 },
	{ "pablo", "pablo@example.org", "", 0 },
	{ "pablo@", "pablo", "example.org", 0 },
	{ "pablo@", "pablo", "", 1 },
	{ "@example.org", "pablo", "example.org", 0 },
	{ "pablo@example.org@example.org", "pablo", "example.org", 0 },
	{ "pabl\xf3", "pabl\xd3", "", 0 },
};

static void
test_accounts(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(accounts); i++) {
		size_t a = strlen(accounts[i].authzid);
		size_t b = strlen(accounts[i].user);
		char *authzid = exactly(accounts[i].authzid, a);
		char *user = exactly(accounts[i].user, b);
		struct plain p = { .authzid = authzid, .authzid_n = a,
		    .user = user, .user_n = b };

		CHECK(plain_same_account(&p, accounts[i].domain) ==
		    accounts[i].same, "%s for %s", accounts[i].authzid,
		    accounts[i].user);
		free(authzid);
		free(user);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_accounts),
	};

	return cmocka_run_group_tests_name("sasl", tests, NULL, NULL);
}
