/* limit - see limit.h */
#include "limit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/env.h"
#include "sys/io.h"
#include "sys/log.h"
#include "sys/newfile.h"
#include "text/date.h"

#define WARNED		"quotawarn"	/* Courier's name: its time is the last
					 * warning's */
#define WARN_S		86400
#define WARNING_OCTETS	8192

static const char warning_text[] =
    "Subject: Your mailbox is nearly full\n"
    "\n"
    "Your mailbox has used more than 90 percent of its space. When it is full,\n"
    "no more mail can be delivered to you.\n"
    "\n"
    "Please delete messages that you no longer need. Empty the Trash, too.\n";

void
limit_init(struct limit *l, const char *mailbox, const char *host)
{
	static const char *const words[] = { "later", "never", NULL };

	memset(l, 0, sizeof(*l));
	l->mailbox = mailbox;
	l->host = host;
	l->dir = -1;
	l->never = env_word("OVER_QUOTA", words) == 1;
	l->warning = env_str("QUOTA_WARNING", "");
}

/* The batch's first message looks. A mailbox that is not there yet is empty. 0, or
 * -1 with errno. */
static int
begin(struct limit *l, const struct quota *q)
{
	int r;

	if (l->dir != -1)
		return 0;
	l->has = 0;
	l->dir = open(l->mailbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->dir == -1)
		return errno == ENOENT ? 0 : -1;
	r = maildirsize_open(&l->size, l->dir, q);
	l->has = r == 1;
	return r == -1 ? -1 : 0;
}

static void
refuse(const struct limit *l, uint64_t octets, struct answer *a)
{
	uint64_t most = l->size.limit.octets;

	if (most > 0 && octets > most)
		answer_set(a, V_NEVER, "5.2.3",
		    "the message is bigger than the mailbox may be");
	else
		answer_set(a, l->never ? V_NEVER : V_LATER,
		    l->never ? "5.2.2" : "4.2.2", "the mailbox is full");
}

void
limit_put(struct limit *l, struct maildir *m, const struct job *j, int queue,
    struct put *p)
{
	uint64_t octets = j->size;	/* and some of its first lines */
	int full = 0;

	if (begin(l, &j->quota) == -1)
		say("mailbox=%s its quota is not known:", l->mailbox);
	if (l->has)
		full = !maildirsize_has_room(&l->size, octets);
	m->full = full;
	maildir_put(m, j, queue, p);
	if (l->has && p->fd != -1 && !p->found) {
		(void)quota_name(p->name, &octets);
		maildirsize_add(&l->size, octets);
	} else if (full && p->fd == -1)
		refuse(l, j->size, &p->answer);
}

/* 1 if the last warning was more than a day ago; then now is the last one. */
static int
is_time(const struct limit *l)
{
	uint64_t now_s = clock_wall_us() / 1000000;
	struct stat st;
	int fd;

	if (fstatat(l->dir, WARNED, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (uint64_t)st.st_mtime + WARN_S > now_s)
		return 0;
	(void)unlinkat(l->dir, WARNED, 0);
	fd = openat(l->dir, WARNED, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (fd == -1)
		return 0;		/* or it would come with each message */
	close(fd);
	return 1;
}

/* The octets from the Subject on: the site's file, or ours. */
static size_t
read_text(const struct limit *l, char text[WARNING_OCTETS])
{
	int fd = l->warning[0] == '\0' ? -1 : open(l->warning,
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd != -1) {
		n = io_pread_full(fd, text, WARNING_OCTETS, 0);
		close(fd);
	}
	if (n > 0)
		return (size_t)n;
	memcpy(text, warning_text, sizeof(warning_text) - 1);
	return sizeof(warning_text) - 1;
}

/* 0, or -1 with errno. */
static int
link_warning(struct limit *l, struct maildir *m, const char *text, size_t n)
{
	int tmp = openat(l->dir, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct newfile f;
	char name[NEWFILE_NAME];
	uint64_t us = clock_wall_us();
	int r, e;

	snprintf(name, sizeof(name), "%" PRIu64 ".M%" PRIu64 "P%d.%.100s,S=%zu",
	    us / 1000000, us % 1000000, (int)getpid(), l->host, n);
	r = newfile_open(&f, m->new, tmp, name, 0600);
	if (r == 0)
		r = io_write_file(f.fd, text, n);
	if (r == 0)
		r = newfile_link(&f, m->new, name);
	e = errno;
	newfile_close(&f);
	if (tmp != -1)
		close(tmp);
	errno = e;
	if (r == 0)
		maildirsize_add(&l->size, n);
	return r;
}

static void
warn(struct limit *l, struct maildir *m)
{
	char text[WARNING_OCTETS + 1024], date[DATE_OCTETS];
	uint64_t us = clock_wall_us();
	int n;

	date_mail(date, us / 1000000);
	n = snprintf(text, 1024, "From: Mail Delivery System <MAILER-DAEMON@%.200s>\n"
	    "To: undisclosed-recipients:;\nDate: %s\n"
	    "Message-ID: <%" PRIu64 ".%d.quota@%.200s>\n"
	    "Auto-Submitted: auto-generated\n", l->host, date, us, (int)getpid(),
	    l->host);
	n += (int)read_text(l, text + n);
	if (link_warning(l, m, text, (size_t)n) == -1)
		say("mailbox=%s a warning cannot be written:", l->mailbox);
	else
		say("mailbox=%s octets=%" PRId64 " messages=%" PRId64
		    " nearly full, its user is told", l->mailbox,
		    l->size.used.octets, l->size.used.messages);
}

void
limit_end(struct limit *l, struct maildir *m)
{
	if (l->has && quota_is_near(&l->size.limit, &l->size.used) &&
	    is_time(l))
		warn(l, m);
	if (l->has)
		maildirsize_close(&l->size);
	if (l->dir != -1)
		close(l->dir);
	l->dir = -1;
	l->has = 0;
}
