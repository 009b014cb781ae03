/* local - the machine's users: who the peer is, and what is believed of it. */
#include "qinject.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ascii.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/unixsock.h"
#include "text/record.h"

#define SIZE_MAX_OCTETS	(64u << 20)
#define WHOIS_MS	10000
#define SEPARATORS	" ,\t"

void
local_init(struct local *l)
{
	l->host = env_str("NAME", NULL);
	l->domain = env_str("DOMAIN", l->host);
	l->whois = env_str("WHOIS_SOCKET", NULL);
	l->trusted_users = env_str("TRUSTED_USERS", "");
	l->size_max = env_u64("SMTP_SIZE_MAX", SIZE_MAX_OCTETS, 1, INT64_MAX);
	l->rcpt_max = (unsigned)env_u64("LOCAL_RCPT_MAX", 10000, 1, 100000);
	l->per_uid = (unsigned)env_u64("LOCAL_PER_UID", 4, 1, 1000);
}

/* Ask who-is, which knows every source of users that the system has. 0; or -1:
 * nobody has that uid, or it cannot be said now. */
static int
ask_name(int fd, const char *question, size_t n, struct local *l)
{
	int64_t deadline = clock_mono_ms() + WHOIS_MS;
	char record[1024];
	const char *p = record;
	struct field f;
	ssize_t r;

	if (unix_send(fd, question, n, -1, MSG_DONTWAIT) == -1 ||
	    io_wait(fd, POLLIN, deadline) == -1)
		return -1;
	r = unix_recv(fd, record, sizeof(record), NULL, MSG_DONTWAIT);
	if (r <= 0 || record_next(&p, record + r, &f) != 1 ||
	    !field_is(&f, "user"))
		return -1;
	return field_copy(&f, l->user, sizeof(l->user));
}

static void
look_up_name(struct local *l)
{
	char question[32];
	int fd = unix_connect(l->whois, SOCK_SEQPACKET), n;

	n = snprintf(question, sizeof(question), "name %u\n", (unsigned)l->uid);
	if (fd == -1 || ask_name(fd, question, (size_t)n, l) == -1)
		l->user[0] = '\0';
	if (fd != -1)
		close(fd);
}

int
local_trusts(const struct local *l)
{
	char number[16];
	const char *s = l->trusted_users;
	size_t n, digits;

	if (l->uid == 0 || l->uid == geteuid())
		return 1;
	digits = (size_t)snprintf(number, sizeof(number), "%u",
	    (unsigned)l->uid);
	for (s += strspn(s, SEPARATORS); *s != '\0';
	    s += strspn(s, SEPARATORS)) {
		n = strcspn(s, SEPARATORS);
		if ((n == digits && memcmp(s, number, n) == 0) ||
		    (n == strlen(l->user) && memcmp(s, l->user, n) == 0))
			return 1;
		s += n;
	}
	return 0;
}

int
local_meet(struct local *l, int fd)
{
	l->uid = unix_peer_uid(fd);
	if (l->uid == (uid_t)-1)
		return -1;
	look_up_name(l);
	l->trusted = local_trusts(l);
	return 0;
}

/* A person wrote it, maybe by hand. 0, or -1 with errno EINVAL. */
static int
check_address(const struct field *f)
{
	size_t local = address_local(f->value, f->n), i;

	if (f->n > ADDRESS_OCTETS || local == 0 || local > LOCAL_OCTETS ||
	    local == f->n ||
	    !domain_is_valid(f->value + local + 1, f->n - local - 1))
		return errno = EINVAL, -1;
	for (i = 0; i < local; i++)
		if ((unsigned char)f->value[i] > 126)
			return errno = EINVAL, -1;
	return 0;
}

static int
take_fact(struct local *l, const struct field *f, struct buf *out)
{
	if (field_is(f, "sender")) {
		if (f->n > 0 && check_address(f) == -1)
			return -1;
		if (field_copy(f, l->sender, sizeof(l->sender)) == -1)
			return -1;
	} else if (field_is(f, "rcpt")) {
		if (check_address(f) == -1)
			return -1;
		if (++l->rcpt_n > l->rcpt_max)
			return errno = E2BIG, -1;
	} else if (field_is(f, "body")) {
		if (!ascii_is(f->value, f->n, "7bit") &&
		    !ascii_is(f->value, f->n, "8bitmime"))
			return 0;
	} else if (!field_is(f, "ret") && !field_is(f, "envid") &&
	    !field_is(f, "notify") && !field_is(f, "orcpt"))
		return 0;		/* not a user's to say */
	return buf_add(out, f->key, (size_t)(f->value + f->n + 1 - f->key));
}

int
local_facts(struct local *l, const char *facts, size_t n, struct buf *out)
{
	const char *p = facts, *end = facts + n;
	struct field f;
	int r;

	out->len = 0;
	l->sender[0] = '\0';
	l->rcpt_n = 0;
	while ((r = record_next(&p, end, &f)) == 1)
		if (take_fact(l, &f, out) == -1)
			return -1;
	if (r == -1 || record_add_u64(out, "uid", l->uid) == -1)
		return -1;
	return l->user[0] == '\0' ? 0 : record_adds(out, "user", l->user);
}

/* Is the sender's address the user's own? */
static int
is_own(const struct local *l)
{
	size_t n = strlen(l->sender), local = address_local(l->sender, n);
	const char *domain = l->sender + local + 1;
	char uid[16];

	snprintf(uid, sizeof(uid), "uid%u", (unsigned)l->uid);
	return local < n && ascii_is(l->sender, local, l->user[0] != '\0' ?
	    l->user : uid) && (strcasecmp(domain, l->domain) == 0 ||
	    strcasecmp(domain, l->host) == 0 ||
	    strcasecmp(domain, "localhost") == 0);
}

size_t
local_warning(const struct local *l, char *out, size_t cap)
{
	char sender[QUOTED_OCTETS + 1], who[sizeof(l->user) + 16];
	int n;

	if (l->trusted || is_own(l))
		return 0;
	address_quote(sender, l->sender);
	if (l->user[0] != '\0')
		snprintf(who, sizeof(who), "%s", l->user);
	else
		snprintf(who, sizeof(who), "uid %u", (unsigned)l->uid);
	n = snprintf(out, cap, "X-Authentication-Warning: %s: %s set sender "
	    "to <%s> using -f\n", l->host, who, sender);
	return n < 0 || (size_t)n >= cap ? 0 : (size_t)n;
}

void
local_log(const struct local *l, const struct injected *in, uint64_t size)
{
	const struct answer *a = &in->answer;

	say("id=%s from=<%s> size=%llu nrcpt=%u uid=%u user=%s verdict=%s "
	    "dsn=%s%s%s", in->id[0] != '\0' ? in->id : "none", l->sender,
	    (unsigned long long)size, l->rcpt_n, (unsigned)l->uid, l->user,
	    verdict_name(a->verdict), a->dsn, a->verdict == V_DONE ? "" :
	    " why=", a->verdict == V_DONE ? "" : a->why);
}
