/* account - see account.h */
#include "account.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "mail/tables.h"
#include "text/record.h"

#define DAY_S	86400

int
account_is_expired(const struct spwd *sp, long day)
{
	if (sp->sp_expire > 0 && day >= sp->sp_expire)
		return 1;
	if (sp->sp_lstchg == 0)
		return 1;		/* to be changed at the first login */
	return sp->sp_lstchg > 0 && sp->sp_max >= 0 &&
	    day >= sp->sp_lstchg && day - sp->sp_lstchg > sp->sp_max;
}

/* Methods of crypt(5) begin with '$', but for the two of DES. */
static int
is_usable(const char *hash)
{
	int r = crypt_checksalt(hash);

	return *hash == '$' && (r == CRYPT_SALT_OK ||
	    r == CRYPT_SALT_METHOD_LEGACY || r == CRYPT_SALT_TOO_CHEAP);
}

/* Take the hash; '!' before it locks the account. */
static int
take_hash(struct account *a, const char *hash)
{
	const char *p = hash + strspn(hash, "!");

	if (strlen(p) >= sizeof(a->hash))
		return errno = EMSGSIZE, -1;
	strcpy(a->hash, p);
	a->locked |= p != hash || !is_usable(p);
	return 0;
}

static int
open_users(struct cdb *users, const char *etc)
{
	char path[1024];
	int fd, n = snprintf(path, sizeof(path), "%s/users.cdb", etc);

	if (n < 0 || (size_t)n >= sizeof(path))
		return errno = ENAMETOOLONG, -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (cdb_init(users, fd) != 0) {
		close(fd);
		return errno = EPROTO, -1;
	}
	return fd;
}

/* Read the record that was found. */
static int
read_user(struct account *a, struct cdb *users)
{
	const char *p = cdb_getdata(users), *end = p + cdb_datalen(users);
	char hash[ACCOUNT_HASH] = "";
	uint64_t uid = 0, gid = 0;
	struct field f;
	int r;

	while ((r = record_next(&p, end, &f)) == 1) {
		if (field_is(&f, "hash"))
			r = field_copy(&f, hash, sizeof(hash));
		else if (field_is(&f, "uid"))
			r = field_u64(&f, &uid);
		else if (field_is(&f, "gid"))
			r = field_u64(&f, &gid);
		else if (field_is(&f, "home"))
			r = field_copy(&f, a->home, sizeof(a->home));
		if (r == -1)
			break;
	}
	if (r == -1 || a->home[0] != '/')
		return errno = EPROTO, -1;
	a->uid = (uid_t)uid;
	a->gid = (gid_t)gid;
	a->known = a->virtual = 1;
	return take_hash(a, hash);
}

/* The hash with the method and cost that an unknown name is to cost too: that of
 * the first account in the table, else what the system makes by itself. */
static int
stand_in(struct account *a, struct cdb *users)
{
	struct account first = { .known = 0 };
	unsigned at;

	if (users != NULL) {
		cdb_seqinit(&at, users);
		while (cdb_seqnext(&at, users) > 0) {
			memset(&first, 0, sizeof(first));
			if (read_user(&first, users) == 0 &&
			    is_usable(first.hash))
				return strcpy(a->hash, first.hash), 0;
		}
	}
	return crypt_gensalt_rn(NULL, 0, NULL, 0, a->hash,
	    sizeof(a->hash)) == NULL ? -1 : 0;
}

/* A key in users.cdb: 1 with the account, 0, or -1. */
static int
find_virtual(struct account *a, struct cdb *users, const char *address,
    size_t n)
{
	int r = cdb_find(users, address, (unsigned)n);

	if (r <= 0)
		return r == 0 ? 0 : (errno = EPROTO, -1);
	memcpy(a->user, address, n);
	a->user[n] = '\0';
	return read_user(a, users) == -1 ? -1 : 1;
}

/* What the system's lists say is not there has these; all else is a failure. */
static int
is_absence(int e)
{
	return e == 0 || e == ENOENT || e == ESRCH;
}

/* 1 with the account, 0, or -1. */
static int
find_system(struct account *a, const char *name)
{
	const struct passwd *pw;
	const struct spwd *sp;
	int e;

	errno = 0;
	pw = getpwnam(name);
	e = errno;
	if (pw == NULL && !is_absence(e))
		return errno = e, -1;
	errno = 0;
	sp = getspnam(name);		/* also for nobody: it costs the same */
	if (pw == NULL)
		return 0;
	if (sp == NULL && !is_absence(errno))
		return -1;
	if (strlen(pw->pw_dir) >= sizeof(a->home) ||
	    strlen(pw->pw_shell) >= sizeof(a->shell))
		return errno = EMSGSIZE, -1;
	strcpy(a->user, pw->pw_name);
	strcpy(a->home, pw->pw_dir);
	strcpy(a->shell, pw->pw_shell);
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
	a->known = 1;
	a->locked = sp != NULL &&
	    account_is_expired(sp, (long)(time(NULL) / DAY_S));
	return take_hash(a, sp != NULL ? sp->sp_pwdp : pw->pw_passwd) == -1 ?
	    -1 : 1;
}

/* 1 if users of the system are known in this domain (lower case; NULL: none was
 * said), 0, or -1. */
static int
is_ours(const struct account_settings *s, const char *domain)
{
	struct tables t;

	if (domain == NULL)
		return 1;
	if (*domain != '\0' && ascii_is(domain, strlen(domain), s->domain))
		return 1;
	if (s->etc == NULL)
		return 0;
	if (tables_init(&t, s->etc, s->least_uid) == -1)
		return -1;
	return tables_host(&t, domain, strlen(domain));
}

/* The account of the address local@domain, or of the system's user of the name
 * before it, which keeps its letters: 1, 0, or -1. */
static int
find(struct account *a, const struct account_settings *s, struct cdb *users,
    const char *name)
{
	char address[ACCOUNT_NAME + DOMAIN_OCTETS + 2], local[ACCOUNT_NAME];
	const char *at = strrchr(name, '@');
	size_t local_n = at != NULL ? (size_t)(at - name) : strlen(name);
	size_t n = (size_t)snprintf(address, sizeof(address), "%s%s%s", name,
	    at == NULL ? "@" : "", at == NULL ? s->domain : "");
	int r = 0;

	if (n >= sizeof(address) || local_n >= sizeof(local))
		return 0;		/* nobody is called so */
	ascii_lower_all(address, n);
	if (users != NULL && n < ACCOUNT_NAME)
		r = find_virtual(a, users, address, n);
	if (r != 0 || !s->system_users)
		return r;
	r = is_ours(s, at != NULL ? address + local_n + 1 : NULL);
	if (r != 1)
		return r;
	memcpy(local, name, local_n);
	local[local_n] = '\0';
	return find_system(a, local);
}

int
account_find(struct account *a, const struct account_settings *s,
    const char *name)
{
	struct cdb users;
	int fd = -1, r;

	memset(a, 0, sizeof(*a));
	if (s->etc != NULL && (fd = open_users(&users, s->etc)) == -1)
		return -1;
	r = find(a, s, fd != -1 ? &users : NULL, name);
	/* The spawner gives these no mail, and root is never let in. */
	if (a->uid < s->least_uid || (a->virtual && a->gid < s->least_uid))
		a->known = 0;
	if (r != -1 && (!a->known || !is_usable(a->hash)))
		r = stand_in(a, fd != -1 ? &users : NULL);
	if (fd != -1) {
		cdb_free(&users);
		close(fd);
	}
	return r;
}
