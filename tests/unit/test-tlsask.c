/* test-tlsask - lib/net/tlsask.c, with a stand-in for tls-client. */
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/tlsask.h"
#include "sys/clock.h"
#include "sys/unixsock.h"

#define IN_TIME	(clock_mono_ms() + 10000)
#define QUESTION \
	"host mail.example.org\npolicy verify\nname a.example\n"

static const struct tls_question question = { .host = "mail.example.org",
	.policy = TLS_VERIFY, .names = 1, .name = { "a.example" } };

/* The stand-in: it takes one question, checks it, says its lines, in pieces of
 * so many octets, and sends a word on the connection that it was handed. */
struct stand_in {
	int		 listen_fd;
	const char	*says;
	size_t		 piece;
	int		 stays;		/* and is still there afterwards */
	char		 asked[TLS_QUESTION + 1];
	pthread_t	 thread;
};

static char *folder;
static struct sockaddr_un at;
static int server, connection;

static void *
stand_in(void *arg)
{
	struct stand_in *s = arg;
	int fd = unix_accept(s->listen_fd, 0), given = -1;
	ssize_t n = unix_recv(fd, s->asked, sizeof(s->asked) - 1, &given, 0);
	size_t len = strlen(s->says), i;
	char c;

	s->asked[n > 0 ? n : 0] = '\0';
	for (i = 0; i < len; i += s->piece) {
		size_t k = len - i < s->piece ? len - i : s->piece;

		(void)!send(fd, s->says + i, k, MSG_NOSIGNAL);
		usleep(1000);
	}
	(void)!send(given, "hello", 5, MSG_NOSIGNAL);
	if (s->stays)
		(void)!recv(fd, &c, 1, 0);
	close(given);
	close(fd);
	return NULL;
}

static void
begin(struct stand_in *s)
{
	s->listen_fd = unix_listen(in(folder, "tls"), SOCK_STREAM, 0600, 5);
	assert_true(s->listen_fd >= 0);
	assert_int_equal(pthread_create(&s->thread, NULL, stand_in, s), 0);
}

static void
finish(struct stand_in *s)
{
	pthread_join(s->thread, NULL);
	close(s->listen_fd);
	assert_string_equal(s->asked, QUESTION);
}

static int
set_up(void **state)
{
	int s[2];

	alarm(30);
	folder = folder_make();
	assert_int_equal(unix_addr(&at, in(folder, "tls")), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	connection = s[0];
	server = s[1];
	return 0;
}

static int
tear_down(void **state)
{
	alarm(0);
	close(connection);
	close(server);
	folder_remove(folder);
	return 0;
}

/* What follows the line is the clear side's, and stays unread. */
static void
test_ok(void **state)
{
	static const size_t pieces[] = { 1, 7, 1000 };
	size_t i;

	for (i = 0; i < LENGTH(pieces); i++) {
		struct stand_in s = { .says = "ok TLSv1.2 AES128-SHA "
		    "unverified\n220 mail\r\n", .piece = pieces[i] };
		struct tls_answer a;
		char got[20] = "";
		int fd;

		begin(&s);
		fd = tls_ask(&at, connection, &question, IN_TIME, &a);
		assert_true(fd >= 0);
		finish(&s);
		assert_true(a.yes && !a.verified);
		assert_string_equal(a.protocol, "TLSv1.2");
		assert_string_equal(a.cipher, "AES128-SHA");
		assert_int_equal(recv(fd, got, sizeof(got), MSG_WAITALL), 10);
		assert_string_equal(got, "220 mail\r\n");
		assert_int_equal(recv(server, got, 5, MSG_WAITALL), 5);
		assert_memory_equal(got, "hello", 5);
		close(fd);
	}
}

static void
test_failed(void **state)
{
	static const struct {
		const char *says, *words;
		int e;
	} cases[] = {
		{ "failed TLS: timeout\n", "TLS: timeout", ECONNABORTED },
		{ "", "the TLS service: no answer", EPROTO },
		{ "ok TLSv1.2 X verified", "the TLS service: no answer",
		    EPROTO },
		{ "perhaps\n", "the TLS service: no answer", EPROTO },
		{ "\n", "the TLS service: no answer", EPROTO },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		struct stand_in s = { .says = cases[i].says, .piece = 5 };
		struct tls_answer a;

		begin(&s);
		CHECK_FAILS(tls_ask(&at, connection, &question, IN_TIME, &a),
		    cases[i].e);
		finish(&s);
		assert_false(a.yes);
		assert_string_equal(a.words, cases[i].words);
	}
}

static void
test_endless_line(void **state)
{
	struct stand_in s = { .says = many('x', TLS_ANSWER), .piece = 100,
	    .stays = 1 };
	struct tls_answer a;

	begin(&s);
	CHECK_FAILS(tls_ask(&at, connection, &question, IN_TIME, &a), EPROTO);
	finish(&s);
}

static void
test_silent(void **state)
{
	struct stand_in s = { .says = "ok TLSv1.2", .piece = 100, .stays = 1 };
	struct tls_answer a;

	begin(&s);
	CHECK_FAILS(tls_ask(&at, connection, &question, clock_mono_ms() + 100,
	    &a), ETIMEDOUT);
	finish(&s);
	assert_non_null(strstr(a.words, "timed out"));
}

static void
test_nobody(void **state)
{
	struct tls_answer a;
	int fd;

	CHECK_FAILS(tls_ask(&at, connection, &question, IN_TIME, &a), ENOENT);
	assert_non_null(strstr(a.words, "the TLS service: No such"));
	CHECK_FAILS(tls_ask(&at, connection, &question, 0, &a), ETIMEDOUT);
	fd = unix_listen(in(folder, "tls"), SOCK_STREAM, 0600, 5);
	close(fd);
	CHECK_FAILS(tls_ask(&at, connection, &question, IN_TIME, &a),
	    ECONNREFUSED);
}

/* A service that accepts nobody: connect(2) waits, but not for ever. */
static void
test_backlog(void **state)
{
	struct tls_answer a;
	int listen_fd = unix_listen(in(folder, "tls"), SOCK_STREAM, 0600, 0);
	int waiting[4], i;

	for (i = 0; i < 4; i++) {
		waiting[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(waiting[i], (struct sockaddr *)&at, sizeof(at));
	}
	CHECK_FAILS(tls_ask(&at, connection, &question, clock_mono_ms() + 100,
	    &a), ETIMEDOUT);
	for (i = 0; i < 4; i++)
		close(waiting[i]);
	close(listen_fd);
}

/* No descriptor is left over, whatever happened. */
static void
test_descriptors(void **state)
{
	struct tls_question wrong = { .host = "a\nb" };
	struct tls_answer a;
	int before = dup(0), after;
	int fd = unix_listen(in(folder, "tls"), SOCK_STREAM, 0600, 5);

	close(before);
	close(fd);
	CHECK_FAILS(tls_ask(&at, connection, &question, IN_TIME, &a),
	    ECONNREFUSED);
	fd = unix_listen(in(folder, "tls"), SOCK_STREAM, 0600, 5);
	CHECK_FAILS(tls_ask(&at, connection, &wrong, IN_TIME, &a), EINVAL);
	close(fd);
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_ok),
		CASE(test_failed),
		CASE(test_endless_line),
		CASE(test_silent),
		CASE(test_nobody),
		CASE(test_backlog),
		CASE(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
