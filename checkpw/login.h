/* login - one connection before its login; mail-login's parts share it. */
#ifndef CHECKPW_LOGIN_H
#define CHECKPW_LOGIN_H

#include <stdint.h>
#include <sys/types.h>

#include "attempt.h"
#include "check.h"
#include "net/starttls.h"

struct login {
	/* settings */
	char		**front, **checker;	/* programs, with arguments */
	const char	*client;		/* the client's IP address */
	const char	*auth_path;		/* "": failures are not counted */
	int		 root;
	int		 stays;			/* to the session's end */
	uid_t		 net_uid;
	gid_t		 net_gid;
	int64_t		 end_ms;		/* of all this */
	int64_t		 check_ms;		/* for one try */
	struct starttls	 tls;			/* a wrapper's descriptors */
	/* what runs */
	int		 signals;
	int		 fd;			/* to the front */
	pid_t		 pid;			/* the front's; 0: it has left */
	int		 code;			/* with this */
	unsigned	 tries;
};

/* A checkpassword program and the session that it becomes. */
struct session {
	pid_t	pid;			/* 0: none */
	int	handover;		/* our end, or -1 */
	int	code;			/* how it ended, once pid is 0 */
};

/* Start the front as NET_UID with its descriptors (login-start.c). */
void start_front(struct login *l);

/* Start the checkpassword program for a try, whose secret is wiped. 0, or -1 with
 * errno EMSGSIZE (none takes that) or the system's (login-start.c). */
int start_session(const struct login *l, struct session *s, struct attempt *a);

/* Ask auth how many seconds this client has to wait for the account; told, if not
 * NULL, is "yes" or "no" and counted first. -1: it does not say, which is logged
 * (login-count.c). */
int64_t ask_auth(const struct login *l, const char *user, const char *told);

#endif
