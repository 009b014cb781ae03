/* test-login - lib/net/login.c, with mail-login played here */
#include "unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "net/login.h"
#include "sys/clock.h"
#include "sys/unixsock.h"

static int pair[2];		/* the front's end, mail-login's */

static int
pair_setup(void **state)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int
pair_teardown(void **state)
{
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static int
ask(const char *user, const char *secret, size_t n, struct login_answer *a)
{
	const struct login_question q = { .user = user,
	    .user_n = strlen(user), .secret = secret, .secret_n = n,
	    .turned = strcmp(user, "turned") == 0 };

	return login_ask(pair[0], &q, a, clock_mono_ms() + 50);
}

/* What mail-login has got, or "" */
static const char *
got(void)
{
	static char record[4096];
	ssize_t n = unix_recv(pair[1], record, sizeof(record) - 1, NULL,
	    MSG_DONTWAIT);

	record[n > 0 ? n : 0] = '\0';
	return record;
}

static void
questions(void **state)
{
	struct login_answer a;

	CHECK_FAILS(ask("bob", "foo", 3, &a), ETIMEDOUT);
	assert_string_equal(got(), "user bob\nsecret Zm9v\n");
	CHECK_FAILS(ask("turned", "\xff", 1, &a), ETIMEDOUT);
	assert_string_equal(got(), "user turned\nsecret /w==\ntls yes\n");
	CHECK_FAILS(ask("bob", "", 0, &a), ETIMEDOUT);
	assert_string_equal(got(), "user bob\nsecret \n");
	CHECK_FAILS(ask(many('u', 511), many('s', 511), 511, &a), ETIMEDOUT);
	assert_int_equal(strlen(got()), 5 + 511 + 1 + 7 + 684 + 1);
}

/* What nobody can have is not asked for. */
static void
impossible(void **state)
{
	struct login_answer a = { .session = 7 };

	assert_int_equal(ask("", "x", 1, &a), 0);
	assert_int_equal(a.verdict, LOGIN_NO);
	assert_int_equal(a.session, -1);
	assert_int_equal(ask("a\tb", "x", 1, &a), 0);
	assert_int_equal(ask("a\x7f", "x", 1, &a), 0);
	assert_int_equal(ask(many('u', 512), "x", 1, &a), 0);
	assert_int_equal(ask("bob", many('s', 512), 512, &a), 0);
	assert_int_equal(ask("bob", "a\0b", 3, &a), 0);
	assert_string_equal(got(), "");
}

static const struct {
	const char *in;
	int passes;		/* a descriptor comes with it */
	int verdict;		/* -1: no answer */
	unsigned wait_s;
} answers[] = {
	{ "verdict no\n", 0, LOGIN_NO, 0 },
	{ "verdict later\nwait 12\n", 0, LOGIN_LATER, 12 },
	{ "verdict later\nwait 0\n", 0, LOGIN_LATER, 0 },
	{ "verdict yes\n", 1, LOGIN_YES, 0 },
	{ "verdict yes\n", 0, -1, 0 },
	{ "verdict no\n", 1, -1, 0 },
	{ "verdict later\nwait x\n", 0, -1, 0 },
	{ "wait 1\n", 0, -1, 0 },
	{ "verdict no", 0, -1, 0 },
	{ "x", 0, -1, 0 },
};

static void
verdicts(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		struct login_answer a;
		int r;

		assert_int_equal(unix_send(pair[1], answers[i].in,
		    strlen(answers[i].in), answers[i].passes ? 1 : -1, 0), 0);
		errno = 0;
		r = ask("bob", "foo", 3, &a);
		CHECK((r == 0 ? (int)a.verdict : -1) == answers[i].verdict &&
		    (r == 0 || errno == EPROTO), "%s: %d", answers[i].in, r);
		CHECK(r == -1 || a.wait_s == answers[i].wait_s, "%s",
		    answers[i].in);
		CHECK((a.session != -1) == (answers[i].verdict == LOGIN_YES),
		    "%s", answers[i].in);
		if (a.session != -1)
			close(a.session);
		(void)got();
	}
	close(pair[1]);
	pair[1] = -1;
	CHECK_FAILS(ask("bob", "foo", 3, &(struct login_answer){ .session = -1 }),
	    EPIPE);
}

static void
handed(void **state)
{
	static char rest[HANDOVER_REST + 1], record[HANDOVER_REST + 100];

	memset(rest, 'x', sizeof(rest));
	assert_int_equal(login_hand_over(dup(pair[0]), "", "a\0b", 3), 0);
	assert_int_equal(unix_recv(pair[1], record, sizeof(record), NULL, 0), 8);
	assert_memory_equal(record, "tag \na\0b", 8);
	assert_int_equal(login_hand_over(dup(pair[0]), "a1", rest,
	    HANDOVER_REST), 0);
	assert_int_equal(unix_recv(pair[1], record, sizeof(record), NULL, 0),
	    HANDOVER_REST + 7);
	CHECK_FAILS(login_hand_over(dup(pair[0]), "", rest, HANDOVER_REST + 1),
	    EMSGSIZE);
	CHECK_FAILS(login_hand_over(dup(pair[0]), many('t', HANDOVER_TAG + 1),
	    "", 0), EMSGSIZE);
	close(pair[1]);
	pair[1] = -1;
	CHECK_FAILS(login_hand_over(dup(pair[0]), "", "", 0), EPIPE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(questions, pair_setup,
		    pair_teardown),
		cmocka_unit_test_setup_teardown(impossible, pair_setup,
		    pair_teardown),
		cmocka_unit_test_setup_teardown(verdicts, pair_setup,
		    pair_teardown),
		cmocka_unit_test_setup_teardown(handed, pair_setup,
		    pair_teardown),
	};

	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
