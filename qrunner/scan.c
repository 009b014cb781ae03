/* scan - look through the queue's folder: at the start, and when a writer left
 * without a word. */
#include "runner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"

/* When a message that was found is due, from its journal. */
struct found {
	int	 started;	/* a job was begun and has no result */
	int	 held, removed;
	uint64_t came_us;	/* when it came */
	uint64_t next_us;	/* when it is to be tried again, 0: now */
	unsigned attempts;
};

int
set_aside(struct runner *r, const char *id, const char *folder)
{
	int to = openat(r->queue, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int done;

	if (to == -1) {
		say("queue folder %s:", folder);
		return -1;
	}
	done = renameat(r->msg, id, to, id);
	if (done == -1)
		say("id=%s cannot be moved to %s:", id, folder);
	close(to);
	return done;
}

static void
note_entry(void *arg, const struct journal_entry *e)
{
	struct found *f = arg;
	size_t i;

	if (e->kind == J_START)
		f->started = 1;
	else if (journal_has_address(e->kind) || e->kind == J_NEXT)
		f->started = 0;		/* roughly; the attempt looks closer */
	if (e->kind == J_HELD || e->kind == J_RELEASED)
		f->held = e->kind == J_HELD;
	f->removed |= e->kind == J_REMOVED;
	if (e->kind != J_NEXT)
		return;
	f->next_us = e->time_us;
	f->attempts = 0;
	for (i = 0; i < e->address_n && i < 6; i++)
		f->attempts = f->attempts * 10 +
		    (unsigned)(e->address[i] - '0') % 10;
}

/* 1 if the open file is a whole message of ours; 0 if it is being written;
 * -1 with errno EINVAL if it is none, else what went wrong. */
static int
examine(int fd, struct found *f)
{
	struct queue_head q = QUEUE_HEAD;
	int r;

	if (flock(fd, LOCK_SH | LOCK_NB) == -1)
		return errno == EWOULDBLOCK ? 0 : -1;
	r = queue_read_head(fd, &q, 1);
	if (r == 0)
		r = queue_read_journal(fd, &q, note_entry, f);
	f->came_us = q.time_us;
	buf_free(&q.text);
	return r == -1 ? -1 : 1;
}

static void
take_in(struct runner *r, const char *id, const struct found *f)
{
	int64_t now = clock_mono_ms(), due = now;
	uint64_t wall = clock_wall_us();
	struct waiting *w = messages_add(&r->messages, id);

	if (w == NULL) {
		say("id=%s is left for the next scan:", id);
		scan_later(r);
		return;
	}
	w->attempts = f->attempts;
	w->came_ms = now;
	if (f->came_us < wall)
		w->came_ms -= (int64_t)((wall - f->came_us) / 1000);
	if (f->held && !f->removed)
		messages_hold(&r->messages, w, 1);
	if (f->started || f->removed)
		due = 0;		/* before all others */
	else if (f->next_us > wall) {
		due = now + (int64_t)((f->next_us - wall) / 1000);
		if (due > now + (int64_t)r->schedule.max_s * 1000)
			due = now + (int64_t)r->schedule.max_s * 1000;
	}
	if (messages_schedule(&r->messages, w, due) == -1) {
		messages_forget(&r->messages, w);
		scan_later(r);
	}
}

/* Open what has this name, if it can be a message of ours. The descriptor; or -1
 * with errno EINVAL (it is none), ENOENT, or what went wrong. */
static int
open_one(struct runner *r, const char *name)
{
	struct stat st;

	if (fstatat(r->msg, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	if (!queue_id_is(name) || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid())
		return errno = EINVAL, -1;
	return openat(r->msg, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static void
scan_one(struct runner *r, const char *name)
{
	struct found f = { .started = 0 };
	int fd, whole;

	if (messages_find(&r->messages, name) != NULL)
		return;
	fd = open_one(r, name);
	whole = fd == -1 ? -1 : examine(fd, &f);
	if (whole == 1)
		take_in(r, name, &f);
	else if (whole == -1 && errno == EINVAL) {
		say("id=%s is no whole message: moved to %s", name, QUEUE_BAD);
		(void)set_aside(r, name, QUEUE_BAD);
	} else if (whole == -1 && errno != ENOENT) {
		say("id=%s cannot be read now:", name);
		scan_later(r);
	}
	if (fd != -1)
		close(fd);
}

void
scan_later(struct runner *r)
{
	if (r->rescan_ms == -1)
		r->rescan_ms = clock_mono_ms() + TROUBLE_MS;
}

void
scan_queue(struct runner *r)
{
	int fd = openat(r->msg, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (dir == NULL) {
		say("the queue cannot be scanned now:");
		r->rescan = 0;
		scan_later(r);
		if (fd != -1)
			close(fd);
		return;
	}
	r->rescan = 0;
	r->rescan_ms = -1;
	while (errno = 0, (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			scan_one(r, d->d_name);
	if (errno != 0) {
		say("the queue cannot be scanned to its end:");
		scan_later(r);
	}
	closedir(dir);
}
