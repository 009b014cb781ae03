/* verify - sendmail -bv: would mail for these addresses be taken? */
#include "sendmail.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ascii.h"
#include "mail/existence.h"
#include "sys/clock.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define WHOIS_MS	30000

/* Ask who-is. 0, or -1 with errno. */
static int
ask(int fd, const char *address, enum existence *out)
{
	char question[ADDRESS_OCTETS + 8], record[512];
	const char *p = record;
	struct field f;
	ssize_t r;
	int n;

	n = snprintf(question, sizeof(question), "ask %s\n", address);
	if (unix_send(fd, question, (size_t)n, -1, 0) == -1 ||
	    io_wait(fd, POLLIN, clock_mono_ms() + WHOIS_MS) == -1)
		return -1;
	r = unix_recv(fd, record, sizeof(record), NULL, MSG_DONTWAIT);
	if (r == -1)
		return -1;
	if (record_next(&p, record + r, &f) != 1 || !field_is(&f, "end"))
		return errno = EPROTO, -1;
	return existence_parse(f.value, f.n, out);
}

/* What sendmail says of it. */
static int
show(const char *text, const char *address, enum existence e)
{
	size_t local = address_local(address, strlen(address));

	switch (e) {
	case IS_HERE:
		printf("%s... deliverable: mailer local, user %.*s\n", text,
		    (int)local, address);
		return SM_OK;
	case IS_ELSEWHERE:
		printf("%s... deliverable: mailer esmtp, host %s., user %s\n",
		    text, address + local + 1, address);
		return SM_OK;
	case IS_BARRED:
		printf("%s... no mail is sent to that host\n", text);
		return SM_NOHOST;
	case IS_NOBODY:
		printf("%s... User unknown\n", text);
		return SM_NOUSER;
	case IS_UNSURE:
		break;
	}
	printf("%s... cannot be looked up now\n", text);
	return SM_TEMP;
}

static int
verify_one(const struct sendmail *s, int fd, const char *text)
{
	char address[ADDRESS_OCTETS + 1];
	enum existence e;

	if (one_address(s, text, address) == -1 || address[0] == '\0')
		return SM_DATA;
	if (ask(fd, address, &e) == 0)
		return show(text, address, e);
	say("who-is does not answer:");
	return SM_TEMP;
}

int
verify_addresses(struct sendmail *s)
{
	const char *path = getenv("LOCAL_WHOIS_SOCKET");
	int fd, i, code = SM_OK;

	if (s->o.rcpt_n == 0)
		die(SM_USAGE, "recipient names must be specified");
	if (path == NULL)
		die(SM_CONFIG, "LOCAL_WHOIS_SOCKET is missing");
	fd = unix_connect(path, SOCK_SEQPACKET);
	if (fd == -1)
		die(errno == EACCES ? SM_NOPERM : SM_TEMP, "who-is at %s:",
		    path);
	for (i = 0; i < s->o.rcpt_n; i++) {
		int one = verify_one(s, fd, s->o.rcpt[i]);

		if (code == SM_OK)
			code = one;
	}
	close(fd);
	return code;
}
