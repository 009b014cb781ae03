/* session - one client's SMTP session; smtpd-front's parts share it. */
#ifndef SMTPD_FRONT_SESSION_H
#define SMTPD_FRONT_SESSION_H

#include <stdint.h>
#include <sys/un.h>

#include "base/buf.h"
#include "mail/injector.h"
#include "net/wire.h"
#include "text/path.h"

#define LINE_OCTETS	4096	/* RFC 5321 4.5.3.1.4 asks for 512 and more */
#define HELO_OCTETS	256

enum state {			/* bits, for the table of verbs */
	S_START = 1,		/* no HELO or EHLO yet */
	S_HELO = 2,
	S_MAIL = 4,		/* a sender, no recipient */
	S_RCPT = 8,
	S_ANY = 15
};

/* The two addresses that a sandboxed front may connect to, in memory that
 * nobody can write any more. */
struct peers {
	struct sockaddr_un whois, qinject;
};

struct session {
	struct wire	 wire;
	struct injector	 injector;
	const struct peers *peers;
	int		 whois;		/* connection to who-is, or -1 */
	const char	*name;		/* our host name */
	const char	*domain;	/* for addresses without a domain */
	const char	*client;	/* the client's IP address */
	int		 may_relay;	/* RELAYCLIENT is set */
	uint64_t	 size_max;	/* octets of a message */
	unsigned	 rcpt_max;
	int		 data_ms;	/* for one message's DATA */
	enum state	 state;
	int		 done;
	unsigned	 errors;	/* of the client */
	unsigned	 refused;	/* recipients */
	int		 esmtp;		/* EHLO, not HELO */
	int		 body_8bit;
	char		 helo[HELO_OCTETS];
	char		 sender[ADDRESS_OCTETS + 1];
	struct buf	 rcpts;		/* lines "rcpt ADDRESS\n" */
	unsigned	 rcpt_n;
	struct buf	 facts;		/* for qinject; room that data.c fills */
	struct buf	 path;		/* room for the address being read */
	char		 line[LINE_OCTETS];
};

/* Reply with code, RFC 3463 code (NULL: none) and words. */
void reply(struct session *s, int code, const char *enhanced,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* reply, and count an error of the client's. */
void refuse(struct session *s, int code, const char *enhanced,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Read one command and carry it out (commands.c). */
void serve_command(struct session *s);

/* Forget the transaction. */
void reset(struct session *s);

/* Read the address at *p (up to end) into s->path, with a domain; *p moves behind
 * it. 0, or -1 after a reply. kind is "7" for a sender's code, "3" for a
 * recipient's (recipient.c). */
int take_address(struct session *s, const char **p, const char *end,
    const char *kind);

/* Connect to who-is while the client thinks (recipient.c). */
void expect_recipients(struct session *s);

/* RCPT TO: ask who-is about the address in s->path (recipient.c). */
void check_recipient(struct session *s);

/* DATA (data.c). */
void take_message(struct session *s);

/* Give up every right that the session does not need (confine.c). Returns what
 * the session may connect to. */
const struct peers *confine(const char *whois, const char *qinject);

#endif
