/* test-injector - lib/mail/injector.c against a qinject that is played here. */
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mail/injector.h"
#include "net/frame.h"
#include "sys/clock.h"
#include "sys/unixsock.h"

#define SHORT_MS	80
#define SLACK_MS	3000
#define ID		"00640f1c2d3e4-1f4-0123abcd"

static const char done[] = "job 0\nverdict done\ndsn 2.0.0\nwhy queued\n"
    "id " ID "\n";

/* What the player does once a message has come whole. */
struct script {
	const char	*answer;	/* NULL: none */
	size_t		 n;
	size_t		 head_n;	/* what the head says, 0: n */
	char		 type;		/* of the frame, 0: FRAME_ANSWER */
	size_t		 leave_after;	/* octets that it reads, then it closes;
					 * 0: all */
	int		 trickle;	/* the answer comes octet by octet */
	int		 deaf;		/* it reads nothing */
	int		 last;		/* it closes behind the answer */
};

static struct player {
	char		*folder;
	struct sockaddr_un at;
	int		 listen;
	pthread_t	 thread;
	const struct script *script;
	struct buf	 facts, data;	/* of all messages, a | behind each */
	unsigned	 connections, ends;
} player;

static int
read_all(int fd, char *p, size_t n)
{
	while (n > 0) {
		ssize_t r = read(fd, p, n);

		if (r <= 0)
			return -1;
		p += r;
		n -= (size_t)r;
	}
	return 0;
}

static void
answer(int fd, const struct script *s)
{
	struct buf b = BUF_MAX(100000);
	char head[FRAME_HEAD];
	size_t i, step;

	frame_put_head(head, s->type != 0 ? s->type : FRAME_ANSWER,
	    s->head_n > 0 ? s->head_n : s->n);
	buf_add(&b, head, sizeof(head));
	buf_add(&b, s->answer, s->n);
	step = s->trickle ? 1 : b.len;
	for (i = 0; i < b.len; i += step) {
		if (send(fd, b.s + i, step, MSG_NOSIGNAL) != (ssize_t)step)
			break;
		if (s->trickle)
			usleep(200);
	}
	buf_free(&b);
}

/* One frame into facts or data. Its type, or 0 at the end. */
static char
take_frame(int fd)
{
	char head[FRAME_HEAD], type, *room;
	size_t n;

	if (read_all(fd, head, sizeof(head)) == -1 ||
	    frame_get_head(head, &type, &n) == -1)
		return 0;
	room = malloc(n + 1);
	if (room == NULL || read_all(fd, room, n) == -1)
		type = 0;
	else
		buf_add(type == FRAME_FACTS ? &player.facts : &player.data,
		    room, n);
	free(room);
	return type;
}

/* Serve one connection as the script says; nonzero when the next is awaited. */
static void
serve(int fd)
{
	const struct script *s = player.script;
	char room[4096], type;

	if (s->deaf || s->leave_after > 0) {
		if (!s->deaf)
			read_all(fd, room, s->leave_after);
		else
			poll(NULL, 0, 4 * SHORT_MS);
		return;
	}
	while ((type = take_frame(fd)) != 0) {
		if (type != FRAME_END)
			continue;
		player.ends++;
		buf_adds(&player.facts, "|");
		buf_adds(&player.data, "|");
		if (s->answer != NULL)
			answer(fd, s);
		if (s->last)
			return;
	}
}

static void *
play(void *arg)
{
	int fd;

	while ((fd = unix_accept(player.listen, 0)) != -1) {
		player.connections++;
		serve(fd);
		close(fd);
	}
	return NULL;
}

static void
begin(const struct script *s)
{
	char path[200];

	memset(&player, 0, sizeof(player));
	player.folder = folder_make();
	player.script = s;
	player.facts.max = player.data.max = 1u << 26;
	snprintf(path, sizeof(path), "%s/qinject", player.folder);
	assert_int_equal(unix_addr(&player.at, path), 0);
	player.listen = unix_listen(path, SOCK_STREAM, 0600, 5);
	assert_int_not_equal(player.listen, -1);
	assert_int_equal(pthread_create(&player.thread, NULL, play, NULL), 0);
	alarm(60);
}

/* Close the connection too: then the player is through. */
static void
end(struct injector *i)
{
	injector_abort(i);
	shutdown(player.listen, SHUT_RDWR);
	pthread_join(player.thread, NULL);
	close(player.listen);
	buf_free(&player.facts);
	buf_free(&player.data);
	folder_remove(player.folder);
	alarm(0);
}

static struct injector *
injector_new(int timeout_ms)
{
	static struct injector i;

	memset(&i, 0, sizeof(i));
	i.at = &player.at;
	i.fd = -1;
	i.timeout_ms = timeout_ms;
	return &i;
}

static void
hand_over(struct injector *i, const char *facts, const char *p, size_t n,
    size_t piece, struct injected *out)
{
	size_t at;

	injector_begin(i, facts, strlen(facts));
	for (at = 0; at < n; at += piece)
		injector_data(i, p + at, n - at < piece ? n - at : piece);
	memset(out, 'x', sizeof(*out));
	injector_end(i, out);
}

#define EXPECT_LATER(out) \
	CHECK((out).answer.verdict == V_LATER && \
	    strcmp((out).answer.dsn, "4.3.0") == 0 && (out).id[0] == '\0', \
	    "%s %s", verdict_name((out).answer.verdict), (out).answer.why)

#define EXPECT_DONE(out) \
	CHECK((out).answer.verdict == V_DONE && strcmp((out).id, ID) == 0, \
	    "%s %s", verdict_name((out).answer.verdict), (out).answer.why)

static void
test_small(void **state)
{
	static const struct script s = { .answer = done,
	    .n = sizeof(done) - 1 };
	struct injector *i;
	struct injected out;

	begin(&s);
	i = injector_new(5000);
	hand_over(i, "sender a@b\n", "one\n", 4, 4, &out);
	EXPECT_DONE(out);
	assert_string_equal(out.answer.why, "queued");
	hand_over(i, "sender c@d\n", "two\n", 4, 1, &out);
	EXPECT_DONE(out);
	hand_over(i, "sender \n", "", 0, 1, &out);
	EXPECT_DONE(out);
	assert_int_equal(player.connections, 1);
	assert_true(holds(&player.facts,
	    "sender a@b\n|sender c@d\n|sender \n|"));
	assert_true(holds(&player.data, "one\n|two\n||"));
	end(i);
}

/* Around the size of its buffer and far beyond. */
static void
test_big(void **state)
{
	static const struct script s = { .answer = done,
	    .n = sizeof(done) - 1 };
	static const size_t sizes[] = { INJECTOR_BUF - 40, INJECTOR_BUF - 22,
	    INJECTOR_BUF - 21, INJECTOR_BUF - 20, INJECTOR_BUF, 3000000 };
	static const size_t pieces[] = { 16384, 1000, 3000000 };
	char *p = malloc(3000000);
	struct injected out;
	struct injector *i;
	size_t k, j;

	assert_non_null(p);
	for (k = 0; k < 3000000; k++)
		p[k] = (char)dice(256);
	begin(&s);
	i = injector_new(5000);
	for (k = 0; k < LENGTH(sizes); k++)
		for (j = 0; j < LENGTH(pieces); j++) {
			player.data.len = 0;
			hand_over(i, "sender a@b\n", p, sizes[k], pieces[j],
			    &out);
			EXPECT_DONE(out);
			CHECK(player.data.len == sizes[k] + 1 &&
			    memcmp(player.data.s, p, sizes[k]) == 0,
			    "%zu octets in %zu", sizes[k], pieces[j]);
		}
	assert_int_equal(player.connections, 1);
	end(i);
	free(p);
}

/* What the answer says, and answers that say nothing. */
static void
test_answers(void **state)
{
	static const char later[] = "verdict later\ndsn 4.3.1\nwhy full\n";
	static const char never[] = "verdict never\ndsn 5.3.4\nwhy big\n";
	static const char no_verdict[] = "dsn 2.0.0\nid " ID "\n";
	static const char long_id[] = "verdict done\nid "
	    "0123456789012345678901234567890123456789\n";
	static char too_long[JOB_RECORD + 1000] = "verdict done\nwhy x\n";
	static const struct {
		struct script s;
		enum verdict verdict;
		const char *dsn;
	} cases[] = {
		{ { .answer = later, .n = sizeof(later) - 1 }, V_LATER,
		  "4.3.1" },
		{ { .answer = never, .n = sizeof(never) - 1 }, V_NEVER,
		  "5.3.4" },
		{ { .answer = done, .n = sizeof(done) - 1, .trickle = 1 },
		  V_DONE, "2.0.0" },
		{ { .answer = "", .n = 0 }, V_LATER, "4.3.0" },
		{ { .answer = no_verdict, .n = sizeof(no_verdict) - 1 },
		  V_LATER, "4.3.0" },
		{ { .answer = long_id, .n = sizeof(long_id) - 1 }, V_LATER,
		  "4.3.0" },
		{ { .answer = "verdict done", .n = 12 }, V_LATER, "4.3.0" },
		{ { .answer = too_long, .n = sizeof(too_long) }, V_LATER,
		  "4.3.0" },
		{ { .answer = done, .n = sizeof(done) - 1,
		    .type = FRAME_DATA }, V_LATER, "4.3.0" },
		{ { .answer = done, .n = sizeof(done) - 1, .type = 'x' },
		  V_LATER, "4.3.0" },
		{ { .answer = done, .n = sizeof(done) - 1,
		    .head_n = JOB_RECORD + 1 }, V_LATER, "4.3.0" },
		{ { .answer = done, .n = sizeof(done) - 1,
		    .head_n = FRAME_MAX + 1 }, V_LATER, "4.3.0" },
		{ { .answer = done, .n = sizeof(done) - 1, .last = 1,
		    .head_n = sizeof(done) }, V_LATER, "4.3.0" },
	};
	size_t k;

	for (k = strlen(too_long); k < sizeof(too_long); k += 4)
		memcpy(too_long + k, "a b\n", k + 4 > sizeof(too_long) ?
		    sizeof(too_long) - k : 4);
	for (k = 0; k < LENGTH(cases); k++) {
		struct injected out;
		struct injector *i;

		begin(&cases[k].s);
		i = injector_new(2000);
		hand_over(i, "sender a@b\n", "x\n", 2, 2, &out);
		CHECK(out.answer.verdict == cases[k].verdict &&
		    strcmp(out.answer.dsn, cases[k].dsn) == 0, "%zu: %s %s %s",
		    k, verdict_name(out.answer.verdict), out.answer.dsn,
		    out.answer.why);
		assert_int_equal(out.answer.verdict == V_DONE,
		    out.id[0] != '\0');
		end(i);
	}
}

/* The peer dies: at the start, in the facts, in the middle of the message, or
 * before the answer. Never an acknowledgement; and the next message is fine. */
static void
test_peer_dies(void **state)
{
	static const struct script fine = { .answer = done,
	    .n = sizeof(done) - 1 };
	static const struct script cases[] = {
		{ .leave_after = 1 }, { .leave_after = 7 },
		{ .leave_after = 4096 }, { .answer = NULL, .last = 1 },
	};
	static char p[1000000];
	size_t k;

	for (k = 0; k < LENGTH(cases); k++) {
		struct injected out;
		struct injector *i;

		begin(cases + k);
		i = injector_new(5000);
		hand_over(i, "sender a@b\n", p, sizeof(p), 16384, &out);
		EXPECT_LATER(out);
		assert_int_equal(i->fd, -1);
		player.script = &fine;
		hand_over(i, "sender a@b\n", "x\n", 2, 2, &out);
		EXPECT_DONE(out);
		end(i);
	}
}

/* It answers, then leaves: the next message goes over a new connection. */
static void
test_started_anew(void **state)
{
	static const struct script s = { .answer = done,
	    .n = sizeof(done) - 1, .last = 1 };
	struct injected out;
	struct injector *i;
	int k;

	begin(&s);
	i = injector_new(5000);
	for (k = 0; k < 5; k++) {
		hand_over(i, "sender a@b\n", "x\n", 2, 2, &out);
		EXPECT_DONE(out);
		usleep(5000);		/* time to leave */
	}
	assert_int_equal(player.connections, 5);
	end(i);
}

static void
test_no_answer(void **state)
{
	static const struct script s = { .answer = NULL };
	struct injected out;
	struct injector *i;
	int64_t start;

	begin(&s);
	i = injector_new(SHORT_MS);
	start = clock_mono_ms();
	hand_over(i, "sender a@b\n", "x\n", 2, 2, &out);
	EXPECT_LATER(out);
	assert_non_null(strstr(out.answer.why, strerror(ETIMEDOUT)));
	assert_in_range(clock_mono_ms() - start, SHORT_MS, SLACK_MS);
	assert_int_equal(i->fd, -1);	/* a late answer is not ours */
	end(i);
}

/* A peer that takes nothing in cannot hold the front longer than its time. */
static void
test_deaf(void **state)
{
	static const struct script s = { .deaf = 1 };
	static char p[4000000];
	struct injected out;
	struct injector *i;
	int64_t start;

	begin(&s);
	i = injector_new(SHORT_MS);
	start = clock_mono_ms();
	hand_over(i, "sender a@b\n", p, sizeof(p), 16384, &out);
	EXPECT_LATER(out);
	assert_in_range(clock_mono_ms() - start, SHORT_MS, SLACK_MS);
	end(i);
}

static void
test_nobody_listens(void **state)
{
	static const struct script s = { .deaf = 1 };
	struct sockaddr_un none;
	struct injected out;
	struct injector *i;

	begin(&s);
	i = injector_new(5000);
	none = player.at;
	strcat(none.sun_path, "x");
	i->at = &none;
	hand_over(i, "sender a@b\n", "x\n", 2, 2, &out);
	EXPECT_LATER(out);
	assert_non_null(strstr(out.answer.why, strerror(ENOENT)));
	end(i);
}

/* A message that was given up leaves nothing behind in the next one. */
static void
test_abort(void **state)
{
	static const struct script s = { .answer = done,
	    .n = sizeof(done) - 1 };
	static char p[200000];
	struct injected out;
	struct injector *i;
	size_t k;

	begin(&s);
	i = injector_new(5000);
	for (k = 0; k < 2; k++) {
		injector_begin(i, "sender evil@b\n", 14);
		injector_data(i, p, k == 0 ? 100 : sizeof(p));
		injector_abort(i);
		player.facts.len = player.data.len = 0;
		hand_over(i, "sender a@b\n", "x\n", 2, 2, &out);
		EXPECT_DONE(out);
		CHECK(player.data.len >= 3 && memcmp(player.data.s +
		    player.data.len - 3, "x\n|", 3) == 0, "%zu", k);
	}
	assert_int_equal(player.ends, 2);	/* none of those given up */
	end(i);
}

/* A message by injector_room, in pieces of these sizes (each asks for two
 * octets more, as smtpd-front does). */
static void
fill(struct injector *i, const char *p, size_t n, size_t piece)
{
	size_t at, len;

	for (at = 0; at < n; at += len) {
		len = n - at < piece ? n - at : piece;
		memcpy(injector_room(i, len + 2), p + at, len);
		injector_filled(i, len);
		assert_in_range(i->n, 0, sizeof(i->buf));
	}
}

static void
test_room(void **state)
{
	static const struct script s = { .answer = done,
	    .n = sizeof(done) - 1 };
	static const size_t pieces[] = { 1, 3, 1000, 16384,
	    INJECTOR_PIECE - 2 };
	char *p = malloc(1000000);
	struct injected out;
	struct injector *i;
	size_t k;

	assert_non_null(p);
	for (k = 0; k < 1000000; k++)
		p[k] = (char)dice(256);
	begin(&s);
	i = injector_new(5000);
	for (k = 0; k < LENGTH(pieces); k++) {
		size_t n = pieces[k] < 1000 ? 100000 : 1000000;

		player.data.len = 0;
		injector_connect(i);
		injector_begin(i, "sender a@b\n", 11);
		injector_filled(i, 0);
		fill(i, p, n, pieces[k]);
		(void)injector_room(i, 10);		/* and nothing in it */
		injector_end(i, &out);
		EXPECT_DONE(out);
		CHECK(player.data.len == n + 1 &&
		    memcmp(player.data.s, p, n) == 0, "in %zu", pieces[k]);
	}
	assert_int_equal(player.connections, 1);
	end(i);
	free(p);
}

/* The buffer is full but for a few octets: the next room must not lie behind
 * it. */
static void
test_room_at_the_end(void **state)
{
	static const struct script s = { .answer = done,
	    .n = sizeof(done) - 1 };
	static char p[INJECTOR_PIECE];
	struct injected out;
	struct injector *i;
	size_t left;

	begin(&s);
	i = injector_new(5000);
	for (left = 0; left < 30; left++) {
		injector_begin(i, "sender a@b\n", 11);
		fill(i, p, INJECTOR_PIECE - 2, INJECTOR_PIECE - 2);
		fill(i, p, 60000, 60000);
		(void)injector_room(i, sizeof(i->buf) - i->n - FRAME_HEAD);
		injector_filled(i, sizeof(i->buf) - i->n - FRAME_HEAD - left);
		assert_int_equal(i->n, sizeof(i->buf) - left);
		fill(i, p, 16384, 16384);
		injector_end(i, &out);
		EXPECT_DONE(out);
	}
	end(i);
}

/* Nobody takes the octets: they go nowhere, however many come. */
static void
test_room_without_peer(void **state)
{
	static const struct script s = { .leave_after = 7 };
	static char p[16384];
	struct injected out;
	struct injector *i;
	int k;

	begin(&s);
	i = injector_new(5000);
	injector_begin(i, "sender a@b\n", 11);
	for (k = 0; k < 100; k++)
		fill(i, p, sizeof(p), sizeof(p));
	injector_end(i, &out);
	EXPECT_LATER(out);
	injector_begin(i, "sender a@b\n", 11);	/* and given up in between */
	for (k = 0; k < 100; k++) {
		if (k == 50)
			injector_abort(i);
		(void)injector_room(i, sizeof(p));
		if (k < 50)
			injector_filled(i, sizeof(p));
	}
	end(i);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_peer_dies),
		cmocka_unit_test(test_started_anew),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_room_at_the_end),
		cmocka_unit_test(test_room_without_peer),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("injector", tests, NULL, NULL);
}
