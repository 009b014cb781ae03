/*
 * tables - look names up in the compiled tables and in the system's users.
 *
 * The tables are ETC/aliases.cdb, users.cdb, local-host-names.cdb, routes.cdb,
 * virtusertable.cdb, relay-domains.cdb. A table that was replaced is taken up at the
 * next look-up; one that is missing or can't be read is an error (temporary), never
 * an empty table. The last two are empty where not even their text is there.
 */
#ifndef MAIL_TABLES_H
#define MAIL_TABLES_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"
#include "text/path.h"
#include "text/quota.h"

#include <cdb.h>

struct table {
	const char	*path;		/* the caller's */
	int		 optional;	/* where its text is missing too: empty */
	int		 fd;		/* -1: not open */
	struct stat	 st;		/* of what is open */
	struct cdb	 cdb;
};

#define MAILBOX_PATH	1024

/* A mailbox that mail can go to. */
struct mailbox {
	uid_t	uid;
	gid_t	gid;
	char	user[64];		/* "" for a virtual user */
	char	home[MAILBOX_PATH];
	char	path[MAILBOX_PATH];	/* of the Maildir */
	int	make;			/* 1: may be made where it is missing */
	struct quota quota;
};

#define TABLES		6
#define SIGNS_OCTETS	4		/* of the signs of an extension, with NUL */

struct tables {
	struct table	aliases, users, hosts, routes, virtusers, relays;
	char		path[TABLES][1024];
	uid_t		least_uid;	/* the system's users below get no mail */
	char		extension[SIGNS_OCTETS];	/* "+", "+-"; "": none */
	const char	*delivery;	/* of the system's users, see tables_way */
	const char	*spool;		/* the folder of their mbox files */
	struct mailbox	programs;	/* who runs those of aliases, set by the
					 * caller; uid 0: nobody */
};

/* Name the tables in the folder etc. 0, or -1 with errno ENAMETOOLONG. Users of
 * the system below least_uid (daemons) have no mailbox; (uid_t)-1: none has. */
int tables_init(struct tables *t, const char *etc, uid_t least_uid);

/* The setting EXTENSION: "+" (as tables_init has it), "-", both, or "none". 0, or -1
 * with errno EINVAL. */
int tables_extension(struct tables *t, const char *signs);

/*
 * tables_delivery - the settings DELIVERY and MAIL_SPOOL: how the system's users get
 * their mail; a virtual user has his Maildir.
 *
 *	maildir		into ~/Maildir (as tables_init has it)
 *	mbox		into SPOOL/user
 *	|command	by a program, as procmail
 *
 * returns  0, or -1 with errno EINVAL; the strings stay the caller's
 */
int tables_delivery(struct tables *t, const char *delivery, const char *spool);

/* How m gets its mail: the key of an answer, "mailbox", "mbox" or "program", and its
 * value in path. NULL with errno ENAMETOOLONG. */
const char *tables_way(const struct tables *t, const struct mailbox *m,
    char path[MAILBOX_PATH]);

/* 1 if the domain (lower case) is ours, 0 if not, -1 with errno. */
int tables_host(struct tables *t, const char *domain, size_t n);

/* The targets of an alias, each followed by LF, into out. 1, 0 (no such name), or
 * -1 with errno. */
int tables_alias(struct tables *t, const char *name, size_t n,
    struct buf *out);

/* The mailbox of an address of a virtual user (local@domain, lower case), or of
 * the system's user of that name. 1, 0 (no such user), or -1 with errno. root is
 * found, with uid 0: the caller must not deliver to it. */
int tables_virtual(struct tables *t, const char *address, size_t n,
    struct mailbox *m);
int tables_system(struct tables *t, const char *user, size_t n,
    struct mailbox *m);

/* The targets of a key of the virtusertable, as tables_alias. */
int tables_virtusers(struct tables *t, const char *key, size_t n,
    struct buf *out);

/* 1 if mail for another host's domain (lower case) is taken from everybody: it or a
 * domain above it stands in relay-domains. 0, or -1 with errno. */
int tables_relayed(struct tables *t, const char *domain, size_t n);

/* 1 if a client may send mail to other hosts: its address (text), or its name (lower
 * case), is one of relay-domains. 0, or -1 with errno. */
int tables_relays(struct tables *t, const char *client, size_t n);

/* The user who runs an alias's programs, of "user" or "user:group", names or
 * numbers. 1; 0 (no such user or group, or root); or -1 with errno. */
int tables_owner(const char *s, size_t n, struct mailbox *m);

/* The way of mail for another host's domain (lower case), as route.h has it, into
 * out: that of the domain, of the longest .domain above it, of *, or "mx". 0, or
 * -1 with errno. */
int tables_route(struct tables *t, const char *domain, size_t n,
    struct buf *out);

#endif
