/*
 * dns-ask - ask a server of the DNS one question, by libresolv, and wait.
 *
 * source   resolver(3), resolv.conf(5); RFC 6891 (EDNS), RFC 6840 5.7 (AD)
 */
#ifndef DELIVER_DNS_ASK_H
#define DELIVER_DNS_ASK_H

#include <netinet/in.h>
#include <resolv.h>
#include <sys/stat.h>

#include "mail/dns.h"

/* Begin with the settings set and the rest 0. */
struct asker {
	const char	*server;	/* ADDRESS or ADDRESS:PORT instead of those
					 * in resolv.conf, or NULL */
	int		 trust;		/* believe its AD bit; -1: as
					 * resolv.conf says */
	unsigned	 timeout_s;	/* all attempts take less, where UDP serves */

	struct __res_state res;
	int		 is_open;
	struct stat	 conf;		/* resolv.conf, as it was read */
};

/* Ask q (never DNS_ADDR) and read what comes into a; resolv.conf is read anew when
 * it has changed. NULL, or in a word why that is DNS_LATER. */
const char *ask(struct asker *k, const struct dns_question *q,
    struct dns_answer *a);

/* Read "192.0.2.1", "192.0.2.1:53", "2001:db8::1" or "[2001:db8::1]:53". 0, or -1
 * with errno EINVAL. Pure. */
int ask_server(struct sockaddr_in6 *out, const char *server);

#endif
