/* test-io - lib/sys/io.c: waits that end with who wanted them. */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"

/* What is waited for, and who wants it: an end of each is ours. */
static int ours, theirs, alive, wanter;

static int
set_up(void **state)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ours = pair[0];
	theirs = pair[1];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	alive = pair[0];
	wanter = pair[1];
	return 0;
}

static int
tear_down(void **state)
{
	close(ours);
	close(theirs);
	close(alive);
	close(wanter);
	return 0;
}

static int64_t
in_ms(int64_t ms)
{
	return clock_mono_ms() + ms;
}

static void
leave(void)
{
	close(wanter);
	wanter = -1;
}

static void
test_wait(void **state)
{
	CHECK_FAILS(io_wait_for(ours, POLLIN, alive, in_ms(10)), ETIMEDOUT);
	CHECK_FAILS(io_wait_for(-1, 0, alive, 0), ETIMEDOUT);
	assert_int_equal(write(theirs, "x", 1), 1);
	assert_int_equal(io_wait_for(ours, POLLIN, alive, in_ms(60000)), 0);
	leave();	/* that counts more than what is there */
	CHECK_FAILS(io_wait_for(ours, POLLIN, alive, in_ms(60000)), ECANCELED);
	CHECK_FAILS(io_wait_for(-1, 0, alive, 0), ECANCELED);
	assert_int_equal(io_wait_for(ours, POLLIN, -1, in_ms(60000)), 0);
	assert_int_equal(io_wait(ours, POLLIN, in_ms(60000)), 0);
}

/* It wants no more, but listens; or it has sent something. */
static void
test_half_closed(void **state)
{
	assert_int_equal(write(wanter, "x", 1), 1);
	CHECK_FAILS(io_wait_for(ours, POLLIN, alive, in_ms(10)), ETIMEDOUT);
	assert_int_equal(shutdown(wanter, SHUT_WR), 0);
	CHECK_FAILS(io_wait_for(ours, POLLIN, alive, in_ms(10)), ETIMEDOUT);
	leave();
	CHECK_FAILS(io_wait_for(ours, POLLIN, alive, in_ms(60000)), ECANCELED);
}

static void
test_write(void **state)
{
	static char much[8 << 20];
	int pipe_of[2];

	CHECK_FAILS(io_write_for(ours, much, sizeof(much), alive, in_ms(10)),
	    ETIMEDOUT);
	leave();
	CHECK_FAILS(io_write_for(ours, much, sizeof(much), alive,
	    in_ms(60000)), ECANCELED);
	/* What needs no wait goes; what is no socket is waited for first. */
	while (recv(theirs, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(io_write_for(ours, "x", 1, alive, in_ms(60000)), 0);
	assert_int_equal(pipe2(pipe_of, O_NONBLOCK), 0);
	CHECK_FAILS(io_write_for(pipe_of[1], "x", 1, alive, in_ms(60000)),
	    ECANCELED);
	assert_int_equal(io_write(pipe_of[1], "x", 1, in_ms(60000)), 0);
	close(pipe_of[0]);
	close(pipe_of[1]);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_wait),
		TEST(test_half_closed),
		TEST(test_write),
	};

	return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
