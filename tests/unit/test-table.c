/* test-table - lib/text/table.c */
#include "unit.h"

#include "text/alias.h"
#include "text/table.h"

/* What a text reads as: "name=target,target,;" each entry, or "!line" where it
 * is wrong and nothing more is read. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} aliases[] = {
	{ OCTETS(""), "" },
	{ OCTETS("\n\n# comment: x\n \t\n"), "" },
	{ OCTETS("a: b\n"), "a=b,;" },
	{ OCTETS("a: b"), "a=b,;" },
	{ OCTETS("a:b\r\nc:d\r\n"), "a=b,;c=d,;" },
	{ OCTETS("Post.Master: Root, BOB@Example.ORG\n"),
	  "post.master=root,bob@example.org,;" },
	{ OCTETS("a@b.c: d@e\n"), "a@b.c=d@e,;" },
	{ OCTETS("a : b , c,\n d\n\te,f\ng: h\n"), "a=b,c,d,e,f,;g=h,;" },
	{ OCTETS("a:\n b\n"), "a=b,;" },
	{ OCTETS("a: b\n # not b\n c\n"), "a=b,c,;" },
	{ OCTETS("a: b\n   \n c\n"), "a=b,c,;" },
	{ OCTETS("a: b,,c,\n"), "a=b,c,;" },
	{ OCTETS("a: b\n\n# x\nc: d\n"), "a=b,;c=d,;" },
	{ OCTETS("\"a b\": c\n"), "a b=c,;" },
	{ OCTETS("a: b\\c\n"), "!1" },
	{ OCTETS("a b: c\n"), "!1" },
	{ OCTETS("a: b c\n"), "!1" },
	{ OCTETS("a\n"), "!1" },
	{ OCTETS("a:\n"), "!1" },
	{ OCTETS("a: ,\n"), "!1" },
	{ OCTETS(": b\n"), "!1" },
	{ OCTETS("\"\": b\n"), "!1" },
	{ OCTETS(" a: b\n"), "!1" },
	{ OCTETS("# x\n\na: b\nc\nd: e\n"), "a=b,;!4" },
	{ OCTETS("a: b,\n c,\n |d\n"), "a=b,c,|d,;" },
	{ OCTETS("a: |/bin/program\n"), "a=|/bin/program,;" },
	{ OCTETS("a: \"|/bin/Program x,y\", b\n"), "a=|/bin/Program x,y,b,;" },
	{ OCTETS("a: |\"/bin/program x\"\n"), "a=|/bin/program x,;" },
	{ OCTETS("a: \"|echo \\\"x\\\\\"\n"), "a=|echo \"x\\,;" },
	{ OCTETS("a: | sh -c \"x, y\"\n"), "a=|sh -c \"x, y\",;" },
	{ OCTETS("a: \"|x\n y\"\n"), "a=|x y,;" },
	{ OCTETS("a: \"|x\n"), "!1" },
	{ OCTETS("a: |\n"), "!1" },
	{ OCTETS("a: \"| \"\n"), "!1" },
	{ OCTETS("a: |x\x01y\n"), "!1" },
	{ OCTETS("a: /var/mail/X, \"/x y/\"\n"), "a=/var/mail/X,/x y/,;" },
	{ OCTETS("a: :include:/etc/list\n"), "a=:include:/etc/list,;" },
	{ OCTETS("a: \":Include: /L\"\n"), "a=:include:/L,;" },
	{ OCTETS("a: :include:list\n"), "!1" },
	{ OCTETS("a: \\Bob, \\bob@X.y, \"\\bob\"\n"), "a=\\bob,\\bob@x.y,\\bob,;" },
	{ OCTETS("a: \\\n b\n"), "a=b,;" },
	{ OCTETS("a: b, \\\nc\nd: e\n"), "a=b,c,;d=e,;" },
	{ OCTETS("a: b,\\\n"), "a=b,;" },
	{ OCTETS("owner-a: b\na+*: c\na+X: d\n"), "owner-a=b,;a+*=c,;a+x=d,;" },
	{ OCTETS("a: @owner:list, |x\n"), "a=@owner:list,|x,;" },
	{ OCTETS("a: @owner:5:6, |x\n"), "a=@owner:5:6,|x,;" },
	{ OCTETS("a: @owner:root, |x\n"), "!1" },
	{ OCTETS("a: @owner:, |x\n"), "!1" },
	{ OCTETS("a: @owner:a:b:c\n"), "!1" },
	{ OCTETS("a: error:nouser Not  here\n"), "a=error:5.1.1 Not  here,;" },
	{ OCTETS("a: error:5.7.1:550 go, b\n"), "a=error:5.7.1 go, b,;" },
	{ OCTETS("a: \"error:550 a, b\"\n"), "a=error:5.1.1 a, b,;" },
	{ OCTETS("a: Error:450 x\n"), "a=error:4.3.0 x,;" },
	{ OCTETS("a: error:tempfail: x\n"), "a=error:4.3.0 x,;" },
	{ OCTETS("a: error:nouser\n"), "a=error:5.1.1 user unknown,;" },
	{ OCTETS("a: error:\n"), "!1" },
	{ OCTETS("a: error:Nobody here\n"), "!1" },
	{ OCTETS("a: error:2.1.1 x\n"), "!1" },
	{ OCTETS("a: b@c@d\n"), "!1" },
	{ OCTETS("a: b@\n"), "!1" },
	{ OCTETS("a: b@c.\n"), "!1" },
	{ OCTETS("a: <b@c>\n"), "!1" },
	{ OCTETS("a: b\0c\n"), "!1" },
	{ OCTETS("a\0: b\n"), "!1" },
	{ OCTETS("a: b\x01\n"), "!1" },
	{ OCTETS("\xc3\xa4: b\n"), "!1" },
};

static void
add_alias(struct buf *b, const struct buf *name, const struct buf *targets)
{
	size_t i;

	assert_int_equal(buf_addf(b, "%.*s=", (int)name->len, name->s), 0);
	for (i = 0; i < targets->len; i++)
		assert_int_equal(buf_add(b, targets->s[i] == '\n' ? "," :
		    targets->s + i, 1), 0);
	assert_int_equal(buf_adds(b, ";"), 0);
}

static void
add_wrong(struct buf *b, const struct table_text *t)
{
	assert_int_equal(errno, EINVAL);
	assert_non_null(t->wrong);
	assert_in_range(strlen(t->wrong), 5, 70);
	assert_int_equal(buf_addf(b, "!%u", t->line), 0);
}

static void
test_aliases(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(aliases); i++) {
		char *in = exactly(aliases[i].in, aliases[i].n);
		struct table_text t = { .p = in, .end = in + aliases[i].n };
		struct buf name = BUF_MAX(ADDRESS_OCTETS);
		struct buf targets = BUF_MAX(10000), got = BUF_MAX(10000);
		int r;

		errno = 0;
		while ((r = alias_next(&t, &name, &targets)) == 1)
			add_alias(&got, &name, &targets);
		if (r == -1)
			add_wrong(&got, &t);
		else
			assert_ptr_equal(t.p, t.end);
		CHECK(holds(&got, aliases[i].out), "%s: %s",
		    shown(aliases[i].in, aliases[i].n),
		    shown(got.s, got.len));
		buf_free(&name);
		buf_free(&targets);
		buf_free(&got);
		free(in);
	}
}

static const struct {
	const char *in, *out;
} virtuals[] = {
	{ "", "" },
	{ "# x\n\nPablo@Escuela.example\tpablo\n",
	  "pablo@escuela.example=pablo,;" },
	{ "a@b.c d, e@f\n", "a@b.c=d,e@f,;" },
	{ "a+*@b.c  x+%2\na++@b.c y%3\n", "a+*@b.c=x+%2,;a++@b.c=y%3,;" },
	{ "@b.c %1@d\n+*@b.c x\n++@b.c y\n",
	  "@b.c=%1@d,;+*@b.c=x,;++@b.c=y,;" },
	{ "a@b.c error:nouser No, no\n", "a@b.c=error:5.1.1 No, no,;" },
	{ "a@b.c error:5.7.1:550 No\n", "a@b.c=error:5.7.1 No,;" },
	{ "a@b.c d,\n e\n", "a@b.c=d,e,;" },
	{ "a d\n", "!1" }, { "a@ d\n", "!1" }, { "@ d\n", "!1" },
	{ "a@b.c\n", "!1" }, { "a@b.c ,\n", "!1" },
	{ "a@b.c |x\n", "!1" }, { "a@b.c /x\n", "!1" },
	{ "a@b.c :include:/x\n", "!1" }, { "a@b.c @owner:x, d\n", "!1" },
	{ "a@b.c d, error:nouser x\n", "!1" },
	{ "a@b.c d\n\nb d\n", "a@b.c=d,;!3" }, { " a@b.c d\n", "!1" },
};

static void
test_virtuals(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(virtuals); i++) {
		size_t n = strlen(virtuals[i].in);
		char *in = exactly(virtuals[i].in, n);
		struct table_text t = { .p = in, .end = in + n };
		struct buf name = BUF_MAX(ADDRESS_OCTETS);
		struct buf targets = BUF_MAX(10000), got = BUF_MAX(10000);
		int r;

		errno = 0;
		while ((r = virtual_next(&t, &name, &targets)) == 1)
			add_alias(&got, &name, &targets);
		if (r == -1)
			add_wrong(&got, &t);
		CHECK(holds(&got, virtuals[i].out), "%s: %s",
		    shown(virtuals[i].in, n), shown(got.s, got.len));
		buf_free(&name);
		buf_free(&targets);
		buf_free(&got);
		free(in);
	}
}

/* Addresses of 320 octets pass, of 321 not; so it is with the owner's
 * maximum for all targets of an entry. */
static void
test_alias_lengths(void **state)
{
	char d[256], local[80];
	int over;

	snprintf(d, sizeof(d), "%s.%s.%s.%s", many('a', 63), many('b', 63),
	    many('c', 63), many('d', 63));
	for (over = 0; over < 3; over++) {
		struct table_text t = { .p = NULL };
		struct buf in = BUF_MAX(2000), name = BUF_MAX(ADDRESS_OCTETS);
		struct buf targets = BUF_MAX(2 * ADDRESS_OCTETS +
		    (over == 2 ? 1 : 2));

		snprintf(local, sizeof(local), "%s", many('x', 64));
		assert_int_equal(buf_addf(&in, "%s@%s: %s@%s,%s%s@%s\n", local,
		    d, local, d, local, over == 1 ? "y" : "", d), 0);
		t.p = in.s;
		t.end = in.s + in.len;
		assert_int_equal(alias_next(&t, &name, &targets),
		    over == 0 ? 1 : -1);
		if (over == 0) {
			assert_int_equal(name.len, ADDRESS_OCTETS);
			assert_int_equal(targets.len, 2 * ADDRESS_OCTETS + 2);
		} else
			assert_int_equal(t.line, 1);
		buf_free(&in);
		buf_free(&name);
		buf_free(&targets);
	}
}

/* "address|hash|uid|gid|home|quota|rights;" each. */
static const struct {
	const char *in;
	size_t n;
	const char *out;
} users[] = {
	{ OCTETS(""), "" },
	{ OCTETS("# nobody yet\n\n"), "" },
	{ OCTETS("Bob@B.org:$y$x:1000:100:/home/Bob\n"),
	  "bob@b.org|$y$x|1000|100|/home/Bob|0|;" },
	{ OCTETS("a@b::1:0:/\nc@d:x:2:3:/e:4096\n"),
	  "a@b||1|0|/|0|;c@d|x|2|3|/e|4096|;" },
	{ OCTETS("a@b:x:1:1:/h:9223372036854775807:imap,pop3"),
	  "a@b|x|1|1|/h|9223372036854775807|imap,pop3;" },
	{ OCTETS("a@b:x:1:1:/h::imap\r\n"), "a@b|x|1|1|/h|0|imap;" },
	{ OCTETS("a@b:x:4294967294:4294967294:/h\n"),
	  "a@b|x|4294967294|4294967294|/h|0|;" },
	{ OCTETS("\"a b\"@c:x:1:1:/h\n"), "a b@c|x|1|1|/h|0|;" },
	{ OCTETS("bob:x:1:1:/h\n"), "!1" },		/* no domain */
	{ OCTETS("@b:x:1:1:/h\n"), "!1" },
	{ OCTETS(":x:1:1:/h\n"), "!1" },
	{ OCTETS("a@b\n"), "!1" },
	{ OCTETS("a@b:x\n"), "!1" },
	{ OCTETS("a@b:x:1\n"), "!1" },
	{ OCTETS("a@b:x:1:1\n"), "!1" },
	{ OCTETS("a@b:x:1:1:\n"), "!1" },
	{ OCTETS("a@b:x:1:1:home\n"), "!1" },
	{ OCTETS("a@b:x:0:1:/h\n"), "!1" },		/* root */
	{ OCTETS("a@b:x:00:1:/h\n"), "!1" },
	{ OCTETS("a@b:x:-1:1:/h\n"), "!1" },
	{ OCTETS("a@b:x:4294967295:1:/h\n"), "!1" },	/* (uid_t)-1 */
	{ OCTETS("a@b:x:4294967296:1:/h\n"), "!1" },	/* 0 in 32 bits */
	{ OCTETS("a@b:x:1:4294967295:/h\n"), "!1" },
	{ OCTETS("a@b:x:1:x:/h\n"), "!1" },
	{ OCTETS("a@b:x: 1:1:/h\n"), "!1" },
	{ OCTETS("a@b:x:1:1:/h:x\n"), "!1" },
	{ OCTETS("a@b:x:1:1:/h:9223372036854775808\n"), "!1" },
	{ OCTETS("a@b:x:1:1:/h:-1\n"), "!1" },
	{ OCTETS("a@b:x:1:1:/h:1M,50:r\n"), "a@b|x|1|1|/h|1048576|r;" },
	{ OCTETS("a@b:x:1:1:/h:0:r:more\n"), "!1" },
	{ OCTETS("a@b:x:1:1:/h\0/x\n"), "!1" },
	{ OCTETS("a@b:x\0y:1:1:/h\n"), "!1" },
	{ OCTETS("a@b:x:1:1:/h:0:r\0\n"), "!1" },
	{ OCTETS(" a@b:x:1:1:/h\n"), "!1" },
	{ OCTETS("a@b:x:1:1:/h\n#\n\nc@d:x:0:1:/h\ne@f:x:1:1:/h\n"),
	  "a@b|x|1|1|/h|0|;!4" },
};

static void
test_users(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(users); i++) {
		char *in = exactly(users[i].in, users[i].n);
		struct table_text t = { .p = in, .end = in + users[i].n };
		struct buf got = BUF_MAX(10000);
		struct user_line u;
		int r;

		errno = 0;
		while ((r = user_next(&t, &u)) == 1)
			assert_int_equal(buf_addf(&got,
			    "%s|%s|%llu|%llu|%s|%llu|%s;", u.address, u.hash,
			    (unsigned long long)u.uid,
			    (unsigned long long)u.gid, u.home,
			    (unsigned long long)u.quota.octets, u.rights), 0);
		if (r == -1)
			add_wrong(&got, &t);
		CHECK(holds(&got, users[i].out), "%s: %s",
		    shown(users[i].in, users[i].n), shown(got.s, got.len));
		buf_free(&got);
		free(in);
	}
}

/* Each field as long as its room allows, and one octet longer. */
static void
test_user_lengths(void **state)
{
	struct user_line u;
	size_t over;

	for (over = 0; over <= 5; over++) {
		struct table_text t = { .p = NULL };
		struct buf in = BUF_MAX(3000);
		char home[1200];

		snprintf(home, sizeof(home), "/%s%s", many('h', 999),
		    many('h', sizeof(u.home) - 1001 + (over == 3)));
		assert_int_equal(buf_addf(&in, "%s@b:%s:1:1:%s:0:%s\n",
		    many('a', LOCAL_OCTETS + (over == 1)),
		    many('$', sizeof(u.hash) - 1 + (over == 2)), home,
		    many('r', sizeof(u.rights) - 1 + (over == 4))), 0);
		t.p = in.s;
		t.end = in.s + in.len;
		CHECK(user_next(&t, &u) == (over % 5 == 0 ? 1 : -1), "%zu",
		    over);
		buf_free(&in);
	}
}

static const struct {
	const char *in;
	size_t n;
	const char *out;
} hosts[] = {
	{ OCTETS(""), "" },
	{ OCTETS("Example.ORG\n# c\n\n  b-c.d \t\r\n[10.0.0.1]"),
	  "example.org;b-c.d;[10.0.0.1];" },
	{ OCTETS("a b\n"), "!1" },
	{ OCTETS("a\n.b\n"), "a;!2" },
	{ OCTETS("a.\n"), "!1" },
	{ OCTETS("a@b\n"), "!1" },
	{ OCTETS("a\0\n"), "!1" },
	{ OCTETS("a\x01\n"), "!1" },
	{ OCTETS("#\n#\n\xc3\xa4.org\nx\n"), "!3" },
};

static void
test_hosts(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(hosts); i++) {
		char *in = exactly(hosts[i].in, hosts[i].n);
		struct table_text t = { .p = in, .end = in + hosts[i].n };
		struct buf one = BUF_MAX(DOMAIN_OCTETS), got = BUF_MAX(1000);
		int r;

		errno = 0;
		while ((r = host_next(&t, &one)) == 1)
			assert_int_equal(buf_addf(&got, "%.*s;", (int)one.len,
			    one.s), 0);
		if (r == -1)
			add_wrong(&got, &t);
		CHECK(holds(&got, hosts[i].out), "%s: %s",
		    shown(hosts[i].in, hosts[i].n), shown(got.s, got.len));
		buf_free(&one);
		buf_free(&got);
		free(in);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_virtuals),
		cmocka_unit_test(test_alias_lengths),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_user_lengths),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
