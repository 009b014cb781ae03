/* session - one client's SMTP session; smtpd-front's parts share it. */
#ifndef SMTPD_FRONT_SESSION_H
#define SMTPD_FRONT_SESSION_H

#include <stdint.h>
#include <sys/un.h>

#include "base/buf.h"
#include "mail/existence.h"
#include "mail/injector.h"
#include "net/starttls.h"
#include "net/wire.h"
#include "text/complete.h"
#include "text/dsn.h"
#include "text/esmtp.h"
#include "text/path.h"

#define LINE_OCTETS	4096	/* RFC 5321 4.5.3.1.4 asks for 512 and more */
#define HELO_OCTETS	256
#define USER_OCTETS	512	/* a user's name as auth.8 has it, with NUL */
#define RANDOM_OCTETS	33	/* 128 bits in hex, with NUL */

enum state {			/* bits, for the table of verbs */
	S_START = 1,		/* no HELO or EHLO yet */
	S_HELO = 2,
	S_MAIL = 4,		/* a sender, no recipient */
	S_RCPT = 8,
	S_ANY = 15
};

enum listen_tls { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };
enum smtp_auth { AUTH_OFF, AUTH_OPTIONAL, AUTH_REQUIRED };

/* The addresses that a sandboxed front may connect to, in memory that nobody
 * can write any more. Zero where there is none: auth where AUTH is not served,
 * tls where STARTTLS is not, or a wrapper does it. */
struct peers {
	struct sockaddr_un whois, qinject, auth, tls;
};

/* Who a client says it is, and its proof: any octets. */
struct claim {
	const char	*user, *secret;
	size_t		 user_n, secret_n;
};

enum judgement { IS_RIGHT, IS_WRONG, IS_UNCLEAR };

struct session {
	struct wire	 wire;
	struct injector	 injector;
	const struct peers *peers;
	int		 whois;		/* connection to who-is, or -1 */
	const char	*name;		/* our host name */
	const char	*domain;	/* for addresses without a domain */
	const char	*client;	/* the client's IP address */
	int		 may_relay;	/* RELAYCLIENT is set, or relay-domains has it */
	struct starttls	 starttls;
	int		 offers_tls;	/* STARTTLS is there */
	int		 tls;		/* and on */
	enum smtp_auth	 auth;
	int		 auth_clear;	/* without TLS too */
	unsigned	 auth_failed;	/* times */
	char		 user[USER_OCTETS];	/* "": not logged in */
	int		 sender_check;	/* he sends as himself alone */
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
	const char	*ret;		/* RET: "full", "hdrs"; NULL: none */
	char		 envid[ENVID_OCTETS + 1];	/* ENVID; "": none */
	int		 notify;	/* of the last RCPT: bits of NOTIFY, or 0 */
	const char	*orcpt;		/* of it, within line; NULL: none */
	size_t		 orcpt_n;
	struct buf	 rcpts;		/* lines "rcpt ADDRESS\n" and behind each
					 * its "notify" and "orcpt" */
	unsigned	 rcpt_n;
	struct buf	 facts;		/* for qinject; room that data.c fills */
	struct buf	 path;		/* room for the address being read */
	char		 line[LINE_OCTETS];
	struct complete	 complete;	/* for mail of who logged in */
	int		 completes_all;	/* and for all others */
	char		 date_line[COMPLETE_LINE];
	char		 from_line[COMPLETE_LINE];
	char		 id_line[COMPLETE_LINE];
	char		 random[RANDOM_OCTETS];	/* for Message-ID */
	unsigned	 completed;		/* messages */
};

/* Reply with code, RFC 3463 code (NULL: none) and words. */
void reply(struct session *s, int code, const char *enhanced,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* reply, and count an error of the client's. */
void refuse(struct session *s, int code, const char *enhanced,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Read a line into s->line, without blanks at its end, and a NUL. Octets; or -1
 * when it was too long, or, with s->done set and what there is to say said,
 * when the session is over. */
ssize_t read_line(struct session *s);

/* Read one command and carry it out (commands.c). */
void serve_command(struct session *s);

/* A verb that is not served. */
void do_missing(struct session *s, char *arg);

/* Forget the transaction. */
void reset(struct session *s);

/* Read the address at *p (up to end) into s->path, with a domain; *p moves behind
 * it. 0, or -1 after a reply. kind is "7" for a sender's code, "3" for a
 * recipient's (recipient.c). */
int take_address(struct session *s, const char **p, const char *end,
    const char *kind);

/* Connect to who-is while the client thinks (recipient.c). */
void expect_recipients(struct session *s);

/* Send who-is the question and take its word; IS_UNSURE where it has none
 * (recipient.c). */
enum existence ask_whois(struct session *s, const char *question, size_t n);

/* MAIL FROM: 1 after a reply if who is logged in may not send as s->path, else 0
 * (sender.c). */
int sender_refused(struct session *s);

/* RCPT TO: ask who-is about the address in s->path (recipient.c). */
void check_recipient(struct session *s);

/* A parameter of MAIL. 1 if it was RET or ENVID, 0 if it is another one, or -1 after
 * a reply (dsn.c). */
int dsn_mail_param(struct session *s, const struct param *p);

/* All parameters of RCPT, which p begins: NOTIFY and ORCPT. 0, or -1 after a
 * reply. */
int dsn_rcpt_params(struct session *s, const char *p);

/* Append what MAIL, what the last RCPT said of them as facts. 0, or -1 with errno. */
int dsn_mail_facts(const struct session *s, struct buf *facts);
int dsn_rcpt_facts(const struct session *s, struct buf *rcpts);

/* DATA (data.c). */
void take_message(struct session *s);

/* STARTTLS (tls.c). */
void do_starttls(struct session *s, char *arg);

/* AUTH (login.c). */
void do_auth(struct session *s, char *arg);

/* A line of AUTH's that was too long. */
void refuse_long_auth(struct session *s);

/* 1 if AUTH would be served now: EHLO says so. */
int offers_auth(const struct session *s);

/* 1 after a reply, if a login must come before mail and did not; else 0. */
int login_missing(struct session *s);

/* Ask the service auth about c; IS_RIGHT puts the account's name into s->user.
 * *wait_s gets the seconds that the client is to wait, or 0 (auth.c). */
enum judgement ask_auth(struct session *s, const struct claim *c,
    uint64_t *wait_s);

/* Put the addresses at these paths, or NULL for none, where they stay
 * (confine.c). */
const struct peers *fix_peers(const char *whois, const char *qinject,
    const char *auth, const char *tls);

/* Give up every right that the session does not need (confine.c). */
void confine(const struct peers *p);

#endif
