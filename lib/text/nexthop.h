/*
 * nexthop - where mail goes next, as a route says it. Pure functions.
 *
 *	mx:DOMAIN		DOMAIN's mail hosts; DOMAIN may be an address
 *				literal, as in user@[192.0.2.1]
 *	smtp:HOST:PORT		HOST's mail hosts, on that port
 *	smtp:[HOST]:PORT	HOST itself, or an address: [192.0.2.1],
 *				[2001:db8::1], [IPv6:2001:db8::1]
 *	[HOST]:PORT		the same
 *	lmtp:[HOST]:PORT	the same by LMTP
 *	lmtp:/PATH		LMTP on a UNIX socket
 *
 * ":PORT" may be left out: then it is 25, 24 for LMTP, 465 with tls=implicit.
 * Behind it, each after a blank:
 *	tls=none|may|must|verify	default may; none on a UNIX socket
 *	tls=implicit			TLS from the first octet; verify, unless
 *					another tls= stands there too
 *	login=NAME			NAME: 1 to 63 octets a-z A-Z 0-9 . _ @ -
 */
#ifndef TEXT_NEXTHOP_H
#define TEXT_NEXTHOP_H

#include <stddef.h>

#include "text/path.h"

#define NEXTHOP_PATH	107	/* octets of a UNIX socket's longest path */
#define NEXTHOP_LOGIN	63

enum nexthop_to {
	TO_MX,			/* by MX, else the name's own addresses */
	TO_HOST,		/* the name's own addresses */
	TO_ADDRESS,		/* host is an IPv4 or IPv6 address */
	TO_PATH			/* host is the path of a UNIX socket */
};

enum nexthop_tls { TLS_WANT_NONE, TLS_WANT_MAY, TLS_WANT_MUST, TLS_WANT_VERIFY };

struct nexthop {
	enum nexthop_to	 to;
	int		 lmtp;
	int		 chosen;	/* by an admin's route: not mx: */
	char		 host[DOMAIN_OCTETS + 1];	/* lower case, no dot last;
							 * or as to says */
	unsigned	 port;		/* 0: none was named */
	enum nexthop_tls tls;
	int		 implicit;
	char		 login[NEXTHOP_LOGIN + 1];	/* "": none */
};

/* Read n octets. 0, or -1 with errno EINVAL. */
int nexthop_parse(struct nexthop *h, const char *in, size_t n);

/* The port, or what stands for none. */
unsigned nexthop_port(const struct nexthop *h);

#endif
