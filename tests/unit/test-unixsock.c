/* test-unixsock - lib/sys/unixsock.c: records, and descriptors beside them. */
#include "unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/unixsock.h"

static struct {
	int	 a, b;
	size_t	 open_files;	/* at the start */
} ends;

static size_t
open_files(void)
{
	return folder_count("/proc/self/fd", NULL);
}

static int
set_up(void **state)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s), 0);
	ends.a = s[0];
	ends.b = s[1];
	ends.open_files = open_files();
	return 0;
}

static int
tear_down(void **state)
{
	close(ends.a);
	close(ends.b);
	return 0;
}

static int
same_file(int a, int b)
{
	struct stat s, t;

	return fstat(a, &s) == 0 && fstat(b, &t) == 0 && s.st_ino == t.st_ino
	    && s.st_dev == t.st_dev;
}

static void
test_record(void **state)
{
	char got[10];
	int pass = 77;

	assert_int_equal(unix_send(ends.a, "one", 3, -1, 0), 0);
	assert_int_equal(unix_send(ends.a, "two\0", 4, -1, 0), 0);
	assert_int_equal(unix_recv(ends.b, got, 10, &pass, 0), 3);
	assert_memory_equal(got, "one", 3);
	assert_int_equal(pass, -1);
	assert_int_equal(unix_recv(ends.b, got, 4, NULL, 0), 4);
	assert_memory_equal(got, "two\0", 4);
	CHECK_FAILS((int)unix_recv(ends.b, got, 10, &pass, MSG_DONTWAIT),
	    EAGAIN);
	shutdown(ends.a, SHUT_WR);
	assert_int_equal(unix_recv(ends.b, got, 10, &pass, 0), 0);
}

static void
test_descriptor(void **state)
{
	int null = open("/dev/null", O_RDONLY), pass = -1;
	char got[10];

	assert_int_equal(unix_send(ends.a, "x", 1, null, 0), 0);
	assert_int_equal(unix_recv(ends.b, got, 10, &pass, 0), 1);
	assert_int_not_equal(pass, -1);
	assert_true(same_file(pass, null));
	assert_int_equal(fcntl(pass, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(pass);
	/* where none may come, it is closed */
	assert_int_equal(unix_send(ends.a, "x", 1, null, 0), 0);
	assert_int_equal(unix_recv(ends.b, got, 10, NULL, 0), 1);
	close(null);
	assert_int_equal(open_files(), ends.open_files);
}

/* A record that is too long goes, and its descriptor with it. */
static void
test_too_long(void **state)
{
	int null = open("/dev/null", O_RDONLY), pass = 77;
	char got[10];

	assert_int_equal(unix_send(ends.a, "12345678901", 11, null, 0), 0);
	CHECK_FAILS((int)unix_recv(ends.b, got, 10, &pass, 0), EMSGSIZE);
	assert_int_equal(pass, -1);
	assert_int_equal(unix_send(ends.a, "12345678901", 11, null, 0), 0);
	CHECK_FAILS((int)unix_recv(ends.b, got, 10, NULL, 0), EMSGSIZE);
	assert_int_equal(unix_send(ends.a, "1234567890", 10, -1, 0), 0);
	assert_int_equal(unix_recv(ends.b, got, 10, NULL, 0), 10);
	close(null);
	assert_int_equal(open_files(), ends.open_files);
}

/* n descriptors at once, as our own programs never send them. */
static void
send_many(int n)
{
	union {
		char	room[CMSG_SPACE(16 * sizeof(int))];
		struct cmsghdr align;
	} c = { .room = { 0 } };
	struct iovec v = { .iov_base = (char[]){ 'x' }, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = c.room,
	    .msg_controllen = CMSG_SPACE((size_t)n * sizeof(int)) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	int i, null = open("/dev/null", O_RDONLY);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
	for (i = 0; i < n; i++)
		memcpy(CMSG_DATA(h) + (size_t)i * sizeof(int), &null,
		    sizeof(null));
	assert_int_equal(sendmsg(ends.a, &m, 0), 1);
	close(null);
}

/* A peer that sends more than one must not eat the reader's descriptors. */
static void
test_many_descriptors(void **state)
{
	char got[10];
	int n, pass;

	for (n = 1; n <= 16; n++) {
		send_many(n);
		assert_int_equal(unix_recv(ends.b, got, 10, NULL, 0), 1);
		CHECK(open_files() == ends.open_files,
		    "%d descriptors: %d are left", n,
		    (int)(open_files() - ends.open_files));
		send_many(n);
		pass = -1;
		assert_int_equal(unix_recv(ends.b, got, 10, &pass, 0), 1);
		if (pass != -1)
			close(pass);
		CHECK(open_files() == ends.open_files,
		    "%d descriptors, one may come: %d are left", n,
		    (int)(open_files() - ends.open_files));
	}
}

static void
test_nobody_there(void **state)
{
	char got[10];

	close(ends.b);
	CHECK_FAILS(unix_send(ends.a, "x", 1, -1, 0), EPIPE);
	assert_int_equal(unix_recv(ends.a, got, 10, NULL, 0), 0);
	ends.b = -1;
}

static void
test_full(void **state)
{
	char record[1000] = "";
	int n = 0;

	while (unix_send(ends.a, record, sizeof(record), -1, MSG_DONTWAIT)
	    == 0)
		assert_in_range(++n, 1, 10000);
	assert_int_equal(errno, EAGAIN);
}

static void
test_listen(void **state)
{
	char *folder = folder_make(), got[4], path[200];
	int l, c, s;
	struct stat st;

	snprintf(path, sizeof(path), "%s/socket", folder);
	CHECK_FAILS(unix_connect(path, SOCK_STREAM), ENOENT);
	l = unix_listen(path, SOCK_STREAM, 0600, 5);
	assert_int_not_equal(l, -1);
	close(l);
	CHECK_FAILS(unix_connect(path, SOCK_STREAM), ECONNREFUSED);
	l = unix_listen(path, SOCK_STREAM, 0640, 5);	/* in its place */
	assert_int_not_equal(l, -1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	c = unix_connect(path, SOCK_STREAM);
	assert_int_not_equal(c, -1);
	s = unix_accept(l, 1);
	assert_int_not_equal(s, -1);
	assert_int_equal(unix_peer_uid(s), geteuid());
	assert_true((fcntl(s, F_GETFL) & O_NONBLOCK) != 0);
	CHECK_FAILS((int)read(s, got, 1), EAGAIN);
	assert_true((fcntl(l, F_GETFD) & fcntl(c, F_GETFD) &
	    fcntl(s, F_GETFD) & FD_CLOEXEC) != 0);
	close(s);
	close(c);
	close(l);
	folder_remove(folder);
	assert_int_equal(open_files(), ends.open_files);
}

static void
test_long_paths(void **state)
{
	struct sockaddr_un addr;
	size_t max = sizeof(addr.sun_path) - 1;

	assert_int_equal(unix_addr(&addr, many('x', max)), 0);
	assert_string_equal(addr.sun_path, many('x', max));
	CHECK_FAILS(unix_addr(&addr, many('x', max + 1)), ENAMETOOLONG);
	CHECK_FAILS(unix_listen(many('x', 200), SOCK_STREAM, 0600, 1),
	    ENAMETOOLONG);
	CHECK_FAILS(unix_connect(many('x', 200), SOCK_STREAM), ENAMETOOLONG);
	assert_int_equal(open_files(), ends.open_files);
}

/* Nothing can be written there any more; what has no path is zero. */
static void
test_fixed(void **state)
{
	const char *paths[] = { "/run/a", NULL, "/run/c" }, *long_one;
	const struct sockaddr_un *at = unix_addrs_fix(paths, 3);
	int p[2];

	assert_non_null(at);
	assert_string_equal(at[0].sun_path, "/run/a");
	assert_int_equal(at[1].sun_family, 0);
	assert_string_equal(at[2].sun_path, "/run/c");
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	CHECK_FAILS(read(p[0], (void *)(uintptr_t)at, 1), EFAULT);
	close(p[0]);
	close(p[1]);
	long_one = many('x', 200);
	assert_null(unix_addrs_fix(&long_one, 1));
	assert_int_equal(errno, ENAMETOOLONG);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_record),
		TEST(test_descriptor),
		TEST(test_too_long),
		TEST(test_nobody_there),
		TEST(test_full),
		TEST(test_listen),
		TEST(test_long_paths),
		TEST(test_many_descriptors),
		TEST(test_fixed),
	};

	return cmocka_run_group_tests_name("unixsock", tests, NULL, NULL);
}
