/* front - one client's POP3 before its login; pop3-front's parts share it. */
#ifndef POP3D_FRONT_H
#define POP3D_FRONT_H

#include <stdint.h>

#include "net/login.h"
#include "net/starttls.h"
#include "net/wire.h"

#define FRONT_LINE	2048	/* RFC 2449 4: 255; a long PLAIN is more */

struct front {
	struct wire	 wire;
	struct starttls	 starttls;
	const char	*name;		/* our host name */
	const char	*domain;	/* of names without one */
	const char	*client;	/* the client's IP address */
	int		 fd;		/* to mail-login */
	int		 may_clear;	/* secrets are taken without TLS */
	int		 can_tls;	/* STLS can be had */
	int		 tls;		/* it is on */
	int		 turned;	/* by STLS */
	int		 done;
	unsigned	 errors, failures;
	char		 user[LOGIN_NAME];	/* of USER, or "" */
	char		 line[FRONT_LINE];
};

/* Reply with "+OK" or "-ERR" and words (front-commands.c). */
void front_ok(struct front *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void front_err(struct front *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put octets as they are among the replies. */
void front_put(struct front *f, const char *text);

/* The next line of the client's; its octets, or -1: the session is over, or the
 * line was too long and that is answered (front-commands.c). */
ssize_t front_read_line(struct front *f);

/* Read one command and carry it out (front-commands.c). */
void front_serve(struct front *f);

/* 1 if a secret may be taken now, else 0 after a reply (front-login.c). */
int front_may_log_in(struct front *f);

/* PASS, with the secret (front-login.c). */
void front_pass(struct front *f, const char *secret, size_t n);

/* AUTH PLAIN, with the initial response or NULL (front-login.c). */
void front_plain(struct front *f, const char *initial);

#endif
