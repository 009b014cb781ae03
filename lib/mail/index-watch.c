/* index-watch - our own changes to files cost no look at the Maildir; see
 * index.h.
 *
 * When we rename or delete files, new/ and cur/ have other times than the index
 * says, and those times do not tell whether somebody else was at work too. The
 * kernel tells: we count what happens there and what we do. If both are the
 * same, nobody else was, and when the folders have been quiet for long enough
 * the index gets their new times. Where nothing can be watched (a shared file
 * system tells of other hosts' changes by nothing), others' changes there show
 * in the times. */
#include "mail/index-inside.h"

#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "mail/index-scan.h"
#include "sys/clock.h"

#define EVENTS		(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
#define QUIET_MS	21	/* as long as index-scan wants it */

static void
stop(struct index *ix)
{
	if (ix->watch != -1)
		close(ix->watch);
	ix->watch = -1;
}

void
index_watch_begin(struct index *ix)
{
	if (ix->watch != -1)
		return;
	ix->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (ix->watch == -1)
		return;
	ix->own = ix->events = 0;
	if (index_watch_folder(ix->watch, ix->path, "new", EVENTS) == -1 ||
	    index_watch_folder(ix->watch, ix->path, "cur", EVENTS) == -1 ||
	    index_folders_changed(ix) != 0)	/* before we watched */
		stop(ix);
}

/* Count what has happened. 0, or -1: the kernel has lost some of it. */
static int
count_events(struct index *ix)
{
	_Alignas(struct inotify_event) char room[16384];
	ssize_t n, at;

	while ((n = read(ix->watch, room, sizeof(room))) > 0)
		for (at = 0; at < n;) {
			const struct inotify_event *e =
			    (const void *)(room + at);

			if (e->mask & IN_Q_OVERFLOW)
				return -1;
			ix->events++;
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	return n == -1 && errno != EAGAIN ? -1 : 0;
}

void
index_watch_own(struct index *ix, unsigned events)
{
	ix->own += events;
	ix->own_ms = clock_mono_ms();
	if (ix->watch != -1 && ix->own % 1024 < events &&
	    count_events(ix) == -1)
		stop(ix);
}

int
index_watch_alone(struct index *ix)
{
	if (ix->watch == -1)
		return 0;
	if (count_events(ix) == 0 && ix->events == ix->own)
		return 1;
	stop(ix);
	return 0;
}

static int
say_stamps(struct index *ix)
{
	struct index_stamp two[2];

	if (index_stamp_take(ix->new, two) == -1 ||
	    index_stamp_take(ix->cur, two + 1) == -1)
		return -1;
	if (!index_watch_alone(ix) || !two[0].trusted || !two[1].trusted)
		return 0;
	if (index_log_put(&ix->batch, INDEX_STAMPS, two, sizeof(two)) == -1)
		return -1;
	return index_commit(ix);
}

void
index_watch_end(struct index *ix, int wait)
{
	int64_t quiet = ix->own_ms + QUIET_MS;

	if (ix->watch == -1 || (!wait && clock_left_ms(quiet) > 0))
		return;
	if (ix->own > 0 && index_watch_alone(ix)) {
		(void)poll(NULL, 0, clock_left_ms(quiet));
		if (index_begin(ix) == 0)
			(void)index_end(ix, say_stamps(ix));
	}
	stop(ix);
}
