/* test-starttls - lib/net/starttls.c: both ways to TLS. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/starttls.h"
#include "sys/clock.h"
#include "sys/unixsock.h"

static struct wire w;
static int client;

static void
pair(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
}

static int
set_up(void **state)
{
	int s[2];

	signal(SIGPIPE, SIG_IGN);
	unsetenv("UCSPITLS");
	unsetenv("SSLCTLFD");
	unsetenv("SSLREADFD");
	unsetenv("SSLWRITEFD");
	pair(s);
	memset(&w, 0, sizeof(w));
	w.in = s[0];
	w.out = dup(s[0]);
	client = s[1];
	w.timeout_ms = 10000;
	w.end_ms = clock_mono_ms() + 60000;
	wire_begin(&w);
	alarm(30);
	return 0;
}

static int
tear_down(void **state)
{
	alarm(0);
	close(w.in);
	close(w.out);
	close(client);
	return 0;
}

static void
set_fd(const char *name, int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	setenv(name, number, 1);
}

static void
say_line(const char *line)
{
	assert_int_equal(wire_put(&w, line, strlen(line)), 0);
	assert_int_equal(wire_flush(&w), 0);
}

static void
expect(int fd, const char *what)
{
	char got[64];
	ssize_t n = recv(fd, got, sizeof(got), MSG_DONTWAIT);

	assert_int_equal(n, strlen(what));
	assert_memory_equal(got, what, strlen(what));
}

static void
test_none(void **state)
{
	struct starttls t;

	assert_int_equal(starttls_find(&t, NULL, &w), 0);
	CHECK_FAILS(starttls_ask(&t, &w, "x"), ENOTCONN);
	setenv("UCSPITLS", "1", 1);
	assert_int_equal(starttls_find(&t, NULL, &w), 0);
	setenv("SSLCTLFD", "3", 1);
	setenv("SSLREADFD", "four", 1);
	setenv("SSLWRITEFD", "5", 1);
	assert_int_equal(starttls_find(&t, NULL, &w), 0);
	setenv("SSLREADFD", "99999999999999999999", 1);
	assert_int_equal(starttls_find(&t, NULL, &w), 0);
	setenv("SSLREADFD", "-1", 1);
	assert_int_equal(starttls_find(&t, NULL, &w), 0);
}

static void
test_wrapper(void **state)
{
	struct starttls t;
	int ctl[2], clear[2];

	pair(ctl);
	pair(clear);
	setenv("UCSPITLS", "1", 1);
	set_fd("SSLCTLFD", ctl[1]);
	set_fd("SSLREADFD", clear[1]);
	set_fd("SSLWRITEFD", clear[1]);
	assert_int_equal(starttls_find(&t, NULL, &w), 1);
	assert_int_equal(starttls_ask(&t, &w, "x"), 0);
	expect(ctl[0], "y");
	assert_int_equal(wire_put(&w, "220\r\n", 5), 0);
	assert_int_equal(starttls_turn(&t, &w), 0);
	expect(client, "220\r\n");
	say_line("250\r\n");
	expect(clear[0], "250\r\n");
	assert_int_equal(send(clear[0], "NOOP\r\n", 6, 0), 6);
	assert_int_equal(wire_fill(&w), 6);
	close(clear[0]);
	close(ctl[0]);
	close(ctl[1]);
}

static void
test_wrapper_gone(void **state)
{
	struct starttls t;
	int ctl[2], clear[2];

	pair(ctl);
	pair(clear);
	setenv("UCSPITLS", "1", 1);
	set_fd("SSLCTLFD", ctl[1]);
	set_fd("SSLREADFD", clear[1]);
	set_fd("SSLWRITEFD", clear[1]);
	assert_int_equal(starttls_find(&t, NULL, &w), 1);
	close(ctl[0]);
	CHECK_FAILS(starttls_ask(&t, &w, "x"), EPIPE);
	say_line("454\r\n");
	expect(client, "454\r\n");	/* the session goes on in the clear */
	close(ctl[1]);
	close(clear[0]);
	close(clear[1]);
}

static void
test_unread(void **state)
{
	struct starttls t = { .ctl = -1 };

	assert_int_equal(send(client, "EVIL\r\n", 6, 0), 6);
	assert_int_equal(wire_fill(&w), 6);
	CHECK_FAILS(starttls_turn(&t, &w), EPROTO);
}

static void
test_service(void **state)
{
	char *folder = folder_make(), record[64];
	const char *path = in(folder, "tls");
	struct sockaddr_un at;
	struct starttls t;
	int listen_fd = unix_listen(path, SOCK_STREAM, 0600, 5), clear, given;
	ssize_t n;

	assert_true(listen_fd >= 0);
	assert_int_equal(unix_addr(&at, path), 0);
	assert_int_equal(starttls_find(&t, &at, &w), 1);
	assert_int_equal(starttls_ask(&t, &w, "192.0.2.1"), 0);
	clear = unix_accept(listen_fd, 0);
	n = unix_recv(clear, record, sizeof(record), &given, 0);
	assert_int_equal(n, strlen("client 192.0.2.1\n"));
	assert_memory_equal(record, "client 192.0.2.1\n", n);
	assert_true(given >= 0);
	assert_int_equal(wire_put(&w, "220\r\n", 5), 0);
	assert_int_equal(starttls_turn(&t, &w), 0);
	expect(client, "220\r\n");
	say_line("250\r\n");
	expect(clear, "250\r\n");
	/* The service has the connection alone. */
	assert_int_equal(send(given, "tls", 3, 0), 3);
	expect(client, "tls");
	close(given);
	assert_int_equal(recv(client, record, sizeof(record), MSG_DONTWAIT), 0);
	close(listen_fd);
	close(clear);
	folder_remove(folder);
}

static void
test_service_gone(void **state)
{
	char *folder = folder_make();
	struct sockaddr_un at;
	struct starttls t;

	assert_int_equal(unix_addr(&at, in(folder, "tls")), 0);
	assert_int_equal(starttls_find(&t, &at, &w), 1);
	CHECK_FAILS(starttls_ask(&t, &w, "x"), ENOENT);
	say_line("454\r\n");
	expect(client, "454\r\n");
	folder_remove(folder);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_none),
		CASE(test_wrapper),
		CASE(test_wrapper_gone),
		CASE(test_unread),
		CASE(test_service),
		CASE(test_service_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
