/* fuzz-remote - a host's octets in deliver-remote's session, SMTP or LMTP: every job
 * has one answer, and none is done without a host that said so. The octets come in
 * pieces, an octet 255 between them, each when it is waited for. */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* For its static functions: a session begins behind connect(2). */
#include "deliver/remote-hello.c"
#include "sys/clock.h"

#define PEOPLE	3
#define NAMED	"00640f1c2d3e4-1-0123abcd"

static const char message[] = "Subject: x\n\n.dot\r\rText\xc3\xa4\n";
static int runner = -1;		/* our end of descriptor 0 */
static int log_fd, file;
static struct remote r;

static void
begin(void)
{
	int pair[2];

	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	MUST(dup2(pair[0], JOBS) == JOBS);
	close(pair[0]);
	runner = pair[1];
	file = memfd_create("message", 0);
	MUST(write(file, message, sizeof(message) - 1) ==
	    sizeof(message) - 1);
	log_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	progname = "deliver-remote";
}

static void
hold_jobs(int wishes)
{
	size_t i;

	for (i = 0; i < PEOPLE; i++) {
		struct slot *s = r.slot + i;

		s->state = SLOT_HELD;
		s->turn = r.turn++;
		s->queue = dup(file);
		s->job = (struct job){ .number = i + 1, .id = NAMED,
		    .sender = "a@example.net", .to = "b@example.org",
		    .size = sizeof(message) - 1, .wire = sizeof(message) };
		if (wishes)
			snprintf(s->job.notify, sizeof(s->job.notify),
			    i == 1 ? "never" : "success");
		r.held++;
	}
}

/* The host: the octets that are still to come. */
static const char *said;
static size_t said_n;

ssize_t __real_io_read(int fd, void *p, size_t n, int64_t deadline_ms);
ssize_t __wrap_io_read(int fd, void *p, size_t n, int64_t deadline_ms);
int __real_io_wait(int fd, short events, int64_t deadline_ms);
int __wrap_io_wait(int fd, short events, int64_t deadline_ms);
int __real_io_write(int fd, const void *p, size_t n, int64_t deadline_ms);
int __wrap_io_write(int fd, const void *p, size_t n, int64_t deadline_ms);
int __wrap_io_write_for(int fd, const void *p, size_t n, int alive,
    int64_t deadline_ms);

ssize_t
__wrap_io_read(int fd, void *p, size_t n, int64_t deadline_ms)
{
	const char *stop;
	size_t len;

	if (fd != r.wire.in)
		return __real_io_read(fd, p, n, deadline_ms);
	stop = memchr(said, 255, said_n);
	len = stop != NULL ? (size_t)(stop - said) : said_n;
	if (len == 0 && stop != NULL)		/* it waits too long */
		return errno = ETIMEDOUT, -1;
	len = len < n ? len : n;
	memcpy(p, said, len);
	said += len;
	said_n -= len;
	if (said_n > 0 && (unsigned char)*said == 255)
		said++, said_n--;
	return (ssize_t)len;
}

int
__wrap_io_wait(int fd, short events, int64_t deadline_ms)
{
	if (fd != r.wire.in)
		return __real_io_wait(fd, events, deadline_ms);
	return errno = ETIMEDOUT, -1;
}

int
__wrap_io_write(int fd, const void *p, size_t n, int64_t deadline_ms)
{
	if (fd != r.wire.in)
		return __real_io_write(fd, p, n, deadline_ms);
	return said_n > 0 ? 0 : (errno = EPIPE, -1);
}

/* The body's. */
int
__wrap_io_write_for(int fd, const void *p, size_t n, int alive,
    int64_t deadline_ms)
{
	return __wrap_io_write(fd, p, n, deadline_ms);
}

static void
set_connection(const char *data, size_t n)
{
	said = data;
	said_n = n;
	r.wire.in = r.wire.out = dup(log_fd);
	r.route.live = 1;
	snprintf(r.far.host, sizeof(r.far.host), "mx.example");
}

static void
check_answers(int may_be_done)
{
	char record[JOB_RECORD];
	unsigned seen = 0;
	struct answer a;
	ssize_t n;

	while ((n = recv(runner, record, sizeof(record), MSG_DONTWAIT)) > 0) {
		MUST(answer_parse(record, (size_t)n, &a) == 0);
		MUST(a.number >= 1 && a.number <= PEOPLE);
		MUST((seen & 1u << a.number) == 0);
		seen |= 1u << a.number;
		MUST(a.verdict != V_DONE || may_be_done);
		MUST(a.dsn[0] == (a.verdict == V_DONE ? '2' :
		    a.verdict == V_LATER ? '4' : '5'));
		MUST(a.why[0] != '\0');
	}
	MUST(seen == 14 && r.held == 0);
}

/* 1 if the octets hold "354" or so and a line of 2xx behind it. */
static int
says_done(const char *s, size_t n)
{
	const char *go = memmem(s, n, "3", 1);

	return go != NULL && memchr(go, '2', n - (size_t)(go - s)) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int log = dup(2);

	if (n < 1 || n > 60000)
		return 0;
	if (runner == -1)
		begin();
	memset(&r, 0, offsetof(struct remote, block));
	r.name = "out.example";
	r.names = "";
	r.nexthop_text = "mx:example.org";
	r.unit_ms = 1000;
	r.try_ms = 10000;
	r.end_ms = clock_mono_ms() + 10000;
	r.nexthop.lmtp = data[0] & 1;
	r.nexthop.tls = TLS_WANT_MAY;
	r.ended = 1;
	r.tls_at = &(struct sockaddr_un){ .sun_family = 0 };
	hold_jobs(data[0] & 2);
	set_connection((const char *)data + 1, n - 1);
	dup2(log_fd, 2);
	if (take_greeting(&r) == 0 && say_hello(&r) == 0 && start_tls(&r) == 0)
		r.far.connected = 1;
	else {
		hang_up(&r);
		end_route(&r);
	}
	/* There is no other host, and no name to ask the DNS about. */
	r.route.failed = 1;
	answer_set(&r.route.failure, V_LATER, "4.4.1", "gone");
	while (r.held > 0)	/* the null sender's goes by itself */
		deliver_message(&r);
	if (r.far.connected)
		say_quit(&r);
	dup2(log, 2);
	close(log);
	check_answers(says_done((const char *)data + 1, n - 1));
	return 0;
}
