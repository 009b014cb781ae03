/* owner - see owner.h */
#include "mail/owner.h"

#include <string.h>

#include "base/ascii.h"
#include "mail/resolve.h"
#include "text/record.h"

#define FULL_OCTETS	(ADDRESS_OCTETS + 1 + DOMAIN_OCTETS)

/* An address with a domain, in lower case. */
struct full {
	size_t	n, local;
	char	s[FULL_OCTETS];
};

/* 0, or -1: it is too long to be anybody's. */
static int
make_full(struct full *f, const char *s, size_t n, const char *domain)
{
	struct buf b = { .s = f->s, .cap = sizeof(f->s), .max = sizeof(f->s) };

	f->local = address_local(s, n);
	if (buf_add(&b, s, n) == -1 || (f->local == n &&
	    (buf_add(&b, "@", 1) == -1 || buf_adds(&b, domain) == -1)))
		return -1;
	f->n = b.len;
	ascii_lower_all(f->s, f->n);
	return 0;
}

/* Whose mailbox that is, whatever aliases say. 1, 0 (nobody's), or -1. */
static int
find_mailbox(struct tables *t, const struct full *f, struct mailbox *m)
{
	int found = tables_host(t, f->s + f->local + 1, f->n - f->local - 1);

	if (found == 1)
		found = tables_virtual(t, f->s, f->n, m);
	else
		return found;
	return found == 0 ? tables_system(t, f->s, f->local, m) : found;
}

/* 1 if resolve's answer has that user's mailbox. */
static int
leads_to(const struct tables *t, const struct buf *answer,
    const struct mailbox *m)
{
	const char *p = answer->s, *end = p + answer->len, *key;
	char path[MAILBOX_PATH];
	uint64_t uid = 0;
	struct field f;

	key = tables_way(t, m, path);
	while (key != NULL && record_next(&p, end, &f) == 1) {
		if (field_is(&f, "uid") && field_u64(&f, &uid) == -1)
			return 0;
		if (field_is(&f, key) && uid == m->uid &&
		    f.n == strlen(path) && memcmp(f.value, path, f.n) == 0)
			return 1;
	}
	return 0;
}

enum existence
owner_check(struct tables *t, const char *domain, const char *address,
    size_t n, const char *user, size_t user_n, struct buf *room)
{
	struct full as, who;
	struct mailbox his, other;
	enum existence e;
	int found;

	if (make_full(&as, address, n, domain) == -1 ||
	    make_full(&who, user, user_n, domain) == -1)
		return IS_NOBODY;
	if (as.n == who.n && memcmp(as.s, who.s, as.n) == 0)
		return IS_HERE;
	found = find_mailbox(t, &who, &his);
	if (found != 1)
		return found == 0 ? IS_NOBODY : IS_UNSURE;
	found = find_mailbox(t, &as, &other);
	if (found == 1 && strcmp(his.path, other.path) == 0)
		return IS_HERE;
	room->len = 0;
	e = resolve(t, domain, address, n, room);
	if (leads_to(t, room, &his))
		return IS_HERE;
	if (found == 1 && other.uid == 0)	/* root's wait for an alias */
		return IS_NOBODY;
	return found == -1 || e == IS_UNSURE ? IS_UNSURE : IS_NOBODY;
}
