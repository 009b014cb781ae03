/*
 * login - how a front asks whether a secret is right, and hands its connection
 * over: mail-login is at the other end of LOGIN_FD. No memory is taken and
 * nothing is opened, so a sandbox may be closed around it.
 */
#ifndef NET_LOGIN_H
#define NET_LOGIN_H

#include <stddef.h>
#include <stdint.h>

#define LOGIN_NAME	512	/* octets of a name or a secret are fewer */
#define HANDOVER_TAG	32	/* octets of the longest tag */
#define HANDOVER_REST	16384	/* octets beyond the login command */

enum login_verdict { LOGIN_YES, LOGIN_NO, LOGIN_LATER };

struct login_question {
	const char	*user;		/* as the client wrote it */
	const char	*secret;
	size_t		 user_n, secret_n;
	int		 turned;	/* we have turned to TLS by starttls.h */
};

struct login_answer {
	enum login_verdict verdict;
	uint64_t	 wait_s;	/* later: for having failed so often, or 0 */
	int		 session;	/* yes: a socket, the caller's; else -1 */
};

/*
 * login_ask - ask, and wait for the answer.
 *
 * A name or secret that nobody can have (empty, too long, with a control octet
 * or NUL) is LOGIN_NO without being asked.
 *
 * returns  0; or -1 with errno: ETIMEDOUT (clock_mono_ms's deadline_ms is over),
 *          ECONNRESET (mail-login has left), EPROTO, or the system's
 */
int login_ask(int fd, const struct login_question *q, struct login_answer *a,
    int64_t deadline_ms);

/*
 * login_hand_over - give the session the login command's tag ("" in POP3) and the
 * n octets that the client sent beyond it, and close the socket. Replies that
 * wait must have been sent; after it the connection is the session's.
 *
 * returns  0, or -1 with errno: the session has left, or EMSGSIZE
 */
int login_hand_over(int session, const char *tag, const char *rest, size_t n);

#endif
