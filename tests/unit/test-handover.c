/* test-handover - lib/net/handover.c */
#include "unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "net/handover.h"
#include "sys/clock.h"

#define SOON_MS	5000

static struct wire w;
static int ours, theirs;

static int
set_up(void **state)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s), 0);
	ours = s[0];
	theirs = s[1];
	memset(&w, 0, sizeof(w));
	return 0;
}

static int
tear_down(void **state)
{
	close(ours);
	if (theirs != -1)
		close(theirs);
	return 0;
}

static int
take(const char *p, size_t n, char *tag, size_t cap)
{
	assert_int_equal(write(theirs, p, n), n);
	return handover_take(ours, &w, tag, cap, clock_mono_ms() + SOON_MS);
}

static void
test_ready(void **state)
{
	char record[20];

	assert_int_equal(handover_ready(ours), 0);
	assert_int_equal(read(theirs, record, sizeof(record)), 6);
	assert_memory_equal(record, "ready\n", 6);
	close(theirs);
	theirs = -1;
	CHECK_FAILS(handover_ready(ours), EPIPE);
}

static void
test_take(void **state)
{
	char tag[10];

	assert_int_equal(take(OCTETS("tag \n"), tag, 1), 0);
	assert_string_equal(tag, "");
	assert_true(w.at == 0 && w.n == 0);
	assert_int_equal(take(OCTETS("tag a1\nLIST\r\n\0x"), tag, 10), 0);
	assert_string_equal(tag, "a1");
	assert_true(w.at == 0 && w.n == 8);
	assert_memory_equal(w.in_buf, "LIST\r\n\0x", 8);
}

static void
test_most(void **state)
{
	static char record[5 + WIRE_IN + 1] = "tag \n";
	char tag[1];

	memset(record + 5, 'x', WIRE_IN + 1);
	assert_int_equal(take(record, 5 + WIRE_IN, tag, 1), 0);
	assert_int_equal(w.n, WIRE_IN);
	CHECK_FAILS(take(record, 5 + WIRE_IN + 1, tag, 1), EMSGSIZE);
}

static void
test_refused(void **state)
{
	static const struct {
		const char	*p;
		size_t		 n;
		int		 e;
	} cases[] = {
		{ OCTETS("tag"), EINVAL }, { OCTETS("tag \r\n"), EINVAL },
		{ OCTETS("tag"), EINVAL }, { OCTETS("tag\n"), EINVAL },
		{ OCTETS("\n"), EINVAL }, { OCTETS("LIST\r\n"), EINVAL },
		{ OCTETS("gat \n"), EINVAL }, { OCTETS("tag x\n"), EMSGSIZE },
	};
	char tag[70];
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		errno = 0;
		CHECK(take(cases[i].p, cases[i].n, tag, 1) == -1 && errno ==
		    cases[i].e, "%s: errno %d", shown(cases[i].p, cases[i].n),
		    errno);
	}
	CHECK_FAILS(take(OCTETS("tag 0123456789012345678901234567890123456789"
	    "01234567890123456789\n"), tag, sizeof(tag)), EMSGSIZE);
}

static void
test_nobody(void **state)
{
	char tag[1];

	CHECK_FAILS(handover_take(ours, &w, tag, 1, clock_mono_ms() + 20),
	    ETIMEDOUT);
	close(theirs);
	theirs = -1;
	CHECK_FAILS(handover_take(ours, &w, tag, 1, clock_mono_ms() + SOON_MS),
	    ECONNRESET);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_ready),
		TEST(test_take),
		TEST(test_most),
		TEST(test_refused),
		TEST(test_nobody),
	};

	return cmocka_run_group_tests_name("handover", tests, NULL, NULL);
}
