/* test-service - lib/sys/service.c, with clients in the same process */
#include "unit.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/service.h"
#include "sys/unixsock.h"

struct asker {
	struct client	client;
	char		kept[100];	/* a question that is answered later */
	size_t		n;
};

static unsigned gone;
static struct asker *waits;

/* "wait": later; "bad": none; else the same back. */
static int
on_ask(struct client *c, const char *record, size_t n)
{
	struct asker *k = (struct asker *)(void *)c;

	if (n == 3 && memcmp(record, "bad", 3) == 0)
		return -1;
	if (n >= 4 && n <= sizeof(k->kept) && memcmp(record, "wait", 4) == 0) {
		memcpy(k->kept, record, n);
		k->n = n;
		waits = k;
		return 0;
	}
	client_answer(c, record, n);
	return 0;
}

static void
on_gone(struct client *c)
{
	if (waits == (struct asker *)(void *)c)
		waits = NULL;
	gone++;
}

static struct loop loop;
static struct service s = { .client_size = sizeof(struct asker),
    .clients_max = 3, .ask = on_ask, .gone = on_gone, .loop = &loop };
static const char *path;

/* Serve until nothing happens any more. */
static void
serve(void)
{
	int i;

	for (i = 0; i < 20; i++)
		assert_int_equal(service_once(&s, 0), 0);
}

static int
come(void)
{
	int fd = unix_connect(path, SOCK_SEQPACKET);

	assert_true(fd != -1);
	serve();
	return fd;
}

static void
ask(int fd, const char *question)
{
	assert_int_equal(unix_send(fd, question, strlen(question), -1, 0), 0);
}

/* The next answer, "" at the end, "-" for none yet. */
static const char *
answer(int fd)
{
	static char room[SERVICE_RECORD + 1];
	ssize_t r;

	serve();
	r = unix_recv(fd, room, SERVICE_RECORD, NULL, MSG_DONTWAIT);
	if (r == -1)
		return errno == EAGAIN ? "-" : "";
	room[r] = '\0';
	return room;
}

static void
test_answers(void **state)
{
	int one = come(), two = come();

	assert_int_equal(s.clients, 2);
	assert_int_equal(s.all->uid, geteuid());
	assert_string_equal(answer(one), "-");
	ask(one, "a");
	ask(one, "b");
	ask(two, "c");
	assert_string_equal(answer(one), "a");
	assert_string_equal(answer(one), "b");
	assert_string_equal(answer(two), "c");
	close(two);
	serve();
	assert_int_equal(s.clients, 1);
	ask(one, "bad");
	assert_string_equal(answer(one), "");
	assert_int_equal(s.clients, 0);
	assert_null(s.all);
	close(one);
}

/* The next record is read when the answer is there; a client may leave before. */
static void
test_later(void **state)
{
	int one = come(), two = come();
	unsigned was = gone;

	ask(one, "wait 1");
	ask(one, "next");
	assert_string_equal(answer(one), "-");
	ask(two, "d");
	assert_string_equal(answer(two), "d");
	assert_string_equal(answer(one), "-");
	assert_int_equal(poll(loop.poll, loop.n, 0), 0);	/* at rest */
	client_answer(&waits->client, waits->kept, waits->n);
	assert_string_equal(answer(one), "wait 1");
	assert_string_equal(answer(one), "next");
	ask(one, "wait 2");
	serve();
	assert_non_null(waits);
	close(one);
	serve();
	assert_null(waits);
	assert_int_equal(gone, was + 1);
	close(two);
	serve();
	assert_int_equal(s.clients, 0);
}

static void
test_bounds(void **state)
{
	static char big[SERVICE_RECORD + 1];
	int fd[4], i, null = dup(2);

	assert_non_null(freopen("/dev/null", "w", stderr));
	for (i = 0; i < 4; i++)
		fd[i] = come();
	(void)dup2(null, 2);
	close(null);
	assert_int_equal(s.clients, 3);
	assert_string_equal(answer(fd[3]), "");
	close(fd[0]);
	close(fd[3]);
	serve();
	fd[3] = come();
	ask(fd[3], "e");
	assert_string_equal(answer(fd[3]), "e");
	memset(big, 'x', sizeof(big));
	assert_int_equal(unix_send(fd[1], big, SERVICE_RECORD, -1, 0), 0);
	assert_int_equal(strlen(answer(fd[1])), SERVICE_RECORD);
	assert_int_equal(unix_send(fd[1], big, sizeof(big), -1, 0), 0);
	assert_string_equal(answer(fd[1]), "");
	/* Who asks and asks and takes no answer is dropped. */
	for (i = 0; i < 10000 && s.clients == 2; i++) {
		if (unix_send(fd[2], big, SERVICE_RECORD, -1, MSG_DONTWAIT) ==
		    -1)
			assert_int_equal(errno, EAGAIN);
		serve();
	}
	assert_int_equal(s.clients, 1);
	for (i = 1; i < 4; i++)
		close(fd[i]);
	serve();
	assert_int_equal(s.clients, 0);
}

static void
test_stop(void **state)
{
	assert_int_equal(s.stop, 0);
	assert_int_equal(raise(SIGTERM), 0);
	serve();
	assert_int_equal(s.stop, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_stop),
	};
	char *folder = folder_make();
	int r;

	path = in(folder, "socket");
	if (service_open(&s, path) == -1)
		return 1;
	r = cmocka_run_group_tests_name("service", tests, NULL, NULL);
	close(s.listen);
	close(s.signals);
	free(loop.poll);
	free(loop.call);
	folder_remove(folder);
	return r;
}
