/* mailq - sendmail -bp: the messages in the queue, for who may read it. */
#include "sendmail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mail/queuefile.h"
#include "sys/log.h"
#include "text/record.h"

/* What the journal says, while it is read. */
struct past {
	struct names	 settled;	/* addresses that are done with */
	char		 why[512];
};

static void
on_entry(void *arg, const struct journal_entry *e)
{
	struct past *p = arg;

	if (e->kind == J_DONE || e->kind == J_NEVER)
		(void)names_add(&p->settled, e->address, e->address_n);
	if (e->kind == J_LATER)
		p->why[0] = '\0';
	if (e->kind == J_WHY)
		snprintf(p->why, sizeof(p->why), "%.*s", (int)e->address_n,
		    e->address);
}

/* Somebody else's octets, for a terminal. */
static void
print_tame(const char *s, size_t n)
{
	for (; n > 0; s++, n--)
		putchar((unsigned char)*s < 32 || *s == 127 ? '?' : *s);
}

/* A recipient, unless a final address of its name is done with. */
static void
print_recipient(struct past *past, const struct field *f)
{
	if (names_add(&past->settled, f->value, f->n) == 0)
		return;
	printf("%51s<", "");
	print_tame(f->value, f->n);
	puts(">");
}

static void
print_head(const char *id, const struct queue_head *q, const struct past *past)
{
	char when[32], sender[ADDRESS_OCTETS + 1];
	time_t t = (time_t)(q->time_us / 1000000);
	struct tm tm;

	if (queue_fact(q, "sender", sender, sizeof(sender)) == -1)
		sender[0] = '\0';
	localtime_r(&t, &tm);
	strftime(when, sizeof(when), "%a %b %e %H:%M", &tm);
	printf("%-31s %8llu %s <", id, (unsigned long long)q->size, when);
	print_tame(sender, strlen(sender));
	puts(">");
	if (past->why[0] != '\0') {
		printf("%17s(Deferred: ", "");
		print_tame(past->why, strlen(past->why));
		puts(")");
	}
}

/* 1 if it is a message, 0 if not. */
static int
print_message(int dir, const char *id)
{
	struct queue_head q = QUEUE_HEAD;
	struct past past = { .settled = NAMES(PEOPLE_MAX) };
	const char *p, *end;
	struct field f;
	int fd = openat(dir, id, O_RDONLY | O_CLOEXEC), good;

	good = fd != -1 && queue_read_head(fd, &q, 0) == 0;
	if (good) {
		(void)queue_read_journal(fd, &q, on_entry, &past);
		print_head(id, &q, &past);
		p = q.text.s;
		end = p + q.text.len;
		while (record_next(&p, end, &f) == 1)
			if (field_is(&f, "rcpt"))
				print_recipient(&past, &f);
	}
	if (fd != -1)
		close(fd);
	names_free(&past.settled);
	buf_free(&q.text);
	return good;
}

static int
is_message(const struct dirent *d)
{
	return queue_id_is(d->d_name);
}

int
print_queue(struct sendmail *s)
{
	char path[4096];
	struct dirent **found;
	int n, i, dir, total = 0;

	(void)s;
	snprintf(path, sizeof(path), "%s/%s", getenv("QUEUE") != NULL ?
	    getenv("QUEUE") : "", QUEUE_MSG);
	n = scandir(path, &found, is_message, alphasort);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n == -1 || dir == -1) {
		say("the queue %s can be read by root and its own user alone:",
		    path);
		return SM_UNAVAILABLE;
	}
	if (n == 0)
		printf("%s is empty\n", path);
	else
		printf("\t\t%s (%d request%s)\n"
		    "--------------Q-ID------------- --Size-- --Q-Time-------- "
		    "-Sender/Recipient-----\n", path, n, n == 1 ? "" : "s");
	for (i = 0; i < n; i++) {
		total += print_message(dir, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	close(dir);
	printf("\t\tTotal requests: %d\n", total);
	return fflush(stdout) == EOF ? SM_IOERR : SM_OK;
}
