/*
 * dnsask - ask dnsq.
 *
 * The connection is made at the first question, kept, and made anew once where it
 * was lost. No memory is taken: a sandbox may be closed around it, as around
 * unix_connect_at.
 */
#ifndef MAIL_DNSASK_H
#define MAIL_DNSASK_H

#include <stdint.h>
#include <sys/un.h>

#include "mail/dns.h"
#include "sys/unixsock.h"

/* Begin with DNS_ASKER(address). Whoever declares it closes fd unless it is -1. */
struct dns_asker {
	const struct sockaddr_un *at;	/* the caller's; never copied */
	int	fd;			/* -1: not connected */
	char	record[RECORD_OCTETS];
};

#define DNS_ASKER(address)	{ .at = (address), .fd = -1 }

/*
 * dns_ask - ask one question and wait for its answer.
 *
 * deadline_ms  on clock_mono_ms's scale; later than dnsq's own, so that its
 *              "later" comes first
 * a            gets the answer; on failure it is DNS_LATER without records
 * returns      0; or -1 with errno EINVAL (no such name can be asked), or what
 *              keeps us from dnsq: ETIMEDOUT, EPROTO, ENOENT, ...
 */
int dns_ask(struct dns_asker *d, enum dns_type type, const char *name,
    int64_t deadline_ms, struct dns_answer *a);

#endif
