/* test-resolve - lib/mail/resolve.c and tables.c, on tables that the compilers
 * made. */
#include "unit.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail/owner.h"
#include "mail/resolve.h"

#ifndef TEST_BIN
#define TEST_BIN	"build/bin"
#endif

#define NONE	((uid_t)-1)	/* no user of the system has mail */

extern char **environ;

static char *etc;
static struct tables tables;

/* Run a compiler on etc; its exit code. */
static int
compile(const char *program)
{
	char path[4096], *argv[] = { path, etc, NULL };
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), TEST_BIN "/%s", program);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY,
	    0);
	assert_int_equal(posix_spawn(&pid, path, &actions, NULL, argv,
	    environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
set_aliases(const char *text)
{
	file_put(in(etc, "aliases"), text, strlen(text));
	CHECK(compile("compile-aliases") == 0, "%s", shown(text, strlen(text)));
}

static const char users[] =
    "alice@example.org:x:1001:101:/home/alice\n"
    "bob@example.org:x:1002:102:/home/bob:1000:imap\n"
    "bob@example.net:x:1003:103:/home/other bob\n";

static void
set_table(const char *table, const char *compiler, const char *text)
{
	file_put(in(etc, table), text, strlen(text));
	CHECK(compile(compiler) == 0, "%s", shown(text, strlen(text)));
}

static void
set_routes(const char *text)
{
	set_table("routes", "compile-routes", text);
}

static int
set_up(void **state)
{
	etc = folder_make();
	file_put(in(etc, "users"), users, sizeof(users) - 1);
	file_put(in(etc, "local-host-names"), "example.org\nexample.net\n",
	    24);
	assert_int_equal(compile("compile-users"), 0);
	assert_int_equal(compile("compile-hosts"), 0);
	set_aliases("");
	set_routes("");
	set_table("virtusertable", "compile-virtusers", "");
	set_table("relay-domains", "compile-relays", "");
	assert_int_equal(tables_init(&tables, etc, NONE), 0);
	memset(&tables.programs, 0, sizeof(tables.programs));
	tables.programs.uid = 2001;
	tables.programs.gid = 2002;
	strcpy(tables.programs.home, "/");
	return 0;
}

static void
table_free(struct table *t)
{
	if (t->fd == -1)
		return;
	cdb_free(&t->cdb);
	close(t->fd);
}

static int
tear_down(void **state)
{
	table_free(&tables.aliases);
	table_free(&tables.users);
	table_free(&tables.hosts);
	table_free(&tables.routes);
	table_free(&tables.virtusers);
	table_free(&tables.relays);
	folder_remove(etc);
	return 0;
}

#define ALICE \
	"to alice@example.org\nuid 1001\ngid 101\nuser \nhome /home/alice\n" \
	"mailbox /home/alice/Maildir\nmake 0\nown 1\n"
#define BOB \
	"to bob@example.org\nuid 1002\ngid 102\nuser \nhome /home/bob\n" \
	"mailbox /home/bob/Maildir\nmake 0\nquota 1000S\nown 1\n"
#define OTHER_BOB \
	"to bob@example.net\nuid 1003\ngid 103\nuser \n" \
	"home /home/other bob\nmailbox /home/other bob/Maildir\nmake 0\nown 1\n"
#define NOBODY(a) \
	"to " a "\nnever 5.1.1\nwhy no such user\n"

static enum existence
ask(const char *address, struct buf *out)
{
	size_t n = strlen(address);
	char *s = exactly(address, n);
	enum existence e;

	out->len = 0;
	e = resolve(&tables, "example.org", s, n, out);
	free(s);
	return e;
}

/* address means just this. */
static void
expect(const char *address, enum existence e, const char *lines)
{
	struct buf out = BUF_MAX(ANSWER_MAX);
	enum existence got = ask(address, &out);

	CHECK(got == e, "%s: %s, not %s", address, existence_name(got),
	    existence_name(e));
	CHECK(holds(&out, lines), "%s: %s, not %s", address,
	    shown(out.s, out.len), shown(lines, strlen(lines)));
	buf_free(&out);
}

/* address means e, and its answer has part n times. */
static void
expect_part(const char *address, enum existence e, const char *part,
    unsigned n)
{
	struct buf out = BUF_MAX(ANSWER_MAX);
	enum existence got = ask(address, &out);
	unsigned seen = 0;
	const char *p;

	CHECK(got == e, "%s: %s, not %s", address, existence_name(got),
	    existence_name(e));
	assert_int_equal(buf_add(&out, "", 1), 0);
	for (p = out.s; (p = strstr(p, part)) != NULL; p++)
		seen++;
	CHECK(seen == n, "%s: %u times %s in %s", address, seen, part,
	    shown(out.s, out.len));
	buf_free(&out);
}

static void
test_users(void **state)
{
	expect("alice@example.org", IS_HERE, ALICE);
	expect("Alice@Example.ORG", IS_HERE, ALICE);
	expect("alice", IS_HERE, ALICE);
	expect("bob", IS_HERE, BOB);
	expect("bob@example.net", IS_HERE, OTHER_BOB);
	expect("alice@example.net", IS_NOBODY, NOBODY("alice@example.net"));
	expect("carol", IS_NOBODY, NOBODY("carol@example.org"));
	expect("a", IS_NOBODY, NOBODY("a@example.org"));
	expect("alice@", IS_BARRED, "to alice@\nnever 5.1.2\n"
	    "why the address has no host\n");
}

static void
test_other_hosts(void **state)
{
	expect_part("alice@example.com", IS_ELSEWHERE,
	    "to alice@example.com\n", 1);
	expect_part("alice@sub.example.org", IS_ELSEWHERE, "uid ", 0);
	expect_part("alice@[127.0.0.1]", IS_ELSEWHERE, "uid ", 0);
}

static void
test_routes(void **state)
{
	set_aliases("away: someone@old.example\nheld: someone@slow.example\n");
	set_routes("example.com [relay.example]:587 tls=must login=school\n"
	    ".example.com relay.example\n"
	    ".sub.example.com lmtp:/run/lists\n"
	    "own.example mx tls=verify\n"
	    "old.example Bounce It has moved\n"
	    "gone.example bounce\n"
	    "slow.example hold\n"
	    "* lmtp:[::1]\n");
	expect("a@example.com", IS_ELSEWHERE, "to a@example.com\n"
	    "nexthop smtp:[relay.example]:587 tls=must login=school\n");
	expect("a@X.Example.COM", IS_ELSEWHERE, "to a@x.example.com\n"
	    "nexthop smtp:relay.example\n");
	expect("a@y.sub.example.com", IS_ELSEWHERE,
	    "to a@y.sub.example.com\nnexthop lmtp:/run/lists\n");
	expect("a@sub.example.com", IS_ELSEWHERE, "to a@sub.example.com\n"
	    "nexthop smtp:relay.example\n");
	expect("a@own.example", IS_ELSEWHERE, "to a@own.example\n"
	    "nexthop mx:own.example tls=verify\n");
	expect("a@xexample.com", IS_ELSEWHERE, "to a@xexample.com\n"
	    "nexthop lmtp:[::1]\n");
	expect("a@old.example", IS_BARRED, "to a@old.example\nnever 5.1.2\n"
	    "why It has moved\n");
	expect("a@gone.example", IS_BARRED, "to a@gone.example\n"
	    "never 5.1.2\nwhy no mail is sent to that host\n");
	expect("a@slow.example", IS_ELSEWHERE, "to a@slow.example\n"
	    "later 4.3.2\nwhy mail to that host is held\n");
	expect("a@[foo:bar]", IS_ELSEWHERE, "to a@[foo:bar]\n"
	    "nexthop lmtp:[::1]\n");		/* whatever it is */
	expect_part("away", IS_NOBODY, "never 5.1.2\n", 1);
	expect_part("held", IS_HERE, "later 4.3.2\n", 1);
	set_routes("");
	expect("a@[192.0.2.1]", IS_ELSEWHERE, "to a@[192.0.2.1]\n"
	    "nexthop mx:[192.0.2.1]\n");
	expect("a@[foo:bar]", IS_BARRED, "to a@[foo:bar]\nnever 5.1.2\n"
	    "why that is no host that mail can be sent to\n");
	assert_int_equal(unlink(in(etc, "routes.cdb")), 0);
	expect_part("a@example.com", IS_UNSURE, "later 4.3.0\n", 1);
	expect("alice", IS_HERE, ALICE);	/* needs no route */
}

/* Quoted local parts may hold an '@': the last one counts. */
static void
test_two_ats(void **state)
{
	expect("x@example.com@example.org", IS_NOBODY,
	    NOBODY("x@example.com@example.org"));
	expect_part("alice@example.org@example.com", IS_ELSEWHERE, "uid ", 0);
}

static void
test_aliases(void **state)
{
	set_aliases("Postmaster: alice\n"
	    "team: alice, BOB, alice@example.org\n"
	    "all: team, bob@example.net, carol\n"
	    "sales@example.net: bob\n"
	    "sales: alice\n"
	    "bob@example.net: alice@example.org\n"
	    "away: someone@example.com\n"
	    "mixed: away, alice\n");
	expect("postmaster", IS_HERE, ALICE);
	expect("POSTMASTER@example.net", IS_HERE, ALICE);
	expect("team", IS_HERE, ALICE BOB);		/* each once */
	expect("all", IS_HERE, ALICE BOB NOBODY("carol@example.org"));
	expect("sales@example.net", IS_HERE, BOB);	/* the whole address */
	expect("sales@example.org", IS_HERE, ALICE);	/* local part */
	expect("bob@example.net", IS_HERE, ALICE);	/* before the user */
	expect("bob", IS_HERE, BOB);
	expect("away", IS_HERE, "to someone@example.com\n"
	    "nexthop mx:example.com\n");	/* ours, wherever it leads */
	expect_part("mixed", IS_HERE, "to someone@example.com\n", 1);
	expect_part("mixed", IS_HERE, ALICE, 1);
}

/* A name that comes again on its own way is no alias there. */
static void
test_circles(void **state)
{
	set_aliases("bob: bob, alice\n"
	    "a: b\nb: c\nc: a\n"
	    "alice@example.org: team\nteam: alice, bob\n"
	    "self: self\n");
	expect("bob", IS_HERE, BOB ALICE);
	expect("a", IS_NOBODY, NOBODY("a@example.org"));
	expect("b", IS_NOBODY, NOBODY("b@example.org"));
	expect("self", IS_NOBODY, NOBODY("self@example.org"));
	expect("team", IS_HERE, NOBODY("team@example.org") BOB);
	expect("alice", IS_HERE, ALICE BOB);
}

/* The same, with the way that leads there. */
static void
test_explain(void **state)
{
	static const struct {
		const char *address, *lines;
	} cases[] = {
		{ "bob", "to bob@example.org\n" }, { "alice", ALICE },
		{ "a", "alias a\nleads b\nalias b\nleads a\nleads alice\n"
		  "again a\n" NOBODY("a@example.org") ALICE },
		{ "two", "alias two\nleads x@example.org\nleads x\n"
		  NOBODY("x@example.org") },
		{ "nobody", NOBODY("nobody@example.org") },
		{ "v+x", "alias v+*@example.org\nleads alice\n"
		  "leads bob+x@example.org\n" ALICE
		  "to bob+x@example.org\n" },
	};
	size_t i;

	set_aliases("a: b\nb: a, alice\ntwo: x@example.org, x\n");
	set_table("virtusertable", "compile-virtusers",
	    "v+*@example.org alice, bob%3@example.org\n");
	for (i = 0; i < LENGTH(cases); i++) {
		struct buf out = BUF_MAX(ANSWER_MAX), plain = BUF_MAX(
		    ANSWER_MAX);
		const char *address = cases[i].address;
		size_t n = strlen(cases[i].lines);

		assert_int_equal(resolve_explain(&tables, "example.org",
		    address, strlen(address), &out), ask(address, &plain));
		CHECK(out.len >= n && memcmp(out.s, cases[i].lines, n) == 0,
		    "%s: %s", address, shown(out.s, out.len));
		buf_free(&out);
		buf_free(&plain);
	}
}

static void
test_depth(void **state)
{
	struct buf text = BUF_MAX(10000);
	int i;

	for (i = 1; i < 30; i++)
		assert_int_equal(buf_addf(&text, "a%d: a%d\n", i, i + 1), 0);
	assert_int_equal(buf_addf(&text, "a30: alice\n"), 0);
	assert_int_equal(buf_0(&text), 0);
	set_aliases(text.s);
	buf_free(&text);
	expect("a30", IS_HERE, ALICE);
	expect("a12", IS_HERE, ALICE);		/* 19 within each other */
	expect_part("a10", IS_UNSURE, "later 4.3.0\n", 1);
	expect_part("a10", IS_UNSURE, "uid", 0);
}

/* The longest list that is taken, and one more: then nothing of it is. */
static void
test_too_many(void **state)
{
	struct buf text = BUF_MAX(1u << 20);
	int i;

	assert_int_equal(buf_adds(&text, "list: u0"), 0);
	for (i = 1; i < 10000; i++)
		assert_int_equal(buf_addf(&text, ",u%d", i), 0);
	assert_int_equal(buf_adds(&text, "\nmore: list, alice\n"
	    "same: list, list\n"), 0);
	assert_int_equal(buf_0(&text), 0);
	set_aliases(text.s);
	buf_free(&text);
	expect_part("list", IS_NOBODY, "never 5.1.1\n", 10000);
	expect_part("same", IS_NOBODY, "never 5.1.1\n", 10000);
	expect("more", IS_UNSURE, "to more\nlater 4.3.5\n"
	    "why it leads to too many addresses\n");
}

/* Lists that hold each other: the answer has one address, the ways to it are
 * many millions. It is found or refused, soon: everybody's mail waits for
 * it. */
static void
test_lists_in_lists(void **state)
{
	struct buf text = BUF_MAX(100000), out = BUF_MAX(ANSWER_MAX);
	int i, k, status;
	pid_t pid, ended = 0;

	for (i = 0; i < 14; i++) {
		assert_int_equal(buf_addf(&text, "l%d: alice", i), 0);
		for (k = 0; k < 14; k++)
			assert_int_equal(buf_addf(&text, ",l%d", k), 0);
		assert_int_equal(buf_adds(&text, "\n"), 0);
	}
	assert_int_equal(buf_0(&text), 0);
	set_aliases(text.s);
	buf_free(&text);
	pid = fork();			/* it would take hours */
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit((int)ask("l0", &out));
	for (i = 0; i < 500 && (ended = waitpid(pid, &status, WNOHANG)) == 0;
	    i++)
		usleep(10000);
	if (ended == 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	CHECK(ended == pid, "no answer in five seconds");
	CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == IS_HERE ||
	    WEXITSTATUS(status) == IS_UNSURE), "status %x", (unsigned)status);
}

/* root reads no mail of its own; daemons have none either. */
static void
test_system_users(void **state)
{
	struct passwd *pw = getpwnam("daemon");
	char want[600];

	expect("root", IS_NOBODY, NOBODY("root@example.org"));
	tables.least_uid = 1;
	expect_part("root", IS_UNSURE, "later 4.3.5\n", 1);
	expect_part("root", IS_UNSURE, "uid ", 0);
	expect("no-such-user", IS_NOBODY, NOBODY("no-such-user@example.org"));
	if (pw != NULL && pw->pw_uid > 0) {
		snprintf(want, sizeof(want), "to daemon@example.net\nuid %u\n"
		    "gid %u\nuser daemon\nhome %s\nmailbox %s/Maildir\n"
		    "make 1\nown 1\n", (unsigned)pw->pw_uid, (unsigned)pw->pw_gid,
		    pw->pw_dir, pw->pw_dir);
		expect("daemon@example.net", IS_HERE, want);
		tables.least_uid = pw->pw_uid + 1;
		expect("daemon", IS_NOBODY, NOBODY("daemon@example.org"));
	}
	set_aliases("root: alice\n");
	expect("root", IS_HERE, ALICE);
	expect("alice", IS_HERE, ALICE);	/* the virtual one */
}

/* A table that is missing or no table is trouble, never "no such user". */
static void
test_missing_tables(void **state)
{
	static const char *const names[] = { "aliases.cdb", "users.cdb",
	    "local-host-names.cdb" };
	size_t i;

	for (i = 0; i < LENGTH(names); i++) {
		assert_int_equal(rename(in(etc, names[i]), in(etc, "away")),
		    0);
		expect_part("alice", IS_UNSURE, "later 4.3.0\n", 1);
		expect_part("carol", IS_UNSURE, names[i], 1);
		file_put(in(etc, names[i]), "x", 1);
		expect_part("alice", IS_UNSURE, "later 4.3.0\n", 1);
		file_put(in(etc, names[i]), "", 0);
		expect_part("alice", IS_UNSURE, "later 4.3.0\n", 1);
		assert_int_equal(rename(in(etc, "away"), in(etc, names[i])),
		    0);
		expect("alice", IS_HERE, ALICE);
	}
}

/* A new table is taken up at once; a bad text leaves the old one. */
static void
test_replaced(void **state)
{
	set_aliases("x: alice\n");
	expect("x", IS_HERE, ALICE);
	set_aliases("x: bob\n");
	expect("x", IS_HERE, BOB);
	file_put(in(etc, "aliases"), "x: alice\nx y z\n", 15);
	assert_int_equal(compile("compile-aliases"), 100);
	expect("x", IS_HERE, BOB);
	file_put(in(etc, "aliases"), "x: alice\nX: carol\n", 18);
	assert_int_equal(compile("compile-aliases"), 100);
	expect("x", IS_HERE, BOB);
	file_put(in(etc, "users"), "alice@example.org:x:0:0:/root\n", 30);
	assert_int_equal(compile("compile-users"), 100);
	file_put(in(etc, "local-host-names"), "a b\n", 4);
	assert_int_equal(compile("compile-hosts"), 100);
	expect("alice", IS_HERE, ALICE);
}

/* The answer is appended to what is there, and grows no further than its owner
 * allows. */
static void
test_room(void **state)
{
	size_t max;

	set_aliases("team: alice, bob\n");
	for (max = 0; max < 400; max++) {
		struct buf out = BUF_MAX(max);
		enum existence e = resolve(&tables, "example.org", "team", 4,
		    &out);

		if (max < sizeof(ALICE BOB) - 1)
			CHECK(e == IS_UNSURE && (out.len == 0 ||
			    memcmp(out.s, "to team\n", 8) == 0), "%zu: %s",
			    max, shown(out.s, out.len));
		else
			CHECK(e == IS_HERE && holds(&out, ALICE BOB), "%zu",
			    max);
		buf_free(&out);
	}
}

/* May user send as address? */
static void
expect_owner(const char *address, const char *user, enum existence e)
{
	size_t n = strlen(address), user_n = strlen(user);
	char *s = exactly(address, n), *who = exactly(user, user_n);
	struct buf room = BUF_MAX(ANSWER_MAX);
	enum existence got = owner_check(&tables, "example.org", s, n, who,
	    user_n, &room);

	CHECK(got == e, "%s as %s: %s, not %s", user, address,
	    existence_name(got), existence_name(e));
	free(s);
	free(who);
	buf_free(&room);
}

static void
test_owner(void **state)
{
	static const char alice[] = "alice@example.org";

	set_aliases("sales: alice\nteam: bob, staff\nstaff: sales, bob\n"
	    "bob@example.org: alice\naway: alice@elsewhere.example\n"
	    "both: alice@elsewhere.example, alice\nloop: loop2\n"
	    "loop2: loop\nalice@example.net: bob@example.net\n");
	expect_owner("alice@example.org", alice, IS_HERE);
	expect_owner("ALICE@Example.Org", alice, IS_HERE);
	expect_owner("alice", "Alice", IS_HERE);
	expect_owner("sales@example.org", alice, IS_HERE);
	expect_owner("sales@example.net", alice, IS_HERE);
	expect_owner("team@example.org", alice, IS_HERE);
	expect_owner("both@example.org", alice, IS_HERE);
	/* By an alias, and by himself all the same. */
	expect_owner("bob@example.org", alice, IS_HERE);
	expect_owner("bob@example.org", "bob@example.org", IS_HERE);
	expect_owner("bob@example.org", "bob", IS_HERE);
	expect_owner("sales@example.org", "bob@example.org", IS_NOBODY);
	expect_owner("team@example.org", "bob@example.net", IS_NOBODY);
	expect_owner("bob@example.net", "bob@example.org", IS_NOBODY);
	expect_owner("alice@example.net", alice, IS_NOBODY);
	expect_owner("alice@example.net", "bob@example.net", IS_HERE);
	expect_owner("away@example.org", alice, IS_NOBODY);
	expect_owner("alice@elsewhere.example", alice, IS_NOBODY);
	expect_owner("x@elsewhere.example", "x@elsewhere.example", IS_HERE);
	expect_owner("nobody@example.org", alice, IS_NOBODY);
	expect_owner("nobody@example.org", "nobody", IS_HERE);
	expect_owner("loop@example.org", alice, IS_NOBODY);
	expect_owner("alice@", alice, IS_NOBODY);
	expect_owner("@example.org", alice, IS_NOBODY);
	expect_owner("alice@example.org", "", IS_NOBODY);
	expect_owner("alice@example.orgx", alice, IS_NOBODY);
	expect_owner("alice@example.or", alice, IS_NOBODY);
}

static void
test_owner_edges(void **state)
{
	char longest[1000];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	expect_owner(longest, "alice", IS_NOBODY);
	expect_owner("alice", longest, IS_NOBODY);
	memcpy(longest + 300, "@example.org", 13);
	expect_owner(longest, "alice", IS_NOBODY);
	expect_owner(longest, longest, IS_HERE);
	unlink(in(etc, "aliases.cdb"));
	expect_owner("alice@example.org", "alice", IS_HERE);
	expect_owner("bob@example.org", "alice", IS_UNSURE);
	unlink(in(etc, "users.cdb"));
	expect_owner("alice@example.org", "alice", IS_HERE);
	expect_owner("alice@example.net", "alice", IS_UNSURE);
	unlink(in(etc, "local-host-names.cdb"));
	expect_owner("alice@example.org", "alice", IS_HERE);
	expect_owner("alice@example.net", "alice", IS_UNSURE);
}

static void
test_owner_system(void **state)
{
	struct passwd *pw = getpwnam("daemon");

	if (pw == NULL || pw->pw_uid == 0)
		skip();
	tables.least_uid = 1;
	set_aliases("night: daemon\n");
	expect_owner("daemon@example.org", "daemon", IS_HERE);
	/* All our domains are his. */
	expect_owner("daemon@example.net", "daemon", IS_HERE);
	expect_owner("night@example.net", "daemon", IS_HERE);
	expect_owner("root@example.org", "daemon", IS_NOBODY);
	expect_owner("daemon@example.org", "alice", IS_NOBODY);
}

static void
set_virtual(const char *text)
{
	set_table("virtusertable", "compile-virtusers", text);
}

/* A file in a folder beneath etc. */
static void
set_domain_aliases(const char *domain, const char *text)
{
	char name[300];

	assert_true(mkdir(in(etc, "aliases.d"), 0755) == 0 || errno == EEXIST);
	snprintf(name, sizeof(name), "aliases.d/%s", domain);
	set_table(name, "compile-aliases", text);
}

#define PROGRAM(to, command) \
	"to " to "|" command "\nuid 2001\ngid 2002\nuser \nhome /\n" \
	"program " command "\n"

static void
test_programs(void **state)
{
	char long_alias[600];

	set_aliases("run: \"|/bin/x y, z\"\n"
	    "both: |a, |b\n"
	    "file: /var/mail/F\ndir: /var/mail/d//\nnone: /dev/null\n"
	    "owned: |a, @owner:3001:3002\n"
	    "ghost: |a, @owner:no-such-user\n");
	expect("run", IS_HERE, PROGRAM("run@example.org", "/bin/x y, z"));
	expect("run@example.net", IS_HERE,
	    PROGRAM("run@example.net", "/bin/x y, z"));
	expect("both", IS_HERE, PROGRAM("both@example.org", "a")
	    PROGRAM("both@example.org", "b"));
	expect("file", IS_HERE, "to file@example.org/var/mail/F\nuid 2001\n"
	    "gid 2002\nuser \nhome /\nmbox /var/mail/F\n");
	expect("dir", IS_HERE, "to dir@example.org/var/mail/d//\nuid 2001\n"
	    "gid 2002\nuser \nhome /\nmailbox /var/mail/d\nmake 1\n");
	expect_part("none", IS_HERE, "program cat >/dev/null\n", 1);
	expect_part("owned", IS_HERE, "uid 3001\ngid 3002\n", 1);
	expect_part("ghost", IS_UNSURE, "later 4.3.5\n", 1);
	expect_part("ghost", IS_UNSURE, "uid ", 0);
	tables.programs.uid = 0;	/* no PIPE_UID: never as root */
	expect_part("run", IS_UNSURE, "later 4.3.5\n", 1);
	expect_part("file", IS_UNSURE, "uid ", 0);
	expect_part("owned", IS_HERE, "uid 3001\n", 1);
	tables.programs.uid = 2001;
	snprintf(long_alias, sizeof(long_alias), "long: \"|%s\"\n",
	    many('x', 310));
	set_aliases(long_alias);
	expect_part("long", IS_NOBODY, "never 5.2.4\n", 1);
}

static void
test_unused(void **state)
{
	set_aliases("");
	set_virtual("bob@example.org alice\n");
	expect("bob", IS_HERE, ALICE);
	unlink(in(etc, "virtusertable.cdb"));
	expect_part("bob", IS_UNSURE, "later 4.3.0\n", 1);
	unlink(in(etc, "virtusertable"));
	expect("bob", IS_HERE, BOB);
	set_virtual("");
}

/* What stands before a target's name in a table is none of a stranger's. */
static void
test_strangers(void **state)
{
	set_virtual("@example.org %1@example.net\n");
	set_aliases("run: |x\n");
	expect("\\bob", IS_NOBODY, NOBODY("\\bob@example.net"));
	expect("|x", IS_NOBODY, NOBODY("|x@example.net"));
	expect("/x/", IS_NOBODY, NOBODY("/x/@example.net"));
	expect(":include:/etc/passwd", IS_NOBODY,
	    NOBODY(":include:/etc/passwd@example.net"));
	expect("error:5.7.1 x", IS_NOBODY,
	    NOBODY("error:5.7.1 x@example.net"));
	expect("bob+x@example.org|cmd@example.org", IS_NOBODY,
	    NOBODY("bob+x@example.org|cmd@example.net"));
}

static void
test_plain(void **state)
{
	set_aliases("bob: \\bob, alice\nmine: \\bob@example.net\n"
	    "lost: \\carol\n");
	expect("bob", IS_HERE, "to \\bob@example.org\nuid 1002\ngid 102\n"
	    "user \nhome /home/bob\nmailbox /home/bob/Maildir\nmake 0\nquota 1000S\n"
	    ALICE);
	expect_part("mine", IS_HERE, "to \\bob@example.net\n", 1);
	expect_part("mine", IS_HERE, "own 1\n", 0);
	expect("lost", IS_NOBODY, NOBODY("carol@example.org"));
}

static void
set_list(const char *name, const char *text, mode_t mode)
{
	file_put(in(etc, name), text, strlen(text));
	assert_int_equal(chmod(in(etc, name), mode), 0);
}

static void
test_lists(void **state)
{
	char text[3000];
	int mine = geteuid() != 0;

	snprintf(text, sizeof(text), "list: :include:%s\n"
	    "outer: :include:%s, alice\n", in(etc, "list"),
	    in(etc, "outer"));
	set_aliases(text);
	expect_part("list", IS_UNSURE, "later 4.3.5\n", 1);	/* missing */
	set_list("list", "# people\nalice, bob\n\ncarol@example.net\n", 0644);
	expect("list", IS_HERE, ALICE BOB NOBODY("carol@example.net"));
	snprintf(text, sizeof(text), ":include:%s, bob@example.net\n"
	    ":include:%s\n", in(etc, "list"), in(etc, "outer"));
	set_list("outer", text, 0644);
	expect_part("outer", IS_HERE, OTHER_BOB, 1);
	expect_part("outer", IS_HERE, "to ", 4);
	set_list("list", "alice\n", 0640);
	expect_part("list", IS_UNSURE, "not everybody may read it\n", 1);
	set_list("list", "alice\n", 0664);
	expect_part("list", IS_UNSURE, "later 4.3.5\n", 1);
	set_list("list", "alice\na b\n", 0644);
	expect_part("list", IS_UNSURE, "list:2: this is no address\n", 1);
	set_list("list", "alice\n|x\n", 0644);
	expect_part("list", IS_HERE, ALICE, 1);
	expect_part("list", IS_HERE, "program x\n", mine ? 0 : 1);
	assert_int_equal(unlink(in(etc, "list")), 0);
	assert_int_equal(mkfifo(in(etc, "list"), 0644), 0);
	expect_part("list", IS_UNSURE, "it is no file\n", 1);
}

static void
test_owners(void **state)
{
	set_aliases("list: alice, away@example.com\nowner-list: bob\n"
	    "list-request: alice\nowner-owner: bob\n"
	    "sub: list, bob\nruns: |x\nowner-runs: bob\n");
	expect_part("list", IS_HERE, "own 1\nsender owner-list@example.org\n",
	    1);
	expect_part("list", IS_HERE, "nexthop mx:example.com\n"
	    "sender owner-list@example.org\n", 1);
	expect_part("list@example.net", IS_HERE,
	    "sender owner-list@example.net\n", 2);
	expect_part("sub", IS_HERE, "sender owner-list@example.org\n", 2);
	expect_part("sub", IS_HERE, "sender", 2);	/* none for bob */
	expect_part("owner-list", IS_HERE, "sender owner-owner@example.org\n",
	    1);
	expect_part("list-request", IS_HERE,
	    "sender owner-owner@example.org\n", 1);
	expect_part("runs", IS_HERE, "program x\n"
	    "sender owner-runs@example.org\n", 1);
}

static void
test_errors(void **state)
{
	set_aliases("gone: error:nouser He has left, sorry\n"
	    "later: error:4.2.1 soon\nsome: gone, alice\n");
	expect("gone", IS_NOBODY, "to gone@example.org\nnever 5.1.1\n"
	    "why He has left, sorry\n");
	expect("later", IS_UNSURE, "to later@example.org\nlater 4.2.1\n"
	    "why soon\n");
	expect_part("some", IS_HERE, ALICE, 1);
}

#define BOB_EXT(local, ext) \
	"to " local "@example.org\nuid 1002\ngid 102\nuser \n" \
	"home /home/bob\nmailbox /home/bob/Maildir\nmake 0\nquota 1000S\nown 1\next " \
	ext "\n"

static void
test_extensions(void **state)
{
	set_aliases("alice+x: bob\nteam: alice\nteam+*: bob\n"
	    "all: \\bob+a\n");
	expect("bob+Lists", IS_HERE, BOB_EXT("bob+lists", "lists"));
	expect("bob+a+b", IS_HERE, BOB_EXT("bob+a+b", "a+b"));
	expect_part("bob+", IS_HERE, "ext ", 0);
	expect_part("bob+../x", IS_HERE, "ext ", 0);
	expect_part("bob+.x", IS_HERE, "ext ", 0);
	expect("alice+x", IS_HERE, BOB);		/* its own entry */
	expect_part("alice+y", IS_HERE, "ext y\n", 1);
	expect("team", IS_HERE, ALICE);
	expect("team+x", IS_HERE, BOB);
	expect_part("all", IS_HERE, "to \\bob+a@example.org\n", 1);
	expect("+x", IS_NOBODY, NOBODY("+x@example.org"));
	expect("bob-x", IS_NOBODY, NOBODY("bob-x@example.org"));
	expect("carol+x", IS_NOBODY, NOBODY("carol+x@example.org"));
	assert_int_equal(tables_extension(&tables, "-"), 0);
	expect("bob-x", IS_HERE, BOB_EXT("bob-x", "x"));
	expect("bob+x", IS_NOBODY, NOBODY("bob+x@example.org"));
	assert_int_equal(tables_extension(&tables, "+-"), 0);
	expect("bob-x+y", IS_HERE, BOB_EXT("bob-x+y", "x+y"));
	assert_int_equal(tables_extension(&tables, "none"), 0);
	expect("bob+x", IS_NOBODY, NOBODY("bob+x@example.org"));
	CHECK_FAILS(tables_extension(&tables, "x"), EINVAL);
	assert_int_equal(tables_extension(&tables, "+"), 0);
}

static void
test_virtual(void **state)
{
	set_aliases("sales: alice\n");
	set_virtual("sales@example.net bob\n"
	    "bob@example.net alice@example.org, bob@example.org\n"
	    "u+*@example.org alice+%2\nu++@example.org bob%3\n"
	    "no@example.org error:5.7.1:550 no, never\n"
	    "self@example.org self\n"
	    "@example.net %1@example.org\n");
	expect("sales@example.net", IS_HERE, BOB);
	expect("sales", IS_HERE, ALICE);
	expect("bob@example.net", IS_HERE, ALICE BOB);
	expect("bob@example.org", IS_HERE, BOB);
	expect("u+x", IS_HERE, BOB_EXT("bob+x", "x"));
	expect_part("u+", IS_HERE, "to alice+@example.org\n", 1);
	expect("u", IS_NOBODY, NOBODY("u@example.org"));
	expect("no", IS_NOBODY, "to no@example.org\nnever 5.7.1\n"
	    "why no, never\n");
	expect("self", IS_NOBODY, NOBODY("self@example.org"));
	expect("alice@example.net", IS_HERE, ALICE);
	expect("dave@example.net", IS_NOBODY, NOBODY("dave@example.org"));
	expect("alice+x@example.net", IS_HERE, ALICE);
}

/* It takes only what no table knows: alias, virtual user, also with detail. */
static void
test_catch_all(void **state)
{
	set_aliases("sales: bob\nonly@example.net: bob\n");
	set_virtual("@example.net alice@example.org\n"
	    "+*@example.org alice\n");
	expect("bob@example.net", IS_HERE, OTHER_BOB);
	expect_part("bob+x@example.net", IS_HERE, "to bob+x@example.net\n", 1);
	expect("sales@example.net", IS_HERE, BOB);
	expect("only@example.net", IS_HERE, BOB);
	expect("any@example.net", IS_HERE, ALICE);
	expect("any", IS_NOBODY, NOBODY("any@example.org"));
	expect("any+x", IS_HERE, ALICE);
	expect("bob+x", IS_HERE, BOB_EXT("bob+x", "x"));
}

static void
test_domain_aliases(void **state)
{
	set_aliases("sales: alice\npostmaster: alice\n");
	set_domain_aliases("example.net", "team: bob, alice@example.org, x\n"
	    "Sales2@Example.NET: team\nx: error:nouser gone\n");
	expect_part("team@example.net", IS_HERE, OTHER_BOB ALICE, 1);
	expect_part("team@example.net", IS_HERE, "why gone\n", 1);
	expect_part("sales2@example.net", IS_HERE, OTHER_BOB, 1);
	expect("team", IS_NOBODY, NOBODY("team@example.org"));
	expect("sales", IS_HERE, ALICE);
	expect("sales@example.net", IS_NOBODY, NOBODY("sales@example.net"));
	expect("postmaster@example.net", IS_HERE, ALICE);
	expect("bob@example.net", IS_HERE, OTHER_BOB);
	file_put(in(etc, "aliases.d/example.net"), "a@example.org: b\n", 17);
	assert_int_equal(compile("compile-aliases"), 100);
	assert_int_equal(unlink(in(etc, "aliases.d/example.net")), 0);
	assert_int_equal(rmdir(in(etc, "aliases.d")), 0);
}

static void
test_relays(void **state)
{
	static const struct {
		const char *client;
		int yes;
	} cases[] = {
		{ "192.168.1.7", 1 }, { "192.168.10.7", 0 }, { "10.1.2.3", 1 },
		{ "1.0.0.0", 0 }, { "2001:db8::1", 1 }, { "2001:db9::1", 0 },
		{ "::ffff:10.1.1.1", 1 }, { "::1", 0 }, { "unknown", 0 },
		{ "", 0 }, { "host.school.example", 1 },
		{ "school.example", 1 }, { "notschool.example", 0 },
	};
	size_t i;

	set_table("relay-domains", "compile-relays", "192.168.1 # ours\n10.\n"
	    "IPv6:2001:db8\nSchool.Example\n");
	for (i = 0; i < LENGTH(cases); i++)
		CHECK(tables_relays(&tables, cases[i].client,
		    strlen(cases[i].client)) == cases[i].yes, "%s",
		    cases[i].client);
	expect("a@school.example", IS_HERE, "to a@school.example\n"
	    "nexthop mx:school.example\n");
	expect_part("a@x.school.example", IS_HERE, "nexthop ", 1);
	expect_part("a@notschool.example", IS_ELSEWHERE, "nexthop ", 1);
}

/* What a line of bob's file means. */
static void
test_forward(void **state)
{
	static const struct {
		const char *address, *target;
		enum existence e;
		const char *part;
	} cases[] = {
		{ "bob@example.org", "alice", IS_HERE, ALICE },
		{ "bob@example.org", "bob", IS_HERE,
		  "to \\bob@example.org\nuid 1002\n" },
		{ "bob@example.org", "\\bob", IS_HERE,
		  "to \\bob@example.org\nuid 1002\n" },
		{ "bob@example.org", "team", IS_HERE,
		  "to \\bob@example.org\nuid 1002\n" },
		{ "bob+x@example.org", "bob+x", IS_HERE,
		  "to \\bob+x@example.org\nuid 1002\n" },
		{ "bob+x@example.org", "|c d", IS_HERE,
		  "to bob+x@example.org|c d\nuid 1002\ngid 102\nuser \n"
		  "home /home/bob\nprogram c d\n" },
		{ "bob@example.org", "/home/bob/m/", IS_HERE,
		  "mailbox /home/bob/m\nmake 1\n" },
		{ "bob@example.org", "/home/bob/m", IS_HERE,
		  "mbox /home/bob/m\n" },
		{ "bob@example.org", "x@example.com", IS_ELSEWHERE,
		  "nexthop mx:example.com\n" },
		{ "bob@example.org", "carol", IS_NOBODY, "never 5.1.1\n" },
		{ "bob@example.org", ":include:/etc/passwd", IS_UNSURE,
		  "later 4.3.5\n" },
		{ "bob@example.org", "@owner:alice", IS_UNSURE,
		  "later 4.3.5\n" },
		{ "bob@example.org", "error:nouser x", IS_UNSURE,
		  "later 4.3.5\n" },
		{ "carol@example.org", "|x", IS_UNSURE, "later 4.3.0\n" },
		{ "team@example.org", "|x", IS_UNSURE, "later 4.3.0\n" },
	};
	size_t i;

	set_aliases("team: bob, alice\n");
	for (i = 0; i < LENGTH(cases); i++) {
		struct buf out = BUF_MAX(ANSWER_MAX);
		enum existence e = resolve_forward(&tables, "example.org",
		    cases[i].address, strlen(cases[i].address),
		    cases[i].target, strlen(cases[i].target), &out);

		assert_int_equal(buf_add(&out, "", 1), 0);
		CHECK(e == cases[i].e && strstr(out.s, cases[i].part) != NULL,
		    "%s %s: %s %s", cases[i].address, cases[i].target,
		    existence_name(e), shown(out.s, out.len));
		buf_free(&out);
	}
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_users),
		TEST(test_other_hosts),
		TEST(test_routes),
		TEST(test_two_ats),
		TEST(test_aliases),
		TEST(test_circles),
		TEST(test_explain),
		TEST(test_depth),
		TEST(test_too_many),
		TEST(test_system_users),
		TEST(test_missing_tables),
		TEST(test_replaced),
		TEST(test_room),
		TEST(test_lists_in_lists),
		TEST(test_owner),
		TEST(test_owner_edges),
		TEST(test_owner_system),
		TEST(test_programs),
		TEST(test_unused), TEST(test_strangers),
		TEST(test_plain),
		TEST(test_lists),
		TEST(test_owners),
		TEST(test_errors),
		TEST(test_extensions),
		TEST(test_virtual),
		TEST(test_catch_all),
		TEST(test_domain_aliases),
		TEST(test_relays),
		TEST(test_forward),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
