/* dnsask - see dnsask.h */
#include "mail/dnsask.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/io.h"

/* An answer that comes too late would be taken for the next question's. */
static void
hang_up(struct dns_asker *d)
{
	int e = errno;

	if (d->fd != -1)
		close(d->fd);
	d->fd = -1;
	errno = e;
}

static int
ask_once(struct dns_asker *d, const struct dns_question *q,
    int64_t deadline_ms, struct dns_answer *a)
{
	char room[DNS_QUESTION];
	struct buf b = { .s = room, .cap = sizeof(room), .max = sizeof(room) };
	ssize_t n;

	if (d->fd == -1)
		d->fd = unix_connect_at(d->at, SOCK_SEQPACKET, deadline_ms);
	if (d->fd == -1 || dns_question_format(&b, q) == -1 ||
	    unix_send(d->fd, b.s, b.len, -1, 0) == -1 ||
	    io_wait(d->fd, POLLIN, deadline_ms) == -1)
		return -1;
	n = unix_recv(d->fd, d->record, sizeof(d->record), NULL, 0);
	if (n == 0)
		return errno = ECONNRESET, -1;
	if (n == -1)
		return -1;
	return dns_answer_parse(a, d->record, (size_t)n) == 0 ? 0 :
	    (errno = EPROTO, -1);
}

int
dns_ask(struct dns_asker *d, enum dns_type type, const char *name,
    int64_t deadline_ms, struct dns_answer *a)
{
	struct dns_question q;
	int kept = d->fd != -1, r;

	dns_answer_begin(a, DNS_LATER);
	if (dns_question_set(&q, type, name, strlen(name)) == -1)
		return -1;
	r = ask_once(d, &q, deadline_ms, a);
	if (r == -1 && kept && errno != ETIMEDOUT) {	/* it began anew? */
		hang_up(d);
		r = ask_once(d, &q, deadline_ms, a);
	}
	if (r == -1) {
		hang_up(d);
		dns_answer_begin(a, DNS_LATER);
	}
	return r;
}
