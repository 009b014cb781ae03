/*
 * account - whom a login name means: a virtual user of ETC/users.cdb, or a user
 * of the system.
 */
#ifndef CHECKPW_ACCOUNT_H
#define CHECKPW_ACCOUNT_H

#include <shadow.h>
#include <sys/types.h>

#define ACCOUNT_NAME	512
#define ACCOUNT_HASH	512

struct account {
	int		known;		/* 0: nobody; hash is a stand-in's */
	int		locked;		/* no secret lets him in */
	int		virtual;
	char		user[ACCOUNT_NAME];	/* name, or local@domain */
	char		hash[ACCOUNT_HASH];	/* crypt(5) */
	uid_t		uid;
	gid_t		gid;
	char		home[1024];
	char		shell[256];	/* "" for a virtual user */
};

struct account_settings {
	const char	*etc;		/* folder of the tables; NULL: none */
	const char	*domain;	/* of names without one, or "" */
	uid_t		 least_uid;	/* the lowest that may log in */
	int		 system_users;	/* 0: those of users.cdb only */
};

/*
 * account_find - the account of a login name.
 *
 * name     any octets; its domain in any case of letters, and a virtual user's
 *          local part
 * returns  0, with a->known; a->hash is then good for crypt(3) in any case, the
 *          account's or a stand-in with the method of other accounts. -1 with
 *          errno: not to be said now, a table or NSS failed.
 */
int account_find(struct account *a, const struct account_settings *s,
    const char *name);

/* 1 if shadow(5) says that on this day (since 1970) the account has expired or
 * its secret must be changed first, else 0. */
int account_is_expired(const struct spwd *sp, long day);

#endif
