/* front - one client's IMAP before its login; imap-front's parts share it. */
#ifndef IMAPD_FRONT_H
#define IMAPD_FRONT_H

#include <stdint.h>

#include "net/login.h"
#include "net/starttls.h"
#include "net/wire.h"
#include "text/imapline.h"

#define FRONT_LINE	8192	/* octets of a command with its literals; of a
				 * line of AUTHENTICATE */
#define FRONT_LITERAL	1024	/* octets of one literal */

struct front {
	struct wire	 wire;
	struct starttls	 starttls;
	const char	*name;		/* our host name */
	const char	*domain;	/* of names without one */
	const char	*client;	/* the client's IP address */
	int		 fd;		/* to mail-login */
	int		 may_clear;	/* secrets are taken without TLS */
	int		 can_tls;	/* STARTTLS can be had */
	int		 tls;		/* it is on */
	int		 turned;	/* by STARTTLS */
	int		 done;
	unsigned	 errors, failures;
	int64_t		 deadline_ms;	/* of the command or line that is read */
	char		 tag[HANDOVER_TAG + 1];	/* of the command; "*": none */
	size_t		 n;		/* octets in line */
	char		 line[FRONT_LINE];
};

/* Put octets as they are among the replies (front-read.c). */
void front_put(struct front *f, const char *text);

/* The tagged reply "OK" (front-read.c). */
void front_ok(struct front *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The tagged reply "NO" or "BAD": word. The client is sent away after some. */
void front_refuse(struct front *f, const char *word, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "* BYE": it is the last. */
void front_bye(struct front *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Read the first line of a command, or one of AUTHENTICATE, into line. 0, or -1:
 * it is over. */
int front_read_line(struct front *f);

/* Read a whole command with its literals into line. 0, or -1: it is refused, or
 * all is over (front-read.c). */
int front_read_command(struct front *f);

/* Begin to take apart what is in line: 0 with the tag noted and the verb read; or
 * -1 (front-read.c). */
int front_begin(struct front *f, struct imap_in *in, struct imap_text *verb);

/* 1 if the command that line begins with may have a literal, else 0 after a reply
 * (front-commands.c). */
int front_wants_literal(struct front *f);

/* Put the capabilities, without a line's begin or end (front-commands.c). */
void front_capabilities(struct front *f);

/* Read one command and carry it out (front-commands.c). */
void front_serve(struct front *f);

/* 1 if a secret may be taken now, else 0 after a reply (front-login.c). */
int front_may_log_in(struct front *f);

/* LOGIN and AUTHENTICATE, with what stands behind the verb (front-login.c). */
void front_login(struct front *f, struct imap_in *in);
void front_authenticate(struct front *f, struct imap_in *in);

#endif
