/* test-dnsask - lib/mail/dnsask.c, with a stand-in for dnsq. */
#include "unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mail/dnsask.h"
#include "sys/clock.h"

#define IN_TIME	(clock_mono_ms() + 10000)
#define GOOD	"status ok\nmx 10 mx.example.org\nttl 60\nsecure no\n"

/* The stand-in answers each question of a connection with the next of its words;
 * NULL: it hangs up and takes the next connection; "": silence. */
struct stand_in {
	int		 listen_fd;
	const char	*const *says;
	char		 asked[DNS_QUESTION];	/* the last one */
	unsigned	 connections;
	pthread_t	 thread;
};

static char *folder;
static struct sockaddr_un at;
static struct dns_answer answer;

/* 1: more of its words are left. */
static int
serve(struct stand_in *s, int fd)
{
	ssize_t n;

	while ((n = recv(fd, s->asked, sizeof(s->asked) - 1, 0)) > 0) {
		s->asked[n] = '\0';
		if (*s->says == NULL)
			return s->says++, 1;
		if (**s->says != '\0')
			(void)!send(fd, *s->says, strlen(*s->says),
			    MSG_NOSIGNAL);
		s->says++;
	}
	return 0;
}

static void *
stand_in(void *arg)
{
	struct stand_in *s = arg;
	int fd, more;

	do {
		fd = unix_accept(s->listen_fd, 0);
		s->connections++;
		more = serve(s, fd);
		close(fd);
	} while (more);
	return NULL;
}

static void
begin(struct stand_in *s)
{
	s->listen_fd = unix_listen(in(folder, "dnsq"), SOCK_SEQPACKET, 0600, 5);
	assert_true(s->listen_fd >= 0);
	assert_int_equal(pthread_create(&s->thread, NULL, stand_in, s), 0);
}

static void
finish(struct stand_in *s, struct dns_asker *d)
{
	if (d->fd != -1)
		close(d->fd);
	pthread_join(s->thread, NULL);
	close(s->listen_fd);
}

static int
set_up(void **state)
{
	alarm(30);
	folder = folder_make();
	return unix_addr(&at, in(folder, "dnsq"));
}

static int
tear_down(void **state)
{
	alarm(0);
	folder_remove(folder);
	return 0;
}

static void
test_questions(void **state)
{
	static const char *const says[] = { GOOD, "status nodomain\n" };
	struct stand_in s = { .says = says };
	struct dns_asker d = DNS_ASKER(&at);

	begin(&s);
	assert_int_equal(dns_ask(&d, DNS_MX, "Example.ORG.", IN_TIME, &answer),
	    0);
	assert_string_equal(s.asked, "mx example.org\n");
	assert_int_equal(answer.status, DNS_OK);
	assert_int_equal(answer.n, 1);
	assert_string_equal(answer.record[0].text, "mx.example.org");
	assert_int_equal(dns_ask(&d, DNS_ADDR, "b.example", IN_TIME, &answer),
	    0);
	assert_string_equal(s.asked, "addr b.example\n");
	assert_int_equal(answer.status, DNS_NODOMAIN);
	finish(&s, &d);
	assert_int_equal(s.connections, 1);
}

/* A name that cannot be asked is not asked. */
static void
test_names(void **state)
{
	struct dns_asker d = DNS_ASKER(&at);

	CHECK_FAILS(dns_ask(&d, DNS_MX, "b\xfc.example", IN_TIME, &answer),
	    EINVAL);
	CHECK_FAILS(dns_ask(&d, DNS_MX, "a..example", IN_TIME, &answer),
	    EINVAL);
	assert_int_equal(d.fd, -1);
	CHECK_FAILS(dns_ask(&d, DNS_MX, "example.org", IN_TIME, &answer),
	    ENOENT);
	assert_int_equal(answer.status, DNS_LATER);
}

/* dnsq was started anew between two questions. */
static void
test_again(void **state)
{
	static const char *const says[] = { GOOD, NULL, GOOD };
	struct stand_in s = { .says = says };
	struct dns_asker d = DNS_ASKER(&at);

	begin(&s);
	assert_int_equal(dns_ask(&d, DNS_MX, "a.example", IN_TIME, &answer), 0);
	assert_int_equal(dns_ask(&d, DNS_MX, "b.example", IN_TIME, &answer), 0);
	assert_string_equal(s.asked, "mx b.example\n");
	assert_int_equal(answer.status, DNS_OK);
	finish(&s, &d);
	assert_int_equal(s.connections, 2);
}

static void
test_failures(void **state)
{
	static const char *const says[][3] = {
		{ NULL }, { "status perhaps\n", NULL },
		{ "status ok\n", NULL },
	};
	size_t i;

	for (i = 0; i < LENGTH(says); i++) {
		struct stand_in s = { .says = says[i] };
		struct dns_asker d = DNS_ASKER(&at);
		int want = says[i][0] == NULL ? ECONNRESET : EPROTO;

		begin(&s);
		CHECK_FAILS(dns_ask(&d, DNS_MX, "a.example", IN_TIME, &answer),
		    want);
		assert_int_equal(answer.status, DNS_LATER);
		assert_int_equal(answer.n, 0);
		assert_int_equal(d.fd, -1);
		if (want == ECONNRESET)		/* let the thread end */
			close(unix_connect(in(folder, "dnsq"),
			    SOCK_SEQPACKET));
		finish(&s, &d);
	}
}

/* Silence ends at the deadline, and its late answer is nobody's. */
static void
test_silence(void **state)
{
	static const char *const says[] = { "" };
	struct stand_in s = { .says = says };
	struct dns_asker d = DNS_ASKER(&at);

	begin(&s);
	CHECK_FAILS(dns_ask(&d, DNS_MX, "a.example", clock_mono_ms() + 50,
	    &answer), ETIMEDOUT);
	assert_int_equal(d.fd, -1);
	CHECK_FAILS(dns_ask(&d, DNS_MX, "a.example", 0, &answer), ETIMEDOUT);
	finish(&s, &d);
}

#define CASE(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_questions),
		CASE(test_names),
		CASE(test_again),
		CASE(test_failures),
		CASE(test_silence),
	};

	return cmocka_run_group_tests_name("dnsask", tests, NULL, NULL);
}
