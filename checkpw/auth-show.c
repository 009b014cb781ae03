/* auth-show - print the counters of the auth service. See auth-show.8. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/exits.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define ANSWER_MS	10000

/* What strangers wrote goes to a terminal. */
static void
print_line(const struct field *f)
{
	size_t i;

	printf("%.*s ", (int)f->key_n, f->key);
	for (i = 0; i < f->n; i++)
		putchar((unsigned char)f->value[i] < 127 ? f->value[i] : '?');
	putchar('\n');
}

/* Ask for the counters from there on; where to go on, 0: that was all. */
static uint64_t
print_from(int fd, uint64_t from)
{
	static char record[RECORD_OCTETS];
	const char *p = record;
	struct field f;
	uint64_t next;
	int n = snprintf(record, sizeof(record), "show %llu\n",
	    (unsigned long long)from);
	ssize_t r;

	if (unix_send(fd, record, (size_t)n, -1, 0) == -1 ||
	    io_wait(fd, POLLIN, clock_mono_ms() + ANSWER_MS) == -1)
		die(EXIT_TEMP, "AUTH_SOCKET:");
	r = unix_recv(fd, record, sizeof(record), NULL, 0);
	if (r <= 0)
		die(EXIT_TEMP, "auth does not tell this user");
	while (record_next(&p, record + r, &f) == 1) {
		if (field_is(&f, "end"))
			return 0;
		if (field_is(&f, "next") && field_u64(&f, &next) == 0 &&
		    next > from)
			return next;
		print_line(&f);
	}
	die(EXIT_TEMP, "auth's answer is none");
}

int
main(int argc, char **argv)
{
	const char *path;
	uint64_t from = 0;
	int fd;

	(void)argv;
	progname = "auth-show";
	if (argc != 1)
		die(EXIT_PERM, "usage: auth-show (setting: AUTH_SOCKET)");
	path = env_str("AUTH_SOCKET", NULL);
	fd = unix_connect(path, SOCK_SEQPACKET);
	if (fd == -1)
		die(EXIT_TEMP, "socket %s:", path);
	do
		from = print_from(fd, from);
	while (from > 0);
	if (fflush(stdout) != 0)
		die(EXIT_TEMP, "descriptor 1:");
	return EXIT_DONE;
}
