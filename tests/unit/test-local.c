/* test-local - what is believed of a user of the machine. */
#include "unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "qinject/qinject.h"

static struct local
peer(const char *user, int trusted)
{
	struct local l = { .host = "mail.x.org", .domain = "x.org",
	    .rcpt_max = 3, .uid = 1000, .trusted = trusted };

	strcpy(l.user, user);
	return l;
}

static const struct {
	const char *in, *out;		/* NULL: refused */
	int e;
} facts[] = {
	{ "sender a@b\nrcpt c@d\n",
	  "sender a@b\nrcpt c@d\nuid 1000\nuser al\n", 0 },
	{ "sender \nrcpt c@d\nrcpt e@f\nbody 8bitmime\n",
	  "sender \nrcpt c@d\nrcpt e@f\nbody 8bitmime\nuid 1000\nuser al\n", 0 },
	/* claims */
	{ "sender a@b\nclient 1.2.3.4\nhelo h\nproto ESMTP\nuid 0\nuser root\n"
	  "rcpt c@d\nwhy x\n",
	  "sender a@b\nrcpt c@d\nuid 1000\nuser al\n", 0 },
	{ "sender a@b\nbody binary\nrcpt c@d\n",
	  "sender a@b\nrcpt c@d\nuid 1000\nuser al\n", 0 },
	{ "sender a@b\nret full\nenvid x\nrcpt c@d\nnotify never\n"
	  "orcpt rfc822;c@d\n", "sender a@b\nret full\nenvid x\nrcpt c@d\n"
	  "notify never\norcpt rfc822;c@d\nuid 1000\nuser al\n", 0 },
	{ "", "uid 1000\nuser al\n", 0 },

	{ "sender a\nrcpt c@d\n", NULL, EINVAL },
	{ "sender a@b\nrcpt c\n", NULL, EINVAL },
	{ "sender a@b\nrcpt \n", NULL, EINVAL },
	{ "sender a@b\nrcpt @d\n", NULL, EINVAL },
	{ "sender a@b\nrcpt c@\n", NULL, EINVAL },
	{ "sender a@b\nrcpt c@d d\n", NULL, EINVAL },
	{ "sender a@b\nrcpt c\xc3\xa4@d\n", NULL, EINVAL },
	{ "sender a@b\nrcpt c@d", NULL, EINVAL },
	{ "sender a@b\n\nrcpt c@d\n", NULL, EINVAL },
	{ "rcpt a@b\nrcpt a@b\nrcpt a@b\nrcpt a@b\n", NULL, E2BIG },
};

static void
test_facts(void **state)
{
	size_t k;

	for (k = 0; k < LENGTH(facts); k++) {
		struct local l = peer("al", 0);
		struct buf out = BUF_MAX(4096);
		size_t n = strlen(facts[k].in);
		char *in = exactly(facts[k].in, n);
		int r;

		buf_adds(&out, "old");
		errno = 0;
		r = local_facts(&l, in, n, &out);
		CHECK((r == -1) == (facts[k].out == NULL) &&
		    (r == 0 || errno == facts[k].e), "%s: %d, errno %d",
		    shown(in, n), r, errno);
		CHECK(r == -1 || holds(&out, facts[k].out), "%s: %s", shown(in,
		    n), shown(out.s, out.len));
		buf_free(&out);
		free(in);
	}
}

static void
test_no_name(void **state)
{
	static const char in[] = "sender a@b\nrcpt c@d\n";
	struct local l = peer("", 0);
	struct buf out = BUF_MAX(4096);

	assert_int_equal(local_facts(&l, in, sizeof(in) - 1, &out), 0);
	assert_true(holds(&out, "sender a@b\nrcpt c@d\nuid 1000\n"));
	buf_free(&out);
}

#define SET	"X-Authentication-Warning: mail.x.org: %s set sender to <%s> " \
	"using -f\n"

static void
test_warning(void **state)
{
	static const struct {
		const char *user, *sender;
		int warned;
		const char *who, *shown;
	} senders[] = {
		{ "al", "al@x.org", 0, NULL, NULL },
		{ "al", "AL@X.org", 0, NULL, NULL },
		{ "al", "al@mail.x.org", 0, NULL, NULL },
		{ "al", "al@localhost", 0, NULL, NULL },
		{ "al", "al@y.org", 1, "al", "al@y.org" },
		{ "al", "al2@x.org", 1, "al", "al2@x.org" },
		{ "al", "", 1, "al", "" },
		{ "al", "a b@x.org", 1, "al", "\"a b\"@x.org" },
		{ "", "uid1000@x.org", 0, NULL, NULL },
		{ "", "al@x.org", 1, "uid 1000", "al@x.org" },
		{ "al", "uid1000@x.org", 1, "al", "uid1000@x.org" },
	};
	size_t k;

	for (k = 0; k < LENGTH(senders); k++) {
		struct local l = peer(senders[k].user, 0);
		char line[1024], want[1024] = "";
		size_t n;

		strcpy(l.sender, senders[k].sender);
		if (senders[k].warned)
			snprintf(want, sizeof(want), SET, senders[k].who,
			    senders[k].shown);
		n = local_warning(&l, line, sizeof(line));
		CHECK(n == strlen(want) && memcmp(line, want, n) == 0,
		    "%s: %s", senders[k].sender, shown(line, n));
		assert_int_equal(local_warning(&l, line, n), 0);
		l.trusted = 1;
		assert_int_equal(local_warning(&l, line, sizeof(line)), 0);
	}
}

/* The peer of a socketpair is we ourselves, whose queue it is: trusted. */
static void
test_meet(void **state)
{
	struct local l = peer("x", 0);
	int pair[2];

	l.whois = "/nonexistent/who-is";
	l.trusted_users = "";
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(local_meet(&l, pair[0]), 0);
	assert_int_equal(l.uid, geteuid());
	assert_int_equal(l.trusted, 1);
	assert_string_equal(l.user, "");
	close(pair[0]);
	close(pair[1]);
}

static void
test_trust(void **state)
{
	static const struct {
		const char *list;
		int trusted;
	} lists[] = {
		{ "", 0 }, { "al", 1 }, { "1000", 1 }, { "bo, al", 1 },
		{ " bo\tal ", 1 }, { "bo,1000", 1 }, { "all", 0 }, { "a", 0 },
		{ "100", 0 }, { "10000", 0 }, { ",", 0 }, { "root", 0 },
	};
	size_t k;

	for (k = 0; k < LENGTH(lists); k++) {
		struct local l = peer("al", 0);

		l.uid = geteuid() + 1000;
		if (geteuid() != 0)
			l.uid = 1000 + (geteuid() == 1000);
		l.trusted_users = lists[k].list;
		CHECK(local_trusts(&l) == (lists[k].trusted && (l.uid == 1000 ||
		    strstr(lists[k].list, "1000") == NULL)), "%s",
		    lists[k].list);
	}
	{
		struct local l = peer("", 0);

		l.uid = geteuid() + 5;
		l.trusted_users = " , ";
		assert_int_equal(local_trusts(&l), 0);
		l.uid = 0;
		assert_int_equal(local_trusts(&l), 1);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_warning),
		cmocka_unit_test(test_meet),
		cmocka_unit_test(test_trust),
	};

	return cmocka_run_group_tests_name("local", tests, NULL, NULL);
}
