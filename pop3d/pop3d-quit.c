/* pop3d-quit - the only place where a session changes its mailbox. */
#include "pop3d.h"

#include <errno.h>
#include <inttypes.h>

#include "base/exits.h"
#include "mail/maildirsize.h"
#include "sys/log.h"

static uint64_t
count_marked(const struct session *s)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->drop.n; i++)
		n += (s->marks[i] & MARK_DELETED) != 0;
	return n;
}

/* For the quota; what its name does not tell is counted some other day. */
static void
count_deleted(struct session *s, size_t i, struct usage *deleted)
{
	size_t n;
	uint64_t octets;

	if (quota_name(maildrop_name(&s->drop, i, &n), &octets) == 0)
		deleted->octets += (int64_t)octets;
	deleted->messages++;
}

/* Delete what is marked. How many of them could not be, errno says why. */
static uint64_t
delete_marked(struct session *s)
{
	struct usage deleted = { .octets = 0 }, then;
	uint64_t kept = 0;
	int e = 0;
	size_t i;

	if (maildrop_can_remove(&s->drop) == -1)
		return count_marked(s);		/* all or nothing */
	for (i = 0; i < s->drop.n; i++) {
		if (!(s->marks[i] & MARK_DELETED))
			continue;
		then = deleted;
		count_deleted(s, i, &then);
		if (maildrop_remove(&s->drop, i) == 0) {
			deleted = then;
			s->deleted++;
		} else {
			e = errno;
			kept++;
		}
	}
	maildirsize_deleted(s->mailbox, &deleted);
	errno = e;
	return kept;
}

/* A message that cannot be marked is no failure of the session. */
static void
see_fetched(struct session *s)
{
	unsigned failed = 0;
	int e = 0;
	size_t i;

	for (i = 0; i < s->drop.n; i++) {
		int r;

		if (s->marks[i] != MARK_FETCHED)
			continue;
		r = maildrop_see(&s->drop, i);
		s->seen += r == 1;
		if (r == -1 && errno != ENOENT) {
			e = errno;
			failed++;
		}
	}
	errno = e;
	if (failed > 0)
		say("user=%s client=%s not marked as seen=%u:", s->user,
		    s->client, failed);
}

static const char *
response_code(int e)
{
	return e == EACCES || e == EPERM || e == EROFS ? "SYS/PERM" :
	    "SYS/TEMP";
}

void
quit(struct session *s)
{
	uint64_t marked = count_marked(s), kept;
	int e;

	if (marked > 0 || s->got > 0)
		maildrop_will_change(&s->drop);
	kept = marked > 0 ? delete_marked(s) : 0;
	e = errno;
	see_fetched(s);
	if (kept > 0) {
		errno = e;
		say("user=%s client=%s not deleted=%" PRIu64 ":", s->user,
		    s->client, kept);
		reply(s, "-ERR [%s] not deleted: %" PRIu64 " of %" PRIu64
		    " messages", response_code(e), kept, marked);
		s->code = EXIT_TEMP;
	} else
		reply(s, "+OK deleted: %" PRIu64 " messages", marked);
	end_session(s, "quit");
}
