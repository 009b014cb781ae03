/* tables - see tables.h */
#include "mail/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "text/record.h"
#include "text/relaydomain.h"

#define NO_HOME	"/nonexistent"	/* of users that never log in, Debian policy */

int
tables_init(struct tables *t, const char *etc, uid_t least_uid)
{
	static const char *const names[] = {
		"aliases", "users", "local-host-names", "routes",
		"virtusertable", "relay-domains",
	};
	struct table *all[] = { &t->aliases, &t->users, &t->hosts, &t->routes,
	    &t->virtusers, &t->relays };
	int i, n;

	for (i = 0; i < TABLES; i++) {
		n = snprintf(t->path[i], sizeof(t->path[i]), "%s/%s.cdb", etc,
		    names[i]);
		if (n < 0 || (size_t)n >= sizeof(t->path[i]))
			return errno = ENAMETOOLONG, -1;
		all[i]->path = t->path[i];
		all[i]->fd = -1;
	}
	t->virtusers.optional = t->relays.optional = 1;
	t->least_uid = least_uid;
	strcpy(t->extension, "+");
	return 0;
}

int
tables_extension(struct tables *t, const char *signs)
{
	if (strcmp(signs, "none") == 0)
		signs = "";
	if (strlen(signs) >= sizeof(t->extension) ||
	    strspn(signs, "+-") != strlen(signs))
		return errno = EINVAL, -1;
	strcpy(t->extension, signs);
	return 0;
}

static void
table_close(struct table *t)
{
	if (t->fd == -1)
		return;
	cdb_free(&t->cdb);
	close(t->fd);
	t->fd = -1;
}

/* Open the table, or open it anew where the file was replaced. */
static int
table_fresh(struct table *t)
{
	struct stat st;

	if (stat(t->path, &st) == -1)
		return -1;
	if (t->fd != -1 && st.st_ino == t->st.st_ino &&
	    st.st_dev == t->st.st_dev &&
	    st.st_mtim.tv_sec == t->st.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == t->st.st_mtim.tv_nsec)
		return 0;
	table_close(t);
	t->fd = open(t->path, O_RDONLY | O_CLOEXEC);
	if (t->fd == -1)
		return -1;
	if (fstat(t->fd, &t->st) == -1 || cdb_init(&t->cdb, t->fd) != 0) {
		close(t->fd);
		t->fd = -1;
		return errno = EPROTO, -1;
	}
	return 0;
}

/* A table that need not be there has neither text nor cdb. */
static int
is_unused(const struct table *t)
{
	char text[1024];
	size_t n = strlen(t->path) - strlen(".cdb");

	if (!t->optional || errno != ENOENT)
		return 0;
	memcpy(text, t->path, n);
	text[n] = '\0';
	return access(text, F_OK) == -1 && errno == ENOENT;
}

/* The value of key: 1 with *value and *n, 0, or -1 with errno. */
static int
table_find(struct table *t, const char *key, size_t key_n, const char **value,
    size_t *n)
{
	int r;

	if (table_fresh(t) == -1)
		return is_unused(t) ? 0 : -1;
	r = cdb_find(&t->cdb, key, (unsigned)key_n);
	if (r < 0)
		return errno = EPROTO, -1;
	if (r == 0)
		return 0;
	*n = cdb_datalen(&t->cdb);
	*value = cdb_getdata(&t->cdb);
	return 1;
}

int
tables_host(struct tables *t, const char *domain, size_t n)
{
	const char *value;
	size_t value_n;

	return table_find(&t->hosts, domain, n, &value, &value_n);
}

/* Append the value of key. 1, 0, or -1 with errno. */
static int
table_copy(struct table *t, const char *key, size_t n, struct buf *out)
{
	const char *value;
	size_t value_n;
	int r = table_find(t, key, n, &value, &value_n);

	return r == 1 && buf_add(out, value, value_n) == -1 ? -1 : r;
}

int
tables_alias(struct tables *t, const char *name, size_t n, struct buf *out)
{
	return table_copy(&t->aliases, name, n, out);
}

int
tables_virtusers(struct tables *t, const char *key, size_t n,
    struct buf *out)
{
	return table_copy(&t->virtusers, key, n, out);
}

int
tables_relayed(struct tables *t, const char *domain, size_t n)
{
	const char *value;
	size_t value_n, at;
	int r = table_find(&t->relays, domain, n, &value, &value_n);

	for (at = 1; r == 0 && at < n; at++)
		if (domain[at - 1] == '.')
			r = table_find(&t->relays, domain + at, n - at, &value,
			    &value_n);
	return r;
}

int
tables_relays(struct tables *t, const char *client, size_t n)
{
	char key[RELAY_KEY];
	const char *value;
	size_t value_n, at = relay_key(key, client, n);
	int r = 0;

	if (at == 0)
		return tables_relayed(t, client, n);
	for (; r == 0 && at > RELAY_TAG; at -= RELAY_PART)
		r = table_find(&t->relays, key, at, &value, &value_n);
	return r;
}

int
tables_route(struct tables *t, const char *domain, size_t n, struct buf *out)
{
	int r = table_copy(&t->routes, domain, n, out);
	size_t at;

	for (at = 1; r == 0 && at < n; at++)
		if (domain[at] == '.')
			r = table_copy(&t->routes, domain + at, n - at, out);
	if (r == 0)
		r = table_copy(&t->routes, "*", 1, out);
	if (r == 0)
		r = buf_adds(out, "mx") == -1 ? -1 : 1;
	return r == -1 ? -1 : 0;
}

static int
set_path(struct mailbox *m)
{
	int n = snprintf(m->path, sizeof(m->path), "%s/Maildir", m->home);

	if (n < 0 || (size_t)n >= sizeof(m->path))
		return errno = ENAMETOOLONG, -1;
	return 1;
}

int
tables_delivery(struct tables *t, const char *delivery, const char *spool)
{
	size_t n = strlen(delivery), spool_n = strlen(spool);

	if ((strcmp(delivery, "maildir") != 0 && strcmp(delivery, "mbox") != 0 &&
	    (delivery[0] != '|' || n < 2 || n > ADDRESS_OCTETS)) ||
	    spool[0] != '/' || spool_n >= MAILBOX_PATH / 2)
		return errno = EINVAL, -1;
	t->delivery = delivery;
	t->spool = spool;
	return 0;
}

const char *
tables_way(const struct tables *t, const struct mailbox *m,
    char path[MAILBOX_PATH])
{
	const char *delivery = m->user[0] != '\0' && t->delivery != NULL ?
	    t->delivery : "maildir", *key = "mailbox";
	int n;

	if (delivery[0] == '|') {
		key = "program";
		n = snprintf(path, MAILBOX_PATH, "%s", delivery + 1);
	} else if (strcmp(delivery, "mbox") == 0) {
		key = "mbox";
		n = snprintf(path, MAILBOX_PATH, "%s/%s", t->spool, m->user);
	} else
		n = snprintf(path, MAILBOX_PATH, "%s", m->path);
	if (n < 0 || n >= MAILBOX_PATH)
		return errno = ENAMETOOLONG, NULL;
	return key;
}

int
tables_virtual(struct tables *t, const char *address, size_t n,
    struct mailbox *m)
{
	const char *p, *end;
	size_t value_n;
	uint64_t uid = 0, gid = 0;
	struct field f;
	int r = table_find(&t->users, address, n, &p, &value_n);

	if (r != 1)
		return r;
	memset(m, 0, sizeof(*m));
	end = p + value_n;
	while ((r = record_next(&p, end, &f)) == 1) {
		if (field_is(&f, "uid"))
			r = field_u64(&f, &uid);
		else if (field_is(&f, "gid"))
			r = field_u64(&f, &gid);
		else if (field_is(&f, "home"))
			r = field_copy(&f, m->home, sizeof(m->home));
		else if (field_is(&f, "quota"))
			r = quota_parse(f.value, f.n, &m->quota);
		if (r == -1)
			break;
	}
	if (r == -1 || uid == 0)
		return errno = EPROTO, -1;
	m->uid = (uid_t)uid;
	m->gid = (gid_t)gid;
	return set_path(m);
}

int
tables_system(struct tables *t, const char *user, size_t n,
    struct mailbox *m)
{
	char name[sizeof(m->user)], room[4096];
	struct passwd pw, *found;
	int e;

	if (t->least_uid == (uid_t)-1 || n == 0 || n >= sizeof(name))
		return 0;
	memcpy(name, user, n);
	name[n] = '\0';
	e = getpwnam_r(name, &pw, room, sizeof(room), &found);
	if (found == NULL)
		return e == 0 || e == ENOENT ? 0 : (errno = e, -1);
	if (pw.pw_uid != 0 && (pw.pw_uid < t->least_uid ||
	    strcmp(pw.pw_dir, NO_HOME) == 0))
		return 0;
	memset(m, 0, sizeof(*m));
	m->uid = pw.pw_uid;
	m->gid = pw.pw_gid;
	m->make = 1;
	memcpy(m->user, name, n + 1);
	if (strlen(pw.pw_dir) >= sizeof(m->home))
		return errno = ENAMETOOLONG, -1;
	strcpy(m->home, pw.pw_dir);
	return set_path(m);
}

/* A number, or the id of the name. 1; 0: none, or root's; or -1. */
static int
find_group(const char *name, gid_t *gid)
{
	char room[4096];
	struct group gr, *found;
	uint64_t number;
	int e;

	if (num_u64(name, strlen(name), &number) == 0) {
		*gid = (gid_t)number;
		return number > 0 && number < UINT32_MAX;
	}
	e = getgrnam_r(name, &gr, room, sizeof(room), &found);
	if (found == NULL)
		return e == 0 || e == ENOENT ? 0 : (errno = e, -1);
	*gid = gr.gr_gid;
	return gr.gr_gid > 0;
}

static int
find_user(const char *name, struct mailbox *m)
{
	char room[4096];
	struct passwd pw, *found;
	uint64_t number;
	int e, is_number = num_u64(name, strlen(name), &number) == 0;

	if (is_number && (number == 0 || number >= UINT32_MAX))
		return 0;
	e = is_number ?
	    getpwuid_r((uid_t)number, &pw, room, sizeof(room), &found) :
	    getpwnam_r(name, &pw, room, sizeof(room), &found);
	strcpy(m->home, "/");
	if (found == NULL && is_number) {	/* it needs no name */
		m->uid = (uid_t)number;
		m->gid = (gid_t)number;
		return 1;
	}
	if (found == NULL)
		return e == 0 || e == ENOENT ? 0 : (errno = e, -1);
	if (strlen(pw.pw_dir) < sizeof(m->home) && pw.pw_dir[0] == '/')
		strcpy(m->home, pw.pw_dir);
	if (strlen(pw.pw_name) < sizeof(m->user))
		strcpy(m->user, pw.pw_name);
	m->uid = pw.pw_uid;
	m->gid = pw.pw_gid;
	return pw.pw_uid != 0;
}

int
tables_owner(const char *s, size_t n, struct mailbox *m)
{
	char name[128], *colon;
	int r;

	if (n >= sizeof(name))
		return 0;
	memcpy(name, s, n);
	name[n] = '\0';
	memset(m, 0, sizeof(*m));
	colon = strchr(name, ':');
	if (colon != NULL)
		*colon++ = '\0';
	r = find_user(name, m);
	return r == 1 && colon != NULL ? find_group(colon, &m->gid) : r;
}
