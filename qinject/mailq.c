/* mailq - sendmail -bp: the messages in the queue, in sendmail's look; and -q, which
 * has the runner try them now. For root and the queue's user. */
#include "sendmail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mail/control.h"
#include "mail/glance.h"
#include "mail/sift.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "text/tame.h"

/* Somebody else's octets, for a terminal. */
static void
print_tame(const char *s, size_t n)
{
	struct buf b = BUF_MAX(n + 1);

	if (n > 0 && tame_add(&b, s, n) == 0)
		fwrite(b.s, 1, b.len, stdout);
	buf_free(&b);
}

static int
print_recipient(void *arg, const char *address, size_t n,
    const struct outcome *o)
{
	(void)arg;
	(void)o;
	printf("%51s<", "");
	print_tame(address, n);
	puts(">");
	return 0;
}

/* Behind the id: '*' for one whose delivery was begun, '!' for one that is held. */
static char
mark_of(const struct glance *g)
{
	const struct outcome *o;

	for (o = g->first; o != NULL; o = o->next)
		if (o->kind == J_START)
			return '*';
	return g->held ? '!' : ' ';
}

static void
print_message(const struct glance *g)
{
	time_t t = (time_t)(g->head.time_us / 1000000);
	char when[32];
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(when, sizeof(when), "%a %b %e %H:%M", &tm);
	printf("%-30s%c %8llu %s <", g->id, mark_of(g),
	    (unsigned long long)g->head.size, when);
	print_tame(g->sender, strlen(g->sender));
	puts(">");
	if (g->latest != NULL && g->latest->why != NULL) {
		printf("%17s(Deferred: ", "");
		print_tame(g->latest->why, strlen(g->latest->why));
		puts(")");
	}
	(void)glance_left(g, print_recipient, NULL);
}

/* The queue's folder, and what is in it. The exit code. */
static int
read_queue(struct queue_ids *ids, int *msg, char path[4096])
{
	snprintf(path, 4096, "%s/%s", env_str("QUEUE", ""), QUEUE_MSG);
	*msg = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*msg != -1 && queue_ids_read(ids, *msg) == 0)
		return SM_OK;
	say("the queue %s can be read by root and its own user alone:", path);
	return SM_UNAVAILABLE;
}

int
print_queue(struct sendmail *s)
{
	static struct glance g;
	struct queue_ids ids = { .n = 0 };
	char path[4096];
	int msg, code = read_queue(&ids, &msg, path);
	size_t i;

	(void)s;
	if (code != SM_OK)
		return code;
	if (ids.n == 0)
		puts("Mail queue is empty");
	else
		printf("\t\t%s (%zu request%s)\n"
		    "--------------Q-ID-------------- --Size-- --Q-Time-------- "
		    "-Sender/Recipient-----\n", path, ids.n, ids.n == 1 ? "" :
		    "s");
	for (i = 0; i < ids.n; i++)
		if (glance_read(&g, msg, ids.id[i]) == 0)
			print_message(&g);
	printf("\t\tTotal requests: %zu\n", ids.n);
	glance_free(&g);
	free(ids.id);
	close(msg);
	return fflush(stdout) == EOF ? SM_IOERR : SM_OK;
}

/* sendmail looks for a part of the text, anywhere in it. */
static const char *
pattern_of(const char *part)
{
	size_t room = strlen(part) + 3;
	char *p = malloc(room);

	if (p == NULL)
		die(SM_OSERR, "memory:");
	snprintf(p, room, "*%s*", part);
	return p;
}

/* -qR, -qS, -qI with a text, each negated by '!'. 1; 0: another -q. */
static int
flush_what(struct sift *sift, const char *what)
{
	if (what[0] == 'R' && what[1] != '\0')
		sift->recipient = pattern_of(what + 1);
	else if (what[0] == 'S' && what[1] != '\0')
		sift->sender = pattern_of(what + 1);
	else if (what[0] == 'I' && what[1] != '\0')
		sift->id = pattern_of(what + 1);
	else
		return 0;
	return 1;
}

static int
flush_some(struct control *c, const struct sift *sift)
{
	static struct glance g;
	struct queue_ids ids = { .n = 0 };
	char path[4096];
	int msg, code = read_queue(&ids, &msg, path), done = 0;
	size_t i;

	if (code != SM_OK)
		return code;
	for (i = 0; i < ids.n && done == 0; i++)
		if (glance_read(&g, msg, ids.id[i]) == 0 &&
		    sift_takes(sift, &g, clock_wall_us()))
			done = control_ask(c, CONTROL_FLUSH, ids.id[i]);
	glance_free(&g);
	free(ids.id);
	close(msg);
	return done == 0 ? SM_OK : SM_TEMP;
}

int
flush_queue(struct sendmail *s)
{
	static struct control c;
	struct sift sift = { .id = NULL };
	const char *what = s->o.queue;
	int code;

	if (strchr(what, '!') == what + 1 || what[0] == '!')
		die(SM_USAGE, "-q%s: '!' is not built", what);
	if (control_open_at(&c, env_str("CONTROL_SOCKET", "")) == -1)
		die(errno == EACCES ? SM_NOPERM : SM_TEMP, errno == EACCES ?
		    "the queue obeys root and its own user alone; it runs by "
		    "itself" : "qrunner is not running:");
	if (flush_what(&sift, what))
		code = flush_some(&c, &sift);
	else	/* with a time, too: the queue runs by itself in any case */
		code = control_ask(&c, CONTROL_FLUSH, CONTROL_ALL) == 0 ?
		    SM_OK : SM_TEMP;
	if (code == SM_TEMP)
		say("qrunner does not answer:");
	close(c.fd);
	return code;
}
