/* test-wire - lib/net/wire.c and lib/sys/io.c below it, on a socket pair. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/wire.h"
#include "sys/clock.h"
#include "sys/io.h"

#define SHORT_MS	60	/* a deadline that is to pass */
#define SLACK_MS	3000	/* a busy machine */

static struct wire w;
static int client;
static int by_itself;		/* the socket waits, not poll(2) */

static void
set_timeout(int ms)
{
	w.timeout_ms = ms;
	if (by_itself) {
		wire_begin(&w);
		assert_true(w.is_socket);
	}
}

static int
set_up(void **state)
{
	int s[2];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	memset(&w, 0, sizeof(w));
	w.in = w.out = s[0];
	client = s[1];
	by_itself = *state != NULL;
	set_timeout(10000);
	w.end_ms = clock_mono_ms() + 60000;
	alarm(30);		/* what hangs is to fail */
	return 0;
}

static int
tear_down(void **state)
{
	alarm(0);
	close(w.in);
	if (client != -1)
		close(client);
	return 0;
}

static void
feed(const char *s, size_t n)
{
	assert_int_equal(write(client, s, n), n);
}

/* What the client has got so far. */
static size_t
received(char *room, size_t n)
{
	ssize_t r = recv(client, room, n, MSG_DONTWAIT);

	return r < 0 ? 0 : (size_t)r;
}

static const struct {
	const char *in;
	size_t n;
	const char *line;
	size_t line_n;
} lines[] = {
	{ OCTETS("QUIT\r\n"), OCTETS("QUIT") },
	{ OCTETS("QUIT\n"), OCTETS("QUIT") },
	{ OCTETS("\r\n"), OCTETS("") },
	{ OCTETS("\n"), OCTETS("") },
	{ OCTETS("a\r\r\n"), OCTETS("a\r") },
	{ OCTETS("a\rb\r\n"), OCTETS("a\rb") },
	{ OCTETS("a\0b\r\n"), OCTETS("a\0b") },
	{ OCTETS(" a \xff\r\n"), OCTETS(" a \xff") },
};

static void
test_lines(void **state)
{
	char line[100];
	size_t i;

	for (i = 0; i < LENGTH(lines); i++)	/* all at once */
		feed(lines[i].in, lines[i].n);
	for (i = 0; i < LENGTH(lines); i++) {
		CHECK(wire_line(&w, line, sizeof(line)) ==
		    (ssize_t)lines[i].line_n && memcmp(line, lines[i].line,
		    lines[i].line_n + 1) == 0, "%s: %s",
		    shown(lines[i].in, lines[i].n), shown(line, 10));
	}
	close(client);
	client = -1;
	CHECK_FAILS((int)wire_line(&w, line, sizeof(line)), ECONNRESET);
}

/* Whether one line ended with CRLF is kept; in doubt one did. */
static void
test_had_crlf(void **state)
{
	char line[4];

	feed("a\nb\rc\n\n", 7);
	while (w.at < w.n || w.n == 0)
		assert_true(wire_line(&w, line, 4) >= 0);
	assert_int_equal(w.had_crlf, 0);
	feed("\r\na\n", 4);
	assert_int_equal(wire_line(&w, line, 4), 0);
	assert_int_equal(w.had_crlf, 1);
	assert_int_equal(wire_line(&w, line, 4), 1);
	assert_int_equal(w.had_crlf, 1);
	w.had_crlf = 0;
	feed("long\n", 5);
	CHECK_FAILS((int)wire_line(&w, line, 4), EMSGSIZE);
	assert_int_equal(w.had_crlf, 1);
}

/* Of what was read nothing stays, what is unread does. */
static void
test_forget(void **state)
{
	char line[20];
	size_t i;

	feed("a long secret\n", 14);
	assert_int_equal(wire_line(&w, line, 20), 13);
	feed("next\nmore", 9);
	assert_int_equal(wire_line(&w, line, 20), 4);
	wire_forget(&w);
	for (i = 0; i < WIRE_IN; i++)
		CHECK(w.in_buf[i] == (i > 4 && i < 9 ? "more"[i - 5] : 0),
		    "octet %zu is %d", i, w.in_buf[i]);
	feed("\n", 1);
	assert_int_equal(wire_line(&w, line, 20), 4);
	assert_string_equal(line, "more");
}

/* A line that the client never ended is no line. */
static void
test_half_line(void **state)
{
	char line[100];

	feed("QUI", 3);
	close(client);
	client = -1;
	CHECK_FAILS((int)wire_line(&w, line, sizeof(line)), ECONNRESET);
}

/* Lines around the room for them (a CR needs room too), and around in_buf's
 * size: the long one is read to its end and the next one is whole. */
static void
test_lengths(void **state)
{
	static const struct {
		size_t n, cap;
	} cases[] = {
		{ 0, 1 }, { 0, 2 }, { 1, 1 }, { 1, 2 }, { 1, 3 }, { 509, 512 },
		{ 510, 512 }, { 511, 512 }, { 512, 512 }, { 513, 512 },
		{ 4000, 512 }, { WIRE_IN - 2, 512 }, { WIRE_IN - 1, 512 },
		{ WIRE_IN, 512 }, { WIRE_IN - 2, 20000 },
		{ WIRE_IN - 1, 20000 }, { WIRE_IN, 20000 },
		{ WIRE_IN + 1, 20000 }, { 60000, 512 }, { 60000, 70000 },
	};
	char *in = malloc(70000), *line;
	size_t i, crlf;

	assert_non_null(in);
	for (i = 0; i < LENGTH(cases); i++)
		for (crlf = 0; crlf < 2; crlf++) {
			size_t n = cases[i].n, cap = cases[i].cap;
			int fits = n + crlf <= cap - 1;
			ssize_t r;

			line = malloc(cap);
			assert_non_null(line);
			memset(in, 'x', n);
			memcpy(in + n, crlf ? "\r\n" : "\n", 2);
			feed(in, n + 1 + crlf);
			feed("end\n", 4);
			r = wire_line(&w, line, cap);
			CHECK(r == (fits ? (ssize_t)n : -1) &&
			    (r != -1 || errno == EMSGSIZE),
			    "%zu octets with %s into %zu: %zd", n,
			    crlf ? "CRLF" : "LF", cap, r);
			if (r != -1)
				assert_true(line[n] == '\0' &&
				    memcmp(line, in, n) == 0);
			free(line);
			line = malloc(4);
			assert_int_equal(wire_line(&w, line, 4), 3);
			assert_string_equal(line, "end");
			free(line);
		}
	free(in);
}

/* The client's pipelining decides how many packets the replies take. */
static void
test_replies_wait(void **state)
{
	char line[100], got[100];

	feed("one\r\ntwo\r\nthr", 13);
	assert_int_equal(wire_line(&w, line, 100), 3);
	assert_int_equal(wire_put(&w, "1\r\n", 3), 0);
	assert_int_equal(wire_line(&w, line, 100), 3);
	assert_int_equal(wire_put(&w, "2\r\n", 3), 0);
	assert_int_equal(received(got, 100), 0);
	set_timeout(SHORT_MS);
	CHECK_FAILS((int)wire_line(&w, line, 100), ETIMEDOUT);
	assert_int_equal(received(got, 100), 6);
	assert_memory_equal(got, "1\r\n2\r\n", 6);
	assert_int_equal(wire_put(&w, "3\r\n", 3), 0);
	assert_int_equal(received(got, 100), 0);
	assert_int_equal(wire_flush(&w), 0);
	assert_int_equal(received(got, 100), 3);
	assert_int_equal(wire_flush(&w), 0);
	assert_int_equal(received(got, 100), 0);
}

/* More than out_buf holds, in all ways: nothing is lost or out of order. */
static void
test_long_replies(void **state)
{
	static const size_t sizes[] = { 1, WIRE_OUT - 1, WIRE_OUT,
	    WIRE_OUT + 1, 3 * WIRE_OUT, 7, WIRE_OUT - 7, 1, 8 };
	char *out = malloc(4 * WIRE_OUT), *got = malloc(10 * WIRE_OUT);
	size_t i, total = 0, n = 0;

	assert_true(out != NULL && got != NULL);
	for (i = 0; i < LENGTH(sizes); i++) {
		memset(out, 'a' + (int)i, sizes[i]);
		assert_int_equal(wire_put(&w, out, sizes[i]), 0);
		total += sizes[i];
	}
	assert_int_equal(wire_flush(&w), 0);
	while (n < total) {
		size_t r = received(got + n, 10 * WIRE_OUT - n);

		assert_int_not_equal(r, 0);
		n += r;
	}
	assert_int_equal(n, total);
	for (n = i = 0; i < LENGTH(sizes); n += sizes[i++])
		CHECK(got[n] == 'a' + (int)i &&
		    got[n + sizes[i] - 1] == 'a' + (int)i, "piece %zu", i);
	free(out);
	free(got);
}

static void
test_fill(void **state)
{
	char line[100];

	feed("one\r\ndata", 9);
	assert_int_equal(wire_line(&w, line, 100), 3);
	assert_int_equal(wire_fill(&w), 4);
	assert_memory_equal(w.in_buf + w.at, "data", 4);
	assert_int_equal(wire_fill(&w), 4);	/* still there */
	w.at += 4;
	feed("more", 4);
	assert_int_equal(wire_fill(&w), 4);
	assert_memory_equal(w.in_buf + w.at, "more", 4);
	w.at += 4;
	assert_int_equal(wire_put(&w, "bye", 3), 0);
	shutdown(client, SHUT_WR);
	assert_int_equal(wire_fill(&w), 0);
	assert_int_equal(received(line, 100), 3);
}

/* A line has one deadline, however its octets trickle: a child feeds one every
 * 20 ms. */
static void
test_trickle(void **state)
{
	int64_t start = clock_mono_ms();
	char line[100];
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		int i;

		for (i = 0; i < 100 && write(client, "x", 1) == 1; i++)
			usleep(20000);
		_exit(0);
	}
	set_timeout(200);
	CHECK_FAILS((int)wire_line(&w, line, sizeof(line)), ETIMEDOUT);
	assert_in_range(clock_mono_ms() - start, 200, 1500);
	kill(pid, SIGKILL);
}

/* The session's end comes before the wait's. */
static void
test_session_end(void **state)
{
	int64_t start = clock_mono_ms();
	char line[100];

	set_timeout(by_itself ? 2 * SHORT_MS : 2 * SLACK_MS);
	w.end_ms = start + SHORT_MS;
	CHECK_FAILS((int)wire_line(&w, line, sizeof(line)), ETIMEDOUT);
	assert_in_range(clock_mono_ms() - start, SHORT_MS, SLACK_MS);
	set_timeout(2 * SLACK_MS);
	start = clock_mono_ms();
	CHECK_FAILS((int)wire_line(&w, line, sizeof(line)), ETIMEDOUT);
	assert_in_range(clock_mono_ms() - start, 0, SLACK_MS);
	CHECK_FAILS((int)wire_fill(&w), ETIMEDOUT);
}

/* Replies go when the client waits for them, and only then. */
static void
test_hand_over(void **state)
{
	char line[100], got[100];

	feed("one\r\ntwo\r\n", 10);
	assert_int_equal(wire_line(&w, line, 100), 3);
	assert_int_equal(wire_put(&w, "1\r\n", 3), 0);
	assert_int_equal(wire_hand_over(&w), 0);
	assert_int_equal(received(got, 100), 0);
	assert_int_equal(wire_line(&w, line, 100), 3);
	assert_int_equal(wire_put(&w, "2\r\n", 3), 0);
	assert_int_equal(wire_hand_over(&w), 0);
	assert_int_equal(received(got, 100), 6);
	close(client);
	client = -1;
	assert_int_equal(wire_put(&w, "3\r\n", 3), 0);
	CHECK_FAILS(wire_hand_over(&w), EPIPE);
}

/* Input from a pipe: a session by hand, or in a test. */
static void
test_no_socket(void **state)
{
	char line[100];
	int p[2], in = w.in;

	assert_int_equal(pipe(p), 0);
	w.in = p[0];
	w.timeout_ms = SHORT_MS;
	if (by_itself)
		wire_begin(&w);
	assert_int_equal(w.is_socket, 0);
	assert_int_equal(write(p[1], "QUIT\r\nx", 7), 7);
	assert_int_equal(wire_line(&w, line, 100), 4);
	CHECK_FAILS((int)wire_line(&w, line, 100), ETIMEDOUT);
	close(p[1]);
	CHECK_FAILS((int)wire_line(&w, line, 100), ECONNRESET);
	close(p[0]);
	w.in = in;
}

/* A client that reads nothing: the writer has its deadline too, in whatever
 * room the system has for it. */
static void
test_client_reads_nothing(void **state)
{
	static const int rooms[] = { 2304, 8192, 30000, 200000 };
	char piece[5000];
	size_t i;

	memset(piece, 'x', sizeof(piece));
	set_timeout(SHORT_MS);
	for (i = 0; i < LENGTH(rooms); i++) {
		int64_t start = clock_mono_ms();
		int n;

		assert_int_equal(setsockopt(w.out, SOL_SOCKET, SO_SNDBUF,
		    rooms + i, sizeof(*rooms)), 0);
		for (n = 0; wire_put(&w, piece, sizeof(piece)) == 0; n++)
			assert_in_range(n, 0, 10000);
		assert_int_equal(errno, ETIMEDOUT);
		assert_in_range(clock_mono_ms() - start, SHORT_MS, SLACK_MS);
	}
}

static void
test_client_gone(void **state)
{
	char line[100];

	close(client);
	client = -1;
	assert_int_equal(wire_put(&w, "x", 1), 0);
	CHECK_FAILS(wire_flush(&w), EPIPE);
	assert_int_equal(wire_put(&w, "x", 1), 0);
	CHECK_FAILS((int)wire_line(&w, line, sizeof(line)), EPIPE);
}

/* Reading in full: whole, with an early end, with a deadline. */
static void
test_read_full(void **state)
{
	int64_t start;
	char got[10];

	feed("abcdef", 6);
	assert_int_equal(io_read_full(w.in, got, 4, clock_mono_ms() + 1000), 4);
	assert_memory_equal(got, "abcd", 4);
	start = clock_mono_ms();
	CHECK_FAILS((int)io_read_full(w.in, got, 4, start + SHORT_MS),
	    ETIMEDOUT);
	assert_in_range(clock_mono_ms() - start, SHORT_MS, SLACK_MS);
	feed("gh", 2);
	shutdown(client, SHUT_WR);
	assert_int_equal(io_read_full(w.in, got, 4, -1), 2);
	assert_memory_equal(got, "gh", 2);
}

/* Not every descriptor is a socket: a pipe's reader that sleeps, and a file. */
static void
test_write_to_pipe(void **state)
{
	int64_t start = clock_mono_ms();
	char *big = calloc(1, 300000), one[4096];
	int p[2], n = 0;

	assert_non_null(big);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(io_write(p[1], "abc", 3, start + 1000), 0);
	assert_int_equal(read(p[0], one, 10), 3);
	CHECK_FAILS(io_write(p[1], big, 300000, start + SHORT_MS), ETIMEDOUT);
	assert_in_range(clock_mono_ms() - start, SHORT_MS, SLACK_MS);
	while (read(p[0], one, sizeof(one)) > 0)
		n++;
	assert_in_range(n, 1, 300000 / 4096);
	close(p[0]);
	CHECK_FAILS(io_write(p[1], "x", 1, -1), EPIPE);
	close(p[1]);
	free(big);
}

/* Waiting: for input, with replies sent first; for its deadline and the session's;
 * and for a peer's end. */
static void
test_wait(void **state)
{
	int64_t start = clock_mono_ms();
	char line[10];
	int peer[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, peer), 0);
	assert_int_equal(wire_put(&w, "x", 1), 0);
	CHECK_FAILS(wire_wait(&w, peer[0], start + SHORT_MS), ETIMEDOUT);
	assert_in_range(clock_mono_ms() - start, SHORT_MS, SLACK_MS);
	assert_int_equal(read(client, line, 10), 1);
	w.end_ms = clock_mono_ms() + SHORT_MS;
	CHECK_FAILS(wire_wait(&w, -1, start + 60000), ETIMEDOUT);
	w.end_ms = start + 60000;
	assert_int_equal(write(peer[1], "y", 1), 1);	/* is not looked at */
	feed("a\nb\n", 4);
	assert_int_equal(wire_wait(&w, peer[0], start + 60000), 0);
	assert_int_equal(wire_line(&w, line, 10), 1);
	close(peer[1]);
	assert_int_equal(wire_wait(&w, peer[0], start), 0);	/* unread */
	assert_int_equal(wire_line(&w, line, 10), 1);
	CHECK_FAILS(wire_wait(&w, peer[0], start + 60000), ECONNRESET);
	close(peer[0]);
}

int
main(void)
{
#define BOTH(f) \
	{ #f, f, set_up, tear_down, NULL }, \
	{ #f "_by_itself", f, set_up, tear_down, &by_itself }
	static const struct CMUnitTest tests[] = {
		BOTH(test_lines),
		BOTH(test_had_crlf),
		BOTH(test_forget),
		BOTH(test_half_line),
		BOTH(test_lengths),
		BOTH(test_replies_wait),
		BOTH(test_long_replies),
		BOTH(test_fill),
		BOTH(test_hand_over),
		BOTH(test_wait),
		BOTH(test_no_socket),
		BOTH(test_trickle),
		BOTH(test_session_end),
		BOTH(test_client_reads_nothing),
		BOTH(test_client_gone),
		BOTH(test_read_full),
		BOTH(test_write_to_pipe),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
